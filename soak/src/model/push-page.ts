// What the model remembers of one life's pushes.
import { LifeBook } from "./check.ts";
import type { ClientObservation } from "./observation.ts";

export type PushCalled = Extract<ClientObservation, { type: "pushCalled" }>;

export interface Push {
  readonly called: PushCalled;
  readonly at: number;
  /** Where it is kept, as far as its user can know. */
  kept: "queued" | "flying" | "nowhere";
  /** How many may have been queued before it. */
  readonly ahead: number;
  settled: string | null;
  aborted: boolean;
  handledBy: number[];
  replied: string | null;
  /** Why no handler may ever see it, or null. */
  unsentBecause: string | null;
}

export interface PushPage {
  readonly pushes: Map<string, Push>;
  readonly byTopic: Map<string, Set<Push>>;
  /** Topics that somebody left at some time. */
  readonly left: Set<string>;
  /** The socket was disconnected, or its attempts were given up, at some time. */
  disconnected: boolean;
  /** When the channel last ended for good, by topic. */
  readonly erroredAt: Map<string, number>;
  /** Pushes whose outcome nobody sees, by topic: they may be queued, too. */
  readonly unobserved: Map<string, number>;
  maxQueued: number;
  isOpen: boolean;
  /** When the connection was last told not to be open. */
  wasShutAt: number;
  calls: number;
}

export type PushBook = LifeBook<PushPage>;

export function pushBook(): PushBook {
  return new LifeBook<PushPage>(() => ({
    pushes: new Map(),
    byTopic: new Map(),
    left: new Set(),
    disconnected: false,
    erroredAt: new Map(),
    unobserved: new Map(),
    maxQueued: Number.POSITIVE_INFINITY,
    isOpen: false,
    wasShutAt: Number.NEGATIVE_INFINITY,
    calls: 0,
  }));
}

/** A push that was just called. */
export function pushOf(called: PushCalled, at: number, ahead: number): Push {
  return {
    called,
    at,
    ahead,
    kept: keptIn(called.state),
    settled: null,
    aborted: false,
    handledBy: [],
    replied: null,
    unsentBecause: null,
  };
}

function keptIn(state: PushCalled["state"]): Push["kept"] {
  switch (state) {
    case "joined":
      return "flying";
    case "waiting":
    case "joining":
    case "leaving":
      return "queued";
    case "idle":
    case "left":
    case "errored":
      return "nowhere";
  }
}
