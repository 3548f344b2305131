export const metadata = {
  title: "Reading list",
  description: "What has been read, and what comes next",
};

export default function RootLayout({ children }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
