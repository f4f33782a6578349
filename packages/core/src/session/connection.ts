// The connection of a session, over all its attempts: does what entering a state always brings with
// it. Which state follows which is for table.ts alone, and what it means for channels for session.ts.
import type { Context } from "../context.ts";
import type { Deadline } from "../deadlines.ts";
import { Heartbeat, type HeartbeatOwner } from "./heartbeat.ts";
import type { ConnectionInput } from "./input.ts";
import { FLOWING, Reader, type Reading } from "./reading.ts";
import type { SessionState } from "./state.ts";
import { transition } from "./table.ts";
import type { Connection } from "./transitions.ts";

/** What is told of a connection's changes, when the program has been told of them. */
export interface ConnectionOwner {
  connectionChanged(previous: SessionState, next: SessionState): void;
}

export class ConnectionMachine<C, P> implements Connection<C, P>, Deadline, HeartbeatOwner {
  at: number = 0;
  slot: number = -1;
  readonly context: Context<C, P>;
  readonly heartbeat: Heartbeat<C, P>;
  openedAt: number = 0;
  late: number = 0;
  refusals: number = 0;
  prove: boolean = false;
  readonly #owner: ConnectionOwner;
  #state: SessionState = { type: "idle" };
  /** Made when first needed: most sockets are never paused. */
  #reader: Reader<C, P> | null = null;

  constructor(context: Context<C, P>, owner: ConnectionOwner) {
    this.context = context;
    this.#owner = owner;
    this.heartbeat = new Heartbeat(context, this);
  }

  get state(): SessionState {
    return this.#state;
  }

  get reader(): Reader<C, P> {
    this.#reader ??= new Reader(this.context, this.heartbeat);
    return this.#reader;
  }

  get reading(): Reading {
    return this.#reader?.reading ?? FLOWING;
  }

  handle(input: ConnectionInput): void {
    const previous = this.#state;
    const next = transition(this, previous, input);
    if (next === previous) return;
    this.#state = next;
    this.#arm(previous, next);
    if (previous.type === "open") this.#leaveOpen();
    if (next.type === "open") this.#enterOpen();
    this.announce(next);
    this.#owner.connectionChanged(previous, next);
  }

  expire(now: number): void {
    this.late = now - this.at;
    this.handle({ type: "deadlinePassed" });
  }

  heartbeatMissed(): void {
    this.handle({ type: "heartbeatMissed" });
  }

  announce(state: SessionState): void {
    this.context.emit({ type: "sessionChanged", state });
  }

  #enterOpen(): void {
    this.openedAt = this.context.now;
    this.context.open = true;
    this.refusals = 0;
    this.context.counters.opened += 1;
    this.heartbeat.start(this.prove);
  }

  #leaveOpen(): void {
    this.context.open = false;
    this.#reader?.stop();
    this.heartbeat.stop();
  }

  #arm(previous: SessionState, next: SessionState): void {
    const { deadlines, now, options } = this.context;
    switch (next.type) {
      case "connecting":
        // One timeout spans the whole attempt, so the step from credentials to dialling keeps it.
        if (previous.type !== "connecting") deadlines.set(this, now + options.connectTimeout);
        return;
      case "closing":
        if (next.step === "reset") deadlines.clear(this);
        else if (previous.type !== "closing" || previous.step !== next.step) {
          deadlines.set(this, now + options.closeTimeout);
        }
        return;
      case "waiting":
        deadlines.set(this, now + next.delay);
        return;
      case "idle":
      case "open":
      case "ended":
        deadlines.clear(this);
    }
  }
}
