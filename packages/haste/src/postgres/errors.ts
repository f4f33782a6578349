// What can go wrong with the connection to PostgreSQL, in words that hold no secret: a connection
// string is never quoted, nor kept in a cause.
import { DatabaseError } from "pg";
import { HasteError } from "../errors.ts";

/** The stream of changes ended, or could not begin; it is opened again. */
export class StreamError extends HasteError {
  override readonly name = "StreamError";
  override readonly code: "slot_in_use" | "connection";

  constructor(code: StreamError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What went wrong, as the database or the system says it, and nothing else of the error. */
export function withoutSecrets(error: unknown): StreamError {
  if (error instanceof StreamError) return error;
  if (error instanceof DatabaseError) {
    const code = error.code === undefined ? "" : ` (${error.code})`;
    return new StreamError("connection", `PostgreSQL says: ${error.message}${code}.`);
  }
  // Node's system errors have a code; what else an error says may be the connection string.
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === "string" && /^E[A-Z]+$/.test(code)) {
    return new StreamError("connection", `The connection to PostgreSQL failed: ${code}.`);
  }
  const known = error instanceof Error && /^Connection terminated|^timeout exp/.test(error.message);
  const what = known ? error.message : "it could not be made; check the connection's settings";
  return new StreamError("connection", `The connection to PostgreSQL failed: ${what}.`);
}
