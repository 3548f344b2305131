import { query } from "./database";

/** All books, the unread ones first. Runs while the site is built. */
export function allBooks() {
  return query("SELECT id, title, author, read_on FROM books ORDER BY read_on DESC NULLS FIRST, title");
}

/** Marks a book as read today, and returns it. Runs while the app runs: the build's role may not do it. */
export async function markAsRead(id) {
  const [book] = await query("UPDATE books SET read_on = current_date WHERE id = $1 RETURNING id, title", [id]);
  return book;
}
