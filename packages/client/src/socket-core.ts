// What stands behind a socket: it owns the session, the interpreter and the channels, and turns
// what the session tells into promises, handlers and streams. Not for users, who see it through Socket.
import {
  Session,
  type ConnectionEnd,
  type EndReason,
  type Event,
  type ReadingChange,
  type SessionInput,
  type SessionState,
} from "@slipstream/core";
import { onAbort } from "./abort.ts";
import { ChannelCore, type ChannelHost } from "./channel-core.ts";
import type { Clock } from "./clock.ts";
import { Endpoint } from "./endpoint.ts";
import { ConnectError, type ConnectFailure } from "./errors.ts";
import { Interpreter, type Program } from "./interpreter.ts";
import { Listeners } from "./listeners.ts";
import type { Dropped } from "./message-router.ts";
import { settingsOf, type ResolvedOptions, type Settings } from "./resolve-options.ts";
import { Outcome } from "./outcome.ts";
import type { PendingPush } from "./pending-push.ts";
import { ping } from "./ping.ts";
import { RetryWarning } from "./retry-warning.ts";
import { LOG, sayConnectionEnded } from "./sentences.ts";
import { StateStream } from "./state-stream.ts";
import type { Dial } from "./transport.ts";
import { Waiters } from "./waiters.ts";

/** How a disconnect went. */
export interface Disconnected {
  /** The close code that the server answered with, 1005 if it gave none, null if it did not answer or there was no connection. */
  readonly code: number | null;
  readonly reason: string;
  /** Close frames went both ways and TCP ended without a reset, or there was no connection. */
  readonly clean: boolean;
}

export class SocketCore implements ChannelHost, Program<ChannelCore, PendingPush> {
  readonly options: Settings;
  readonly session: Session<ChannelCore, PendingPush>;
  readonly interpreter: Interpreter<ChannelCore, PendingPush>;
  unobservedFailures = 0;
  unclaimedMessages = 0;
  droppedMessages = 0;
  invalidMessages = 0;
  invalidReplies = 0;
  readonly #endpoint: Endpoint;
  /** The signal of the options: it ends the socket whenever it is aborted. */
  readonly #signal: AbortSignal | undefined;
  /** Told in place of the log that nothing is tried any more, where nobody awaits the connection. */
  failed: ((error: ConnectError) => void) | null = null;
  #states: StateStream<SessionState> | null = null;
  #ends: Listeners<[end: ConnectionEnd]> | null = null;
  /** Channels that were made and never joined, by topic. The session holds those that were. */
  #fresh: Map<string, ChannelCore> | null = null;
  #connectors: Waiters<void> | null = null;
  /** Whether `connect()` was called and the socket has not been open since. */
  #firstConnect = false;
  #disconnecting: Outcome<Disconnected> | null = null;
  #retryWarning: RetryWarning | null = null;
  #releaseSignal: (() => void) | null = null;

  constructor(url: string | URL, options: ResolvedOptions, dial: Dial) {
    const settings = settingsOf(options);
    this.options = settings;
    this.#signal = options.signal;
    this.#endpoint = new Endpoint(url, options, settings);
    this.session = new Session(settings);
    this.interpreter = new Interpreter(
      this.session,
      this.#endpoint,
      settings.serializer,
      settings.transport ?? dial,
      settings.clock,
      this,
    );
  }

  get state(): SessionState {
    return this.session.state;
  }

  get states(): StateStream<SessionState> {
    this.#states ??= new StateStream("state changes of the socket", this);
    return this.#states;
  }

  get ends(): Listeners<[end: ConnectionEnd]> {
    this.#ends ??= new Listeners("a handler of connection ends", this);
    return this.#ends;
  }

