// What can go wrong with the connection to PostgreSQL, in words that hold no secret: a connection
// string is never quoted, nor kept in a cause.
import { DatabaseError } from "pg";
import { HasteError } from "../errors.ts";
import { SetupError } from "../source/setup-error.ts";

/** The stream of changes ended, or could not begin; it is opened again. */
export class StreamError extends HasteError {
  override readonly name = "StreamError";
  override readonly code: "slot_in_use" | "connection";

  constructor(code: StreamError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Why a stream that had begun ended. What it is then in want of is its publication, which PostgreSQL
 * looks for as it was at the time of each change. Its texts are in the server's language: the code tells.
 */
export function streamEnded(
  error: unknown,
  { slot, publication }: { readonly slot: string; readonly publication: string },
): StreamError | SetupError {
  const isMissing = error instanceof DatabaseError && error.code === "42704";
  if (!isMissing) return withoutSecrets(error);
  const problem = `There was no publication ${publication} at the time of the changes that come next: make it by setup(), if it is not there again, then drop the slot. Pages are read again.`;
  return new SetupError([{ problem, sql: `SELECT pg_drop_replication_slot('${slot}');` }]);
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
    const advice = "Check that the server runs, and that host and port are right.";
    return new StreamError("connection", `The connection to PostgreSQL failed: ${code}. ${advice}`);
  }
  const known = error instanceof Error && /^Connection terminated|^timeout exp/.test(error.message);
  const what = known ? error.message : "it could not be made; check the connection's settings";
  return new StreamError("connection", `The connection to PostgreSQL failed: ${what}.`);
}
