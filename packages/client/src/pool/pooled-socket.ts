// One socket of a pool: which channels sit on it, when it is connected, and when it is no longer
// needed. Which channel goes where is for pool.ts.
import type { ChannelState, SessionState } from "@slipstream/core";
import type { Clock, Timer } from "../clock.ts";
import type { ConnectError } from "../errors.ts";
import { Channel } from "../readable-channel.ts";
import type { ReadableSocket } from "../readable-socket.ts";
import { BaseSocket } from "../socket.ts";
import type { Disconnected } from "../socket-core.ts";
import { PoolFullError } from "./pool-full-error.ts";

/** What a pooled socket tells its pool. */
export interface PoolOwner {
  readonly clock: Clock;
  /** Ms for which a socket without channels is kept. */
  readonly closeAfter: number;
  /** How many channels a socket may have. */
  readonly channelsPerSocket: number;
  /** How many sockets there may be. */
  readonly maxSockets: number;
  /** It has failed for good, and nobody waits for it. */
  untold(error: ConnectError): void;
  /** Its state has changed. */
  changed(socket: PooledSocket, state: SessionState): void;
  /** A channel is in use. */
  occupied(channel: Channel, at: PooledSocket): void;
  /** It is no longer. */
  vacated(channel: Channel): void;
  /** It has had no channel for `closeAfter`. */
  unneeded(socket: PooledSocket): void;
}

export class PooledSocket {
  readonly socket: ReadableSocket;
  readonly #owner: PoolOwner;
  /** The channels that take up room at the server, or will when they are joined. */
  readonly #channels = new Set<Channel>();
  #grace: Timer | null = null;
  #retired = false;

  constructor(socket: ReadableSocket, owner: PoolOwner) {
    this.socket = socket;
    this.#owner = owner;
    socket.onState((state) => owner.changed(this, state));
    BaseSocket.coreOf(socket).failed = (error) => owner.untold(error);
  }

  get size(): number {
    return this.#channels.size;
  }

  /** Whether it has ever been open. */
  get opened(): boolean {
    return this.socket.stats.counters.opened > 0;
  }

  topics(): readonly string[] {
    return [...this.#channels].map(({ topic }) => topic);
  }

  /** Gives a channel of this socket its place. */
  seat(channel: Channel): void {
    this.#take(channel);
    Channel.coreOf(channel).refusal = () => this.#refusal(channel);
    channel.onState((state) => this.#channelChanged(channel, state));
  }

  /** Ends it, and resolves when nothing is left of it. */
  close(): Promise<Disconnected> {
    this.retire();
    return this.socket.disconnect();
  }

  /** It is the pool's no longer, and waits for nothing. */
  retire(): void {
    this.#retired = true;
    this.#stopGrace();
  }

  #channelChanged(channel: Channel, state: ChannelState): void {
    switch (state.type) {
      case "left":
      case "errored":
        this.#vacate(channel);
        return;
      case "waiting":
      case "joining":
        // Also where somebody joins again what had been left.
        this.#take(channel);
        this.#connect();
        return;
      case "idle":
      case "joined":
      case "leaving":
    }
  }

  /** Gives what was left its place again before it is joined, or says that there is none. */
  #refusal(channel: Channel): Error | null {
    // Of a socket that is over, nothing can be joined in any case.
    if (this.#retired || this.#channels.has(channel)) return null;
    const { maxSockets, channelsPerSocket } = this.#owner;
    if (this.size >= channelsPerSocket) {
      return new PoolFullError(channel.topic, maxSockets, channelsPerSocket);
    }
    this.#take(channel);
    return null;
  }

  #take(channel: Channel): void {
    this.#channels.add(channel);
    this.#owner.occupied(channel, this);
    this.#stopGrace();
  }

  #vacate(channel: Channel): void {
    // It may have been joined again while this change was on its way.
    if (channel.state.type !== "left" && channel.state.type !== "errored") return;
    if (!this.#channels.delete(channel)) return;
    this.#owner.vacated(channel);
    if (this.#channels.size > 0 || this.#retired) return;
    const { clock, closeAfter } = this.#owner;
    this.#grace ??= clock.setTimer(closeAfter, graceOver, this);
  }

  /** Its grace is over. */
  graceOver(): void {
    this.#grace = null;
    this.#owner.unneeded(this);
  }

  /** Connects when a channel first needs it. What becomes of it is told by its state. */
  #connect(): void {
    if (this.socket.state.type === "idle") void this.socket.connect().catch(() => {});
  }

  #stopGrace(): void {
    if (this.#grace !== null) this.#owner.clock.clearTimer(this.#grace);
    this.#grace = null;
  }
}

function graceOver(socket: PooledSocket): void {
  socket.graceOver();
}
