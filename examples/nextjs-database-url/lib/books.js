import pg from "pg";

/** All books, the unread ones first. Runs while the site is built. */
export async function allBooks() {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  try {
    const { rows } = await client.query(
      "SELECT id, title, author, read_on FROM books ORDER BY read_on DESC NULLS FIRST, title",
    );
    return rows;
  } finally {
    await client.end();
  }
}
