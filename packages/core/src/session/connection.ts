// The connection of a session, over all its attempts: does what entering a state always brings with
// it. Which state follows which is for table.ts alone, and what it means for channels for session.ts.
import type { Context } from "../context.ts";
import type { Deadline } from "../deadlines.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { ConnectionInput } from "./input.ts";
import type { SessionState } from "./state.ts";
import { transition } from "./table.ts";
import type { Connection } from "./transitions.ts";

export class ConnectionMachine<C, P> implements Connection<C, P>, Deadline {
  at: number = Infinity;
  slot: number = -1;
  readonly context: Context<C, P>;
  readonly heartbeat: Heartbeat<C, P>;
  openedAt: number = 0;
  readonly #changed: (previous: SessionState, next: SessionState) => void;
  #state: SessionState = { type: "idle" };

  /** `changed` is called after each change of state, when the program has been told of it. */
  constructor(
    context: Context<C, P>,
    changed: (previous: SessionState, next: SessionState) => void,
  ) {
    this.context = context;
    this.#changed = changed;
    this.heartbeat = new Heartbeat(context, () => this.handle({ type: "heartbeatMissed" }));
  }

  get state(): SessionState {
    return this.#state;
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
    this.#changed(previous, next);
  }

  expire(): void {
    this.handle({ type: "deadlinePassed" });
  }

  announce(state: SessionState): void {
    this.context.emit({ type: "sessionChanged", state });
  }

  #enterOpen(): void {
    this.openedAt = this.context.now;
    this.context.open = true;
    this.context.counters.opened += 1;
    this.heartbeat.start();
  }

  #leaveOpen(): void {
    this.context.open = false;
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
