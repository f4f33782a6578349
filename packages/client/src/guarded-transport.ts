// One connection, as the interpreter holds it. A transport that breaks its contract by throwing is let
// go of, and its end is reported in its place; what it does afterwards is not heard of any more.
import type { Frame } from "@slipstream/core";
import type {
  Dial,
  DialRequest,
  Transport,
  TransportClosed,
  TransportEvents,
} from "./transport.ts";

/** What is reported of a connection. */
export interface GuardedEvents extends TransportEvents {
  /** The transport has thrown where it must not. `closed` follows, in a turn of its own. */
  transportThrew(error: unknown): void;
}

export class GuardedTransport implements TransportEvents {
  /** Null once the end was reported. */
  #events: GuardedEvents | null;
  #transport: Transport | null = null;

  /** Dials. That it cannot is reported like any other end. */
  constructor(dial: Dial, request: DialRequest, events: GuardedEvents) {
    this.#events = events;
    try {
      this.#transport = dial(request, this);
    } catch (cause) {
      this.#threw(cause);
    }
  }

  /** What the transport answers; undefined when there is none any more, and when it throws. */
  ask<T>(what: (transport: Transport) => T): T | undefined {
    try {
      return this.#transport === null ? undefined : what(this.#transport);
    } catch (error) {
      this.#threw(error);
      return undefined;
    }
  }

  /** Throws what the transport throws: it is the message that cannot be sent. */
  send(frame: Frame): void {
    this.#transport?.send(frame);
  }

  opened(): void {
    this.#events?.opened();
  }

  received(frame: Frame): void {
    this.#events?.received(frame);
  }

  closeReceived(): void {
    this.#events?.closeReceived();
  }

  closed(end: TransportClosed): void {
    const events = this.#events;
    this.#events = null;
    this.#transport = null;
    events?.closed(end);
  }

  #threw(cause: unknown): void {
    const transport = this.#transport;
    const events = this.#events;
    this.#transport = this.#events = null;
    // In its own turn, since nothing is reported from inside a call.
    queueMicrotask(() =>
      events?.closed({ code: null, reason: "", clean: false, error: { cause } }),
    );
    // A dial that throws is told as what it is: an attempt that has failed.
    if (transport === null) return;
    events?.transportThrew(cause);
    try {
      transport.reset();
    } catch {
      // It is let go of as it is.
    }
  }
}

/** Bytes that wait to be handed to the operating system. */
export const bufferedAmount = (transport: Transport): number => transport.bufferedAmount;

/** Whether it has to read, whether we want to or not. */
export const readsAlways = (transport: Transport): boolean => transport.pause === undefined;

export const pause = (transport: Transport): void => transport.pause?.();
export const resume = (transport: Transport): void => transport.resume?.();
export const reset = (transport: Transport): void => transport.reset();
export const answered = (transport: Transport): void => transport.answered?.();
