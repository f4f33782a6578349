// From the options of npm phoenix to what dials.
import { dialClass, type Dial } from "@slipstream/client/engine";
import { longPoll, withFallback, type FallbackStore } from "@slipstream/client/longpoll";
import { LongPoll } from "./long-poll.ts";
import type { Loose } from "./loose.ts";

export type { FallbackStore };

/** A class that is made like the platform's WebSocket. */
export type TransportClass = new (endpoint: string, protocols?: Loose) => object;

export interface TransportChoice {
  readonly transport: TransportClass;
  readonly longPollFallbackMs: number | undefined;
  readonly longpollerTimeout: number;
  readonly store: FallbackStore | undefined;
}

/** What dials. */
export function dialFor(choice: TransportChoice): Dial {
  const polling = longPoll({ requestTimeout: choice.longpollerTimeout });
  const { transport, longPollFallbackMs: patience, store } = choice;
  if (isLongPoll(transport)) return polling;
  const primary = dialClass(transport as never);
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
