// What a run of the demo amounts to: the object that `--once --json` prints. Types alone.
import type { Counters } from "@slipstream/client";
import type { Stats } from "@slipstream/server";
import type { AuditCounts } from "./replica.ts";
import type { FeedCounts } from "./feed-follower.ts";
import type { PushCounts } from "./push-ledger.ts";
import type { SocketsLeft } from "./sockets-left.ts";

/** The troubles, in the order in which they come. */
export type TroubleName =
  | "drain"
  | "drop"
  | "silence"
  | "unansweredClose"
  | "refusedUpgrade"
  | "killedChannel";

/** One promise, and whether it held. */
export interface Check {
  readonly what: string;
  readonly held: boolean;
  /** What was found, in words. */
  readonly found: string;
}

/** How the client came through one trouble. */
export interface Recovery {
  readonly recovered: boolean;
  /** What was done to it, in words. */
  readonly trouble: string;
  /** Why it ended, as the client said it: of the connection, or of the channel. */
  readonly reason: string;
  /** Every end of a connection, or of an attempt to make one, with how often it came in a row. */
  readonly ends: readonly string[];
  /** Ms from the trouble's begin until the client knew; null if it never did. */
  readonly noticedAfter: number | null;
  /** Ms from the trouble's begin until it was whole: open, all channels joined, nothing missed, a page pulled on each; null if it did not get there. */
  readonly wholeAfter: number | null;
  /** Changes that were made meanwhile and that the rejoined feed brought later. */
  readonly caughtUp: number;
  readonly pushes: PushCounts;
  readonly checks: readonly Check[];
}

/** How the first pull of all pages went. */
export interface Pulled {
  readonly rows: number;
  readonly bytes: number;
  /** Ms. */
  readonly took: number;
  readonly failed: number;
  readonly missingPages: number;
  readonly received: string;
  readonly source: string;
}

/** How the live pages came through. */
export interface HasteResult {
  /** Which database: "PGlite", "PostgreSQL 17.2". */
  readonly database: string;
  /** Flights in it at first. */
  readonly rows: number;
  /** Live pages that were opened. */
  readonly pages: number;
  /** Rows that were inserted, updated, moved or removed on these pages while they were open. */
  readonly changes: number;
  /** Places of pages at which there was another row than the database says, or none. */
  readonly differences: number;
  /** Ms: filling the database, and following it. */
  readonly took: { readonly filling: number; readonly following: number };
}

export interface DemoResult {
  /** Whether every check held. */
  readonly held: boolean;
  /** Flights that were pulled, and bytes of the WebSocket messages that brought them. */
  readonly rows: number;
  readonly bytes: number;
  readonly rowsPerSecond: number;
  readonly megabytesPerSecond: number;
  readonly pages: number;
  readonly channels: number;
  /** SHA-256 over all fields of all rows in order, of the file's columns and of what was received. */
  readonly checksum: { readonly source: string; readonly received: string };
  readonly recovered: Readonly<Partial<Record<TroubleName, Recovery>>>;
  readonly feed: FeedCounts;
  /** Pages that were pulled while the table changed, compared with the first pull and the feed. */
  readonly audit: AuditCounts;
  readonly haste: HasteResult;
  readonly pushes: PushCounts;
  /** Of the client: every reason, also those that did not occur. */
  readonly endsByReason: Counters["endsByReason"];
  /** Of the servers, together. */
  readonly serverEndsByReason: Stats["endsByReason"];
  /** The sum of what is in `sockets`, but for TIME-WAIT. */
  readonly socketsLeft: number;
  readonly sockets: SocketsLeft;
  /** Ms: reading the file, pulling all pages, and the whole run. */
  readonly took: { readonly reading: number; readonly pulling: number; readonly all: number };
  readonly checks: readonly Check[];
}

/** What the run amounts to before there are live pages. */
export type ChannelsResult = Omit<DemoResult, "haste">;
