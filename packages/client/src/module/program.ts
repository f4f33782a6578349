// The program that a client in module style is, as each of its lives sees it.
import type { Tally } from "../outcome.ts";
import type { Crash, Turn } from "./mail.ts";
import type { ResolvedModuleOptions } from "./options.ts";

/** Whose life it is. */
export interface Program {
  readonly tally: Tally;
  readonly options: ResolvedModuleOptions;
  /** What the last life kept is forgotten. Throws what the option `assigns` throws. */
  reset(): void;
  /** Runs the callback of a turn. */
  handle(turn: Turn): unknown;
  /** A life has crashed. Returns in how many ms after its end the next one begins; false if none does. */
  crashed(reason: Crash, hasBegun: boolean): number | false;
  /** Counts what was sent and will not be handled. */
  lost(count: number): void;
}
