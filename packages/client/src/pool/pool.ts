// Many channels over as few sockets as they need: Phoenix lets no more than so many onto one. This
// file places channels and keeps the sockets; what a socket's life means is pooled-socket.ts's.
import type { ConnectionEnd, EndReason, SchemaParts, SessionState } from "@slipstream/core";
import { onAbort } from "../abort.ts";
import type { JoinOptions } from "../channel-types.ts";
import type {
  ClientTypes,
  JoinArguments,
  JoinParams,
  SchemaOptions,
  Untyped,
} from "../channel-types.ts";
import { systemClock, type Clock } from "../clock.ts";
import type { ConnectError } from "../errors.ts";
import { Listeners, type Reporter } from "../listeners.ts";
import { consoleLogger, GuardedLogger } from "../logger.ts";
import { checkFunction, checkWhole } from "../option-checks.ts";
import type { Provided, SocketOptions } from "../options.ts";
import type { Channel } from "../readable-channel.ts";
import type { ReadableSocket } from "../readable-socket.ts";
import { PoolFullError } from "./pool-full-error.ts";
import { stateOf, type PoolState } from "./pool-state.ts";
import { numbersOf, sum, type Numbers, type PoolStats } from "./pool-stats.ts";
import { PooledSocket, type PoolOwner } from "./pooled-socket.ts";
import { SharedCredentials } from "./shared-credentials.ts";

/** What only a pool knows. */
export interface PoolOptions {
  /**
   * How many channels one socket may have. Default: 90. Phoenix refuses the 101st, and counts a
   * channel until its process has ended, which may be a while after it has left.
   */
  readonly channelsPerSocket?: number;
  /** How many sockets the pool may have, those that it is closing aside. Default: 100. */
  readonly maxSockets?: number;
  /** Ms for which a socket that has no channel any more is kept. Default: 5,000. */
  readonly closeAfter?: number;
}

/** A socket of a pool that will not come back by itself. */
export interface SocketFailure {
  readonly reason: EndReason;
  /** The topics of the channels that it had. They are errored; ask the pool for new ones. */
  readonly topics: readonly string[];
}

/** How a pool's disconnect went. */
export interface PoolDisconnected {
  /** How many sockets were ended. */
  readonly sockets: number;
  /** Whether each of them ended as RFC 6455 says. */
  readonly clean: boolean;
}

/** Makes the sockets of a pool. */
export type MakeSocket = (options: SocketOptions) => ReadableSocket;

/** A pool over any kind of socket. */
export class BasePool implements PoolOwner, Reporter {
  readonly clock: Clock;
  readonly closeAfter: number;
  readonly channelsPerSocket: number;
  readonly maxSockets: number;
  readonly #make: MakeSocket;
  readonly #options: SocketOptions;
  readonly #credentials: SharedCredentials;
  readonly #logger: GuardedLogger;
  readonly #signal: AbortSignal | undefined;
  readonly #sockets = new Set<PooledSocket>();
  /** Those that are being closed, because nobody needs them. */
  readonly #closing = new Set<PooledSocket>();
  /** Where the channels in use are, by topic. */
  readonly #seats = new Map<string, { readonly channel: Channel; readonly at: PooledSocket }>();
  readonly #states: Listeners<[state: PoolState]>;
  readonly #failures: Listeners<[failure: SocketFailure]>;
  readonly #ends: Listeners<[end: ConnectionEnd]>;
  #ending: "no" | "closing" | "ended" = "no";
  #told: PoolState = stateOf([], "no", 0);
  /** What those have counted that are gone. */
  #gone: Numbers;
  #releaseSignal: (() => void) | null = null;

