// What the session knows a push by.
import type { PushOutcome } from "@slipstream/core";

export interface Pending {
  /** Takes the one outcome that it has. */
  settle(outcome: PushOutcome): void;
}
