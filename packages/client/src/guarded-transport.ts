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

  get bufferedAmount(): number {
    try {
      return this.#transport?.bufferedAmount ?? 0;
    } catch (error) {
      this.#threw(error);
      return 0;
    }
  }

  /** What it is called; undefined for what every transport is called that says nothing. */
  get kind(): string | undefined {
    return this.#read("kind");
  }

  /** Whether it wants to be told that the server has answered. */
  get wantsAnswers(): boolean {
    return this.#read("answered") !== undefined;
  }

  /** Whether it has to read, whether we want to or not. */
  get readsAlways(): boolean {
    return this.#transport !== null && this.#transport.pause === undefined;
  }

  /** Throws what the transport throws: it is the message that cannot be sent. */
  send(frame: Frame): void {
    this.#transport?.send(frame);
  }

  pause(): void {
    this.#ask((transport) => transport.pause?.());
  }

  resume(): void {
    this.#ask((transport) => transport.resume?.());
  }

  answered(): void {
    // With each reply: nothing is made for those that do not want to know.
    if (this.wantsAnswers) this.#ask((transport) => transport.answered?.());
  }

  close(code: number, reason: string): void {
    this.#ask((transport) => transport.close(code, reason));
  }

  reset(): void {
    this.#ask((transport) => transport.reset());
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

  #read<K extends "kind" | "answered">(name: K): Transport[K] | undefined {
    try {
      return this.#transport?.[name];
    } catch (error) {
      this.#threw(error);
      return undefined;
    }
  }

  #ask(what: (transport: Transport) => void): void {
    if (this.#transport === null) return;
    try {
      what(this.#transport);
    } catch (error) {
      this.#threw(error);
    }
  }

  #threw(cause: unknown): void {
    const [transport, events] = [this.#transport, this.#events];
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
