// What a page is given, and what its client is told when it is open.
import type { Engine } from "../engine/engine.ts";
import type { PageError } from "../errors.ts";
import type { BoundView } from "../view/bound-view.ts";
import type { Header } from "./header.ts";
import type { Reader } from "./reader.ts";

/** What a page is opened with. */
export interface PageSeat {
  readonly view: BoundView;
  readonly engine: Engine;
  readonly reader: Reader;
  /** What the policy is asked about. */
  readonly user: unknown;
  /** Bytes that may wait on the connection while more is sent. */
  readonly maxBehind: number;
  /** How long its policy may take to decide, ms. */
  readonly policyTimeout: number;
  /** Told once: the page may be seen no longer, or its policy cannot be asked. */
  readonly ended: (error: PageError) => void;
}

/** What a join is answered with. */
export interface Opened extends Header {
  readonly version: string;
  /** `replay`: what the client has is kept, and differences follow. `reload`: all rows follow. */
  readonly resumed?: "replay" | "reload";
}
