// Memberships that make way for another one of the same topic, and waiting for them.
import type { Ref } from "@slipstream/core";

export interface Predecessor {
  readonly topic: string;
  readonly joinRef: Ref | null;
  /** It has ended, and none of its callbacks is at work. */
  readonly isSettled: boolean;
  /** Called once it is settled. */
  onSettled: (() => void) | null;
}

/** Calls `proceed` once the predecessor is settled, or after `bound` ms. */
export function onceSettled(predecessor: Predecessor, bound: number, proceed: () => void): void {
  const settled = (): void => {
    clearTimeout(timer);
    predecessor.onSettled = null;
    proceed();
  };
  const timer = setTimeout(settled, bound);
  predecessor.onSettled = settled;
}