  constructor(make: MakeSocket, options: SocketOptions & PoolOptions) {
    const { channelsPerSocket = 90, maxSockets = 100, closeAfter = 5_000, ...others } = options;
    checkWhole("channelsPerSocket", channelsPerSocket);
    checkWhole("maxSockets", maxSockets);
    checkWhole("closeAfter", closeAfter);
    const { signal, ...socketOptions } = others;
    this.#make = make;
    // A table's delays are the same for all sockets: without jitter they would all come back at once.
    this.#options = { jitter: 0.5, ...socketOptions };
    this.#credentials = new SharedCredentials(socketOptions);
    this.#signal = signal;
    this.clock = options.clock ?? systemClock;
    this.closeAfter = closeAfter;
    this.#logger = new GuardedLogger(options.logger ?? consoleLogger);
    this.channelsPerSocket = channelsPerSocket;
    this.maxSockets = maxSockets;
    this.#states = new Listeners("a handler of state changes of the pool", this);
    this.#failures = new Listeners("a handler of failures of the pool", this);
    this.#ends = new Listeners("a handler of connection ends of the pool", this);
    // Finds out now, and not at the first join, whether the options can be used.
    this.#gone = numbersOf(make(this.#socketOptions()).stats);
  }

  /** Where the pool stands: its sockets' states taken together. */
  get state(): PoolState {
    const standings = [...this.#sockets].map(({ socket, opened }) => ({
      state: socket.state,
      opened,
    }));
    return stateOf(standings, this.#ending, this.#closing.size);
  }

  /** What all sockets have counted, those that are gone included. */
  get stats(): PoolStats {
    const live = [...this.#sockets, ...this.#closing].map(({ socket }) => numbersOf(socket.stats));
    return { ...live.reduce(sum, this.#gone), sockets: live.length } as unknown as PoolStats;
  }

  /**
   * The channel of a topic, on whichever socket has room: the same one until it has been left or has
   * ended for good. It takes up its room from now on, and its socket connects when it is first joined.
   * @throws {PoolFullError} when all sockets are full.
   */
  channel<P extends SchemaParts>(
    topic: string,
    params: Provided<JoinParams<ClientTypes<P>>> | undefined,
    options: SchemaOptions<P>,
  ): Channel<ClientTypes<P>>;
  channel<C = Untyped>(topic: string, params?: Provided<JoinParams<C>>): Channel<C>;
  channel(topic: string, ...args: readonly unknown[]): Channel {
    const { socket } = this.#place(topic);
    return (socket.channel as (...args: unknown[]) => Channel).call(socket, topic, ...args);
  }

  /**
   * Joins a topic and resolves with its channel, once the server has let us in.
   * @throws {PoolFullError} at once, when all sockets are full.
   * @throws {JoinError} (by rejection) as `channel.join` does.
   *
   * @example
   * ```ts
   * const room = await pool.join("room:lobby", { user: 1 });
   * ```
   */
  join<P extends SchemaParts>(
    topic: string,
    params: Provided<JoinParams<ClientTypes<P>>>,
    options: JoinOptions & SchemaOptions<P>,
  ): Promise<Channel<ClientTypes<P>>>;
  join<C = Untyped>(topic: string, ...args: JoinArguments<C>): Promise<Channel<C>>;
  join(topic: string, ...args: readonly unknown[]): Promise<Channel> {
    const { socket } = this.#place(topic);
    return (socket.join as (...args: unknown[]) => Promise<Channel>).call(socket, topic, ...args);
  }

  /**
   * Ends all sockets as `socket.disconnect` does, and resolves when nothing is left of them. A channel
   * that is asked for later begins anew.
   */
  async disconnect(): Promise<PoolDisconnected> {
    for (const pooled of this.#sockets) this.#closing.add(pooled);
    this.#sockets.clear();
    this.#seats.clear();
    const all = [...this.#closing];
    this.#ending = "closing";
    this.#tell();
    const ends = await Promise.all(all.map((pooled) => pooled.close()));
    for (const pooled of all) this.#remove(pooled);
    // Unless a channel was asked for meanwhile.
    if (this.state.type === "closing") this.#ending = "ended";
    this.#tell();
    return { sockets: all.length, clean: ends.every(({ clean }) => clean) };
  }

  /** Calls `handler` whenever the pool's state is another. Returns the function that removes it. */
  onState(handler: (state: PoolState) => unknown): () => void {
    checkFunction("handler", handler);
    return this.#states.add(handler);
  }

  /**
   * Calls `handler` when a socket has failed for good, so that nothing will be tried by itself: its
   * credentials are refused, or `reconnect` says so. Joins that wait for it are rejected.
   */
  onFailure(handler: (failure: SocketFailure) => unknown): () => void {
    checkFunction("handler", handler);
    return this.#failures.add(handler);
  }

  /** Calls `handler` once for each connection, and each attempt to make one, that ended. */
  onConnectionEnd(handler: (end: ConnectionEnd) => unknown): () => void {
    checkFunction("handler", handler);
    return this.#ends.add(handler);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.disconnect();
  }

  /** @internal */
  changed(pooled: PooledSocket, state: SessionState): void {
    if (state.type === "ended" && this.#sockets.has(pooled)) {
      const failure = { reason: state.reason, topics: pooled.topics() };
      this.#remove(pooled);
      this.#failures.call(failure);
    }
    this.#tell();
  }

  /** @internal */
  untold(error: ConnectError): void {
    if (this.#failures.size === 0) this.#logger.untold(error);
  }

  /** @internal */
  occupied(channel: Channel, at: PooledSocket): void {
    if (this.#sockets.has(at) && !this.#seats.has(channel.topic)) {
      this.#seats.set(channel.topic, { channel, at });
    }
  }

  /** @internal */
  vacated(channel: Channel): void {
    if (this.#seats.get(channel.topic)?.channel === channel) this.#seats.delete(channel.topic);
  }

  /** @internal */
  unneeded(pooled: PooledSocket): void {
    if (!this.#sockets.delete(pooled)) return;
    this.#closing.add(pooled);
    this.#tell();
    void pooled.close().then(() => this.#remove(pooled));
  }

  /** @internal */
  report(error: unknown, what: string): void {
    this.#logger.report(error, what);
  }

  /** The socket on which a topic's channel is or shall be. */
  #place(topic: string): PooledSocket {
    this.#signal?.throwIfAborted();
    const seat = this.#seats.get(topic);
    if (seat !== undefined) return seat.at;
    const at = this.#roomy() ?? this.#open(topic);
    at.seat(at.socket.channel(topic));
    return at;
  }

  /** The fullest socket that has room, so that others get empty; one that is open before the others. */
  #roomy(): PooledSocket | undefined {
    const rank = (pooled: PooledSocket): number =>
      pooled.size + (pooled.socket.state.type === "open" ? this.channelsPerSocket : 0);
    let best: PooledSocket | undefined;
    for (const pooled of this.#sockets) {
      if (pooled.size >= this.channelsPerSocket) continue;
      if (best === undefined || rank(pooled) > rank(best)) best = pooled;
    }
    return best;
  }

  #open(topic: string): PooledSocket {
    if (this.#sockets.size >= this.maxSockets) {
      throw new PoolFullError(topic, this.maxSockets, this.channelsPerSocket);
    }
    const pooled = new PooledSocket(this.#make(this.#socketOptions()), this);
    pooled.socket.onConnectionEnd((end) => this.#ends.call(end));
    this.#sockets.add(pooled);
    this.#ending = "no";
    this.#releaseSignal ??= onAbort(this.#signal, () => void this.disconnect());
    this.#tell();
    return pooled;
  }

  /** Nothing is left of a socket; what it counted stays. */
  #remove(pooled: PooledSocket): void {
    const held = this.#sockets.delete(pooled) || this.#closing.delete(pooled);
    if (!held) return;
    pooled.retire();
    for (const [topic, { at }] of this.#seats) if (at === pooled) this.#seats.delete(topic);
    this.#gone = sum(this.#gone, numbersOf(pooled.socket.stats));
    if (this.#sockets.size + this.#closing.size > 0) return;
    this.#releaseSignal?.();
    this.#releaseSignal = null;
  }

  #tell(): void {
    const { state } = this;
    const { type, sockets, open } = this.#told;
    if (type === state.type && sockets === state.sockets && open === state.open) return;
    this.#told = state;
    this.#states.call(state);
  }

  #socketOptions(): SocketOptions {
    return { ...this.#options, ...this.#credentials.forSocket() };
  }
}