  /** The error that says why there is no connection. */
  connectError(reason: ConnectFailure): ConnectError {
    return new ConnectError(reason, this.#endpoint.place);
  }

  get congested(): boolean {
    return this.interpreter.bufferedAmount > this.options.maxBuffered;
  }

  get clock(): Clock {
    return this.options.clock;
  }

  get place(): string {
    return this.#endpoint.place;
  }

  get joinTimeout(): number {
    return this.options.joinTimeout;
  }

  /** The channel of a topic: the one that is in use or was made for it and never joined, or a new one. */
  channel(topic: string, params: unknown): ChannelCore {
    const held = this.session.channels.get(topic)?.owner ?? this.#fresh?.get(topic);
    if (held !== undefined) {
      if (params !== undefined) held.joinParams = params;
      return held;
    }
    const channel = new ChannelCore(this, topic, params);
    this.#fresh ??= new Map();
    this.#fresh.set(topic, channel);
    return channel;
  }

  connect(signal: AbortSignal | undefined): Outcome<void> {
    const { state } = this;
    if (state.type === "open") {
      const connected = new Outcome<void>(this);
      connected.resolve();
      return connected;
    }
    const connectors = (this.#connectors ??= new Waiters<void>(this));
    const connecting = connectors.add(signal, (reason) => this.#connectGivenUp(connectors, reason));
    const ours = this.#signal;
    if (ours?.aborted === true) connecting.reject(this.#aborted(ours.reason));
    if (connecting.settled) return connecting;
    if (isAtRest(state)) this.#firstConnect = true;
    this.#watchSignal();
    this.handle({ type: "connectSocket" });
    return connecting;
  }

  disconnect(code: number, reason: string): Outcome<Disconnected> {
    return this.end({ type: "disconnectSocket", code, reason });
  }

  end(
    how: SessionInput<ChannelCore, PendingPush> & { type: "disconnectSocket" | "resetSocket" },
  ): Outcome<Disconnected> {
    const disconnecting = this.#disconnecting ?? new Outcome<Disconnected>(this);
    if (this.state.type === "ended") {
      // The end of a connection that is told only after whoever is being called right now has returned.
      if (this.#disconnecting !== null) return this.#disconnecting;
      disconnecting.resolve({ code: null, reason: "", clean: true });
      return disconnecting;
    }
    this.#disconnecting = disconnecting;
    for (const channel of this.session.channels.values()) channel.owner.stop("disconnect");
    if (this.#awaited) this.#refuseConnectors(this.connectError({ type: "requested" }));
    this.handle(how);
    return disconnecting;
  }

  ping(timeout: number): Outcome<number> {
    return ping(this, timeout);
  }

  overflow(queue: string): void {
    this.handle({ type: "queueOverflowed", queue });
  }

  handle(input: SessionInput<ChannelCore, PendingPush>): void {
    this.interpreter.handle(input);
  }

  report(error: unknown, what: string): void {
    this.options.logger.report(error, what);
  }

  untold(error: Error): void {
    this.options.logger.untold(error);
  }

  /** The first is a warning. A peer that sends nothing else must not fill a log. */
  undecodable(error: unknown): void {
    const level = this.session.counters.ignored.undecodable === 0 ? "warn" : "debug";
    this.options.logger[level](LOG.unreadable, error);
  }

  dropped(topic: string, count: number, why: Dropped): void {
    this[why] += count;
    this.options.telemetry?.dropped(this, topic, count, why);
  }

  tell(event: Event<ChannelCore, PendingPush>): void {
    this.options.telemetry?.told(this, event);
    switch (event.type) {
      case "messageReceived":
        event.channel.received(event.message);
        return;
      case "pushSettled":
        event.push.settle(event.outcome);
        return;
      case "channelChanged":
        this.#used(event.channel);
        event.channel.changed(event.state);
        return;
      case "sessionChanged":
        this.#changed(event.state);
        return;
      case "connectionEnded":
        this.#ended(event.end);
        return;
      case "readingChanged":
        this.#readingChanged(event.why);
        return;
      case "frameIgnored":
        this.options.logger.debug(LOG.ignored, event.why);
        return;
      case "heartbeatAnswered":
    }
  }

  /** The session holds a channel that was joined; it is a fresh one no longer. */
  #used(channel: ChannelCore): void {
    const fresh = this.#fresh;
    if (fresh?.get(channel.topic) !== channel) return;
    fresh.delete(channel.topic);
    if (fresh.size === 0) this.#fresh = null;
  }

  #readingChanged(why: ReadingChange): void {
    if (why !== "maxPause") return;
    this.options.logger.warn(
      `slipstream: reading went on after maxPause (${this.options.maxPause} ms), although it was still paused. What waits for a slow consumer belongs into a bounded reader.`,
    );
  }

  #changed(state: SessionState): void {
    if (this.#retryWarning !== null && (state.type === "open" || state.type === "ended")) {
      this.#retryWarning.last = null;
    }
    if (state.type === "open") {
      this.#firstConnect = false;
      this.#connectors?.resolve();
      this.#connectors = null;
    } else if (state.type === "waiting" && state.cause.type !== "pageHidden") {
      this.#retryWarning ??= new RetryWarning(this.#endpoint.place, this.options.logger);
      this.#retryWarning.see(state, this.session.counters.opened);
    } else if (state.type === "ended") {
      this.#concluded(state.reason, state.last);
    }
    this.#states?.tell(state);
    if (state.type === "ended") this.#states?.end();
  }

  #concluded(reason: EndReason, last: ConnectionEnd): void {
    this.#disconnecting?.resolve({ code: last.code, reason: last.text, clean: last.clean });
    this.#disconnecting = null;
    // Connecting anew may have been asked for while the old connection was closing.
    if (this.state.type !== "ended") return;
    this.#releaseSignal?.();
    this.#releaseSignal = null;
    if (reason.type === "requested") return;
    const error = this.connectError(reason);
    if (this.#awaited) this.#refuseConnectors(error);
    else if (this.failed === null) this.untold(error);
    else this.failed(error);
  }

  get #awaited(): boolean {
    return (this.#connectors?.size ?? 0) > 0;
  }

  #refuseConnectors(error: unknown): void {
    this.#firstConnect = false;
    this.#connectors?.reject(error);
    this.#connectors = null;
  }

  #ended(end: ConnectionEnd): void {
    this.#ends?.call(end);
    this.options.logger.debug(sayConnectionEnded(this.#endpoint.place, end));
  }

  #watchSignal(): void {
    this.#releaseSignal ??= onAbort(this.#signal, (reason) => {
      this.#refuseConnectors(this.#aborted(reason));
      void this.disconnect(1000, "");
    });
  }

  /**
   * One of those who wait for the connection gave up. The last one takes the asking back with him,
   * unless the socket has been open and comes back by itself.
   */
  #connectGivenUp(connectors: Waiters<void>, reason: unknown): ConnectError {
    const error = this.#aborted(reason);
    if (this.#firstConnect && connectors.size === 0) void this.disconnect(1000, "");
    return error;
  }

  /** The error of whoever gave up. */
  #aborted(cause: unknown): ConnectError {
    const last = this.#retryWarning?.last ?? null;
    return this.connectError({ type: "aborted", cause, last });
  }
}

/** Whether nothing is tried, and nothing will be unless `connect()` is called. */
function isAtRest(state: SessionState): boolean {
  return (
    state.type === "idle" ||
    state.type === "ended" ||
    (state.type === "closing" && state.then === "end")
  );
}
