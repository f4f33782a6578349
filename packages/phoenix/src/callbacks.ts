// The callbacks of a socket, by what they are told of. Programs read the lists, as they do npm phoenix's.
import { call } from "./call.ts";
import type { Loose } from "./loose.ts";

export type SocketEvent = "open" | "close" | "error" | "message";

type Entry = [ref: string, callback: (...args: Loose[]) => Loose];

export class StateChangeCallbacks {
  open: Entry[] = [];
  close: Entry[] = [];
  error: Entry[] = [];
  message: Entry[] = [];
  readonly #makeRef: () => string;

  constructor(makeRef: () => string) {
    this.#makeRef = makeRef;
  }

  add(event: SocketEvent, callback: Entry[1]): string {
    const ref = this.#makeRef();
    this[event] = [...this[event], [ref, callback]];
    return ref;
  }

  remove(refs: readonly string[]): void {
    for (const event of ["open", "close", "error", "message"] as const) {
      this[event] = this[event].filter(([ref]) => !refs.includes(ref));
    }
  }

  /** Calls all that are there now, in the order in which they were added. */
  call(event: SocketEvent, ...args: unknown[]): void {
    for (const [, callback] of this[event]) call(`a callback of ${event}`, callback, ...args);
  }
}
