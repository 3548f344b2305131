import pg from "pg";

/** The rows of one query. `DATABASE_URL` is one role while the site is built, and another one while it runs. */
export async function query(text, values) {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  try {
    const { rows } = await client.query(text, values);
    return rows;
  } finally {
    await client.end();
  }
}
