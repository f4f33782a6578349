// What the live pages need of a database, whichever it is. PGlite and PostgreSQL are the two that
// there are, beside this file.
import type { Source } from "@slipstream/haste";
import type { Rows } from "../flights.ts";

/** Runs one statement; its parameters are texts and numbers. */
export type RunSql = <Row>(
  sql: string,
  parameters?: readonly (string | number)[],
) => Promise<readonly Row[]>;

/** A database with the table of flights, made for the demo and gone after it. */
export interface FlightsDatabase {
  /** For people: "PGlite", "PostgreSQL 17.2". */
  readonly name: string;
  /** The name by which others can connect to it, where they can. */
  readonly place: string | null;
  /** Puts the flights into the table, with ids from 1 on, and makes it ready to be followed. */
  fill(flights: Rows, progress: FillProgress): Promise<void>;
  /** A new source of its changes. Closed by whoever asked for it. */
  source(): Source;
  readonly run: RunSql;
  /** Runs statements as one transaction. Resolves with its id. */
  write(statements: (run: RunSql) => Promise<void>): Promise<string>;
  /** Leaves nothing behind, in whatever state it is. */
  close(): Promise<void>;
}

export interface FillProgress {
  /** Called with how many flights are stored. */
  readonly onStored: (rows: number) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** The last statement of a write. */
export const XID = "SELECT pg_current_xact_id()::text AS xid";

/** The database cannot be used for the demo. The message says what to do; no secret is in it. */
export class DemoDatabaseError extends Error {
  override readonly name: string = "DemoDatabaseError";
  readonly code = "demo_database";
}

/** What the demo made could not be taken away again. The message says what is left. */
export class DatabaseLeftError extends DemoDatabaseError {
  override readonly name = "DatabaseLeftError";
}
