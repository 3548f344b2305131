// Writes down whether payments are live or a rehearsal, from the kind of key.
import { secret, write } from "./lib.mjs";

const mode = secret("STRIPE_LIVE_KEY").startsWith("sk_live_") ? "live" : "rehearsal";

await write("dist/payments.json", JSON.stringify({ mode }));
