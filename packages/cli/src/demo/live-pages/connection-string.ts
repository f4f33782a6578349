// Where a PostgreSQL is, and what went wrong with it, in words that hold no secret: a connection
// string is never quoted, nor kept in a cause.
import { UsageError } from "../../command.ts";
import { DemoDatabaseError } from "./flights-database.ts";

/** `postgres://user:password@host:5432/database?…`, checked. */
export type ConnectionString = string & { readonly __brand: "ConnectionString" };

/**
 * @param text as DATABASE_URL has it.
 * @throws {UsageError} It is none.
 */
export function connectionString(text: string): ConnectionString {
  const isUrl = /^postgres(ql)?:\/\//.test(text) && URL.canParse(text);
  if (isUrl) return text as ConnectionString;
  throw new UsageError(
    "DATABASE_URL is not of PostgreSQL: it begins with postgres://, as in postgres://user:password@localhost:5432/postgres. Unset it, and the demo brings its own database.",
  );
}

/** The same server and role, another database. */
export function inDatabase(url: ConnectionString, database: string): ConnectionString {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href as ConnectionString;
}

const ADVICE: Readonly<Record<string, string>> = {
  "28P01": "Check the user and the password in DATABASE_URL.",
  "28000": "Check the user in DATABASE_URL, and pg_hba.conf.",
  "3D000": "Name a database in DATABASE_URL that there is, such as postgres.",
  "42501":
    "The demo makes a database of its own, and event triggers in it: the role must be a superuser, or one that your provider lets do both.",
  "53300": "The demo takes up to 15 connections.",
};

/**
 * An error that a database may have caused, as one that can be shown. What has nothing to do with one
 * passes as it is.
 */
export function explained(error: unknown): Error {
  if (!(error instanceof Error) || error instanceof DemoDatabaseError) return error as Error;
  const { code } = error as { readonly code?: unknown };
  // Haste's own, which are made to be shown.
  if (code === "setup" || code === "connection" || code === "slot_in_use")
    return new DemoDatabaseError(error.message);
  // PostgreSQL's own, by its SQLSTATE: it tells no password.
  if ("severity" in error && typeof code === "string") {
    const advice = ADVICE[code] === undefined ? "" : ` ${ADVICE[code]}`;
    return new DemoDatabaseError(`PostgreSQL says: ${error.message} (${code}).${advice}`);
  }
  // What else such an error says may be the connection string.
  const system = systemCode(error);
  if (system !== null) return failed(system);
  const isOfDriver = /^(Connection terminated|timeout exp|The server does not support SSL|SASL)/;
  return isOfDriver.test(error.message) ? failed(error.message) : error;
}

/** Where a connection was to lead: what may be told of a connection string. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/**
 * The same for an error that was met on the way to the database, and may quote how it is reached.
 *
 * @param place null where the connection string could not be read
 */
export function connectionError(error: unknown, url: ConnectionString, place: Place | null): Error {
  const code = systemCode(error);
  if (code !== null && place !== null) {
    // After an @ in what follows the host, the real host may come: then this one is user and password.
    const { pathname, search, hash } = new URL(url);
    const isHost = !`${pathname}${search}${hash}`.includes("@");
    const { host, port } = place;
    const name = host.includes(":") ? `[${host}]` : host;
    return new DemoDatabaseError(
      `The connection to PostgreSQL${isHost ? ` at ${name}:${port}` : ""} failed: ${code}. Check that the server runs and that host and port are right.`,
    );
  }
  const known = explained(error);
  return known instanceof DemoDatabaseError ? known : failed("check what DATABASE_URL says");
}

/** Node's code of what the operating system said, such as ECONNREFUSED; null for other errors. */
function systemCode(error: unknown): string | null {
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" && /^E(?!RR_)[A-Z_]+$/.test(code) ? code : null;
}

function failed(why: string): DemoDatabaseError {
  return new DemoDatabaseError(`The connection to PostgreSQL failed: ${why}.`);
}
