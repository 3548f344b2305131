import { markAsRead } from "../../../../../lib/books";

export async function POST(_request, { params }) {
  const { id } = await params;
  const book = await markAsRead(Number(id));
  return book ? Response.json(book) : Response.json({ error: "no such book" }, { status: 404 });
}
