// The connection of a session, over all its attempts: does what entering a state always brings with
// it, and tells whoever lives on it. Which state follows which is for table.ts alone.
import type { ChannelEvent } from "../channel/input.ts";
import type { ChannelMachine, Directory } from "../channel/machine.ts";
import { Context, type SessionOptions } from "../context.ts";
import type { Deadline } from "../deadlines.ts";
import type { EndReason } from "../end-reason.ts";
import { Pushes } from "../push/pushes.ts";
import { SmallMap } from "../small-map.ts";
import { Heartbeat, type HeartbeatOwner } from "./heartbeat.ts";
import type { ConnectionInput } from "./input.ts";
import { FLOWING, type Reader, type Reading } from "./reading.ts";
import type { ConnectionEnd, SessionState } from "./state.ts";
import { transition } from "./table.ts";

/** One session's connection. The other machines of the session see its Context alone. */
export class Connection<C, P> extends Context<C, P> implements Deadline, HeartbeatOwner {
  at: number = 0;
  slot: number = -1;
  state: SessionState = { type: "idle" };
  readonly heartbeat: Heartbeat<C, P>;
  /** Those that the server knows of or soon will, by topic. */
  readonly channels: Directory<C, P> = new SmallMap();
  /** When it was opened, in ms of the session's clock. */
  openedAt: number = 0;
  /** How late, in ms, the deadline was noticed that has passed. */
  late: number = 0;
  /** How often credentials were refused since a connection was open or was asked for anew. */
  refusals: number = 0;
  /** Whether the connection that opens is to be proved by a heartbeat at once. */
  prove: boolean = false;
  // Made when first needed: most sockets are never paused, and never ping.
  #reader: Reader<C, P> | null = null;
  #pings: Pushes<C, P> | null = null;
  readonly #newReader: typeof Reader | undefined;

  constructor(options: SessionOptions, reader?: typeof Reader) {
    super(options);
    this.heartbeat = new Heartbeat(this, this);
    this.#newReader = reader;
  }

  get reading(): Reading {
    return this.#reader?.reading ?? FLOWING;
  }

  /** Null where reading is never stopped. */
  get reader(): Reader<C, P> | null {
    return (this.#reader ??= this.#newReader ? new this.#newReader(this, this.heartbeat) : null);
  }

  /** Pushes of the socket itself. */
  get pings(): Pushes<C, P> {
    return (this.#pings ??= new Pushes(this));
  }

  transit(input: ConnectionInput): void {
    const previous = this.state;
    const next = transition(this, previous, input);
    if (next === previous) return;
    this.state = next;
    // What goes on in the same state keeps its deadline: one timeout spans all steps of an attempt.
    const goesOn =
      previous.type === next.type &&
      (next.type === "connecting" || (next.type === "closing" && hasStep(previous, next.step)));
    if (!goesOn) this.deadlines.set(this, this.now + this.#patience(next));
    if (previous.type === "open") this.#leaveOpen();
    if (next.type === "open") this.#enterOpen();
    this.announce(next);
    this.#changed(previous, next);
  }

  expire(now: number): void {
    this.late = now - this.at;
    this.transit({ type: "deadlinePassed" });
  }

  heartbeatMissed(): void {
    this.transit({ type: "heartbeatMissed" });
  }

  /** Tells the program of a state, which may be over as soon as it began. */
  announce(state: SessionState): void {
    this.emit({ type: "sessionChanged", state });
  }

  /** Counts and tells the end of one attempt, of which nothing is left. */
  conclude(end: ConnectionEnd): void {
    this.counters.endsByReason[end.reason.type] += 1;
    this.emit({ type: "connectionEnded", end });
  }

  #enterOpen(): void {
    this.openedAt = this.now;
    this.open = true;
    this.refusals = 0;
    this.counters.opened += 1;
    this.heartbeat.start(this.prove);
  }

  #leaveOpen(): void {
    this.open = false;
    this.#reader?.stop();
    this.heartbeat.stop();
  }

  /** Tells a channel that the session is over, if it is: where it joins then, nothing else would. */
  tellIfOver(channel: ChannelMachine<C, P>): void {
    if (isOver(this.state)) channel.handle(sessionEnded(this.state));
  }

  /** What each of the members makes of it is its own affair. */
  #changed(previous: SessionState, next: SessionState): void {
    const lost = previous.type === "open";
    if (lost) this.#pings?.failInFlight("disconnected");
    const event: ChannelEvent | false =
      next.type === "open"
        ? { type: "connectionOpened" }
        : isOver(next)
          ? sessionEnded(next)
          : lost && { type: "connectionLost", reason: reasonOf(next) };
    if (event === false) return;
    // Channels that are told may give up their place in the directory.
    for (const channel of [...this.channels.values()]) channel.handle(event);
  }

  /** How long a state may last before its deadline passes, in ms. */
  #patience(state: SessionState): number {
    const { connectTimeout, closeTimeout } = this.options;
    if (state.type === "connecting") return connectTimeout;
    if (state.type === "waiting") return state.delay;
    return state.type === "closing" && state.step !== "reset" ? closeTimeout : Infinity;
  }
}

function hasStep(state: SessionState, step: string): boolean {
  return "step" in state && state.step === step;
}

/** Whether the channels of the session have nothing to wait for any more. */
function isOver(state: SessionState): boolean {
  return state.type === "ended" || (state.type === "closing" && state.then === "end");
}

function sessionEnded(state: SessionState): ChannelEvent {
  const reason: EndReason = state.type === "ended" ? state.reason : { type: "requested" };
  return { type: "sessionEnded", reason };
}

/** Why a connection is not open any more, as far as the state that followed says. */
function reasonOf(state: SessionState): EndReason | null {
  if (state.type === "waiting") return state.cause;
  return state.type === "closing" ? state.reason : null;
}
