import { allBooks } from "../lib/books";

// Rendered once, by `next build`: this page needs no database while the app runs.
export const dynamic = "force-static";

export default async function Page() {
  const books = await allBooks();

  return (
    <main>
      <h1>Reading list</h1>
      <ul>
        {books.map((book) => (
          <li key={book.id}>
            <em>{book.title}</em>, {book.author}
            {book.read_on ? ` (read in ${book.read_on.getFullYear()})` : " (unread)"}
          </li>
        ))}
      </ul>
    </main>
  );
}
