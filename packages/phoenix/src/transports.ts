// From the options of npm phoenix to what dials.
import { dialClass, dialDefault, type Dial } from "@slipstream/client/engine";
import { longPoll, withFallback, type FallbackStore } from "@slipstream/client/longpoll";
import { LongPoll } from "./long-poll.ts";
import type { Loose } from "./loose.ts";

export type { FallbackStore };

/** A class that is made like the platform's WebSocket. */
export type TransportClass = new (endpoint: string, protocols?: Loose) => object;

export interface TransportChoice {
  /** Undefined for what the platform has. */
  readonly transport: TransportClass | undefined;
  readonly longPollFallbackMs: number | undefined;
  readonly longpollerTimeout: number;
  readonly store: FallbackStore | undefined;
}

/** What dials, and which class it is taken to be. */
export function dialFor(choice: TransportChoice): Dial {
  const polling = longPoll({ requestTimeout: choice.longpollerTimeout });
  const { transport, longPollFallbackMs: patience, store } = choice;
  if (transport !== undefined && isLongPoll(transport)) return polling;
  const primary = transport === undefined ? dialDefault() : dialClass(transport as never);
  if (primary === null) return polling;
  if (patience === undefined) return primary;
  return withFallback(primary, polling, {
    openTimeout: patience,
    answerTimeout: patience,
    ...(store !== undefined && { store }),
  });
}

export function isLongPoll(transport: TransportClass): boolean {
  return transport === LongPoll || transport.prototype instanceof LongPoll;
}

/** What the page keeps for this tab; undefined where there is none, or where it may not be touched. */
export function pageStore(): FallbackStore | undefined {
  try {
    return (globalThis as { sessionStorage?: FallbackStore }).sessionStorage;
  } catch {
    return undefined;
  }
}
