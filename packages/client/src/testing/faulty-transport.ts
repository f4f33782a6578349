// A transport that does to messages what a plan says, and leaves everything else to the transport
// that it wraps. It keeps the contract of transports whatever happens.
import type { Frame } from "@slipstream/core";
import type { Clock } from "../clock.ts";
import type {
  Dial,
  DialRequest,
  Transport,
  TransportClosed,
  TransportEvents,
} from "../transport.ts";
import { FaultLane } from "./fault-lane.ts";

/** Which way a message goes. */
export type Direction = "toServer" | "toClient";

/** What becomes of one message. */
export interface Fate {
  readonly what: "pass" | "drop" | "duplicate" | "reorder" | "cut";
  /** Ms until it passes. */
  readonly delay: number;
}

/** What befalls the messages of one connection, each in its turn. */
export type Plan = (direction: Direction, frame: Frame) => Fate;

/** The connection was cut by a fault. */
export class CutByFault extends Error {
  override readonly name = "CutByFault";
  readonly code = "cutByFault";

  constructor() {
    super("A fault of the test has cut the connection in the middle of a message.");
  }
}

export class FaultyTransport implements Transport, TransportEvents {
  readonly #inner: Transport;
  readonly #events: TransportEvents;
  readonly #plan: Plan;
  readonly #out: FaultLane;
  readonly #in: FaultLane;
  /** Whether our side has closed or reset: nothing is received any more. */
  #ending = false;
  #cut = false;
  readonly pause?: () => void;
  readonly resume?: () => void;
  readonly answered?: () => void;

  constructor(dial: Dial, request: DialRequest, events: TransportEvents, plan: Plan, clock: Clock) {
    this.#events = events;
    this.#plan = plan;
    this.#out = new FaultLane(clock);
    this.#in = new FaultLane(clock);
    const inner = dial(request, this);
    this.#inner = inner;
    if (inner.pause !== undefined) this.pause = () => inner.pause?.();
    if (inner.resume !== undefined) this.resume = () => inner.resume?.();
    if (inner.answered !== undefined) this.answered = () => inner.answered?.();
  }

  get kind(): string {
    return this.#inner.kind ?? "websocket";
  }

  get bufferedAmount(): number {
    return this.#inner.bufferedAmount + this.#out.size;
  }

  // What the client asks for.

  send(frame: Frame): void {
    if (this.#ending) return;
    // Whoever sent it may change its bytes.
    const copy = typeof frame === "string" ? frame : frame.slice();
    this.#befall("toServer", copy, this.#out, () => this.#inner.send(copy));
  }

  close(code: number, reason: string): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#in.clear();
    // Behind what is on its way.
    this.#out.inOrder(0, 0, () => this.#inner.close(code, reason));
  }

  reset(): void {
    this.#ending = true;
    this.#in.clear();
    this.#out.clear();
    this.#inner.reset();
  }

  // What the inner transport reports.

  opened(): void {
    this.#events.opened();
  }

  received(frame: Frame): void {
    if (this.#ending) return;
    this.#befall("toClient", frame, this.#in, () => this.#events.received(frame));
  }

  closeReceived(): void {
    this.#in.inOrder(0, 0, () => {
      this.#ending = true;
      this.#events.closeReceived();
    });
  }

  closed(end: TransportClosed): void {
    this.#out.clear();
    this.#in.inOrder(0, 0, () => this.#closed(end));
  }

  #closed(end: TransportClosed): void {
    this.#ending = true;
    this.#in.clear();
    if (!this.#cut) return this.#events.closed(end);
    const error = { cause: new CutByFault() };
    this.#events.closed({ code: null, reason: "", clean: false, error });
  }

  #befall(direction: Direction, frame: Frame, lane: FaultLane, pass: () => void): void {
    const { what, delay } = this.#plan(direction, frame);
    const size = typeof frame === "string" ? frame.length : frame.byteLength;
    switch (what) {
      case "drop":
        return;
      case "pass":
        lane.inOrder(delay, size, pass);
        return;
      case "duplicate":
        lane.inOrder(delay, size, pass);
        lane.inOrder(0, size, pass);
        return;
      case "reorder":
        lane.outOfOrder(delay, size, pass);
        return;
      case "cut":
        lane.inOrder(delay, size, () => this.#cutNow());
    }
  }

  /** Half of a message is as good as none: neither side hears more, and the client is told of the end. */
  #cutNow(): void {
    this.#cut = true;
    this.reset();
  }
}
