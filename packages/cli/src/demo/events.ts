// What a run tells while it goes on, for a screen to show. Past tense: all of it has happened.
import type { DemoResult, HasteResult, Recovery } from "./result.ts";
import type { Trouble } from "./troubles.ts";

export type DemoEvent =
  | { readonly type: "flightsRead"; readonly rows: number }
  | { readonly type: "served"; readonly url: string }
  | { readonly type: "connected"; readonly channels: number }
  | {
      readonly type: "pagePulled";
      readonly rows: number;
      readonly pages: number;
      readonly bytes: number;
    }
  | { readonly type: "pagesCompared"; readonly equal: boolean; readonly checksum: string }
  | { readonly type: "feedJoined" }
  | { readonly type: "changesReceived"; readonly count: number }
  | { readonly type: "troubleBegan"; readonly trouble: Trouble }
  | { readonly type: "troubleEnded"; readonly trouble: Trouble; readonly recovery: Recovery }
  | { readonly type: "endingBegan" }
  | { readonly type: "databaseOpening"; readonly database: string; readonly rows: number }
  | { readonly type: "flightsStored"; readonly rows: number }
  | { readonly type: "pageServed" }
  | { readonly type: "pagesChanged"; readonly pages: number; readonly changes: number }
  | { readonly type: "pagesHeld"; readonly haste: HasteResult }
  | { readonly type: "ended"; readonly result: DemoResult };

/** Takes each event as it happens. Must return at once and must not throw. */
export type Tell = (event: DemoEvent) => void;
