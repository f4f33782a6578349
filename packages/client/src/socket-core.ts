// What stands behind a socket: it runs a session, owns the channels, and turns
// what the session tells into promises, handlers and streams. Not for users, who see it through Socket.
import {
  Session,
  type ConnectionEnd,
  type EndReason,
  type Event,
  type Reader,
  type SessionInput,
  type SessionState,
} from "@slipstream/core";
import { onAbort } from "./abort.ts";
import { ChannelCore, type ChannelHost } from "./channel-core.ts";
import { Endpoint } from "./endpoint.ts";
import { ConnectError, type ConnectFailure } from "./errors.ts";
import { Interpreter } from "./interpreter.ts";
import { Listeners } from "./listeners.ts";
import type { GuardedLogger } from "./logger.ts";
import type { Dropped } from "./message-router.ts";
import type { Credentials, Settings } from "./settings.ts";
import { Outcome } from "./outcome.ts";
import type { PendingPush } from "./pending-push.ts";
import { RetryWarning } from "./retry-warning.ts";
import { LOG, sayConnectionEnded, sayGivenUp, sayReadOn, withheldCause } from "./sentences.ts";
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

export class SocketCore extends Interpreter<ChannelCore, PendingPush> implements ChannelHost {
  unobservedFailures = 0;
  unclaimedMessages = 0;
  droppedMessages = 0;
  invalidMessages = 0;
  invalidReplies = 0;
  /** The signal of the options: it ends the socket whenever it is aborted. */
  readonly #signal: AbortSignal | undefined;
  /** Told in place of the log that nothing is tried any more, where nobody awaits the connection. */
  failed: ((error: ConnectError) => void) | null = null;
  #states: Listeners<[state: SessionState]> | null = null;
  #ends: Listeners<[end: ConnectionEnd]> | null = null;
  /** Channels that were made and never joined, by topic. The session holds those that were. */
  #fresh: Map<string, ChannelCore> | null = null;
  readonly #connectors = new Waiters<void>(this);
  /** Whether `connect()` was called and the socket has not been open since. */
  #firstConnect = false;
  #disconnecting: Outcome<Disconnected> | null = null;
  #retryWarning: RetryWarning | null = null;
  #releaseSignal: (() => void) | null = null;

  /** @param reader `Reader`, where reading can be paused. */
  constructor(
    url: string | URL,
    credentials: Credentials & { readonly signal?: AbortSignal | undefined },
    settings: Settings,
    dial: Dial,
    reader?: typeof Reader,
  ) {
    super(new Session(settings, reader), new Endpoint(url, credentials, settings), settings, dial);
    this.#signal = credentials.signal;
  }

  get state(): SessionState {
    return this.session.state;
  }

  get states(): Listeners<[state: SessionState]> {
    return (this.#states ??= new Listeners(
      "a handler of state changes of the socket",
      this.#logger,
    ));
  }

  get ends(): Listeners<[end: ConnectionEnd]> {
    return (this.#ends ??= new Listeners("a handler of connection ends", this.#logger));
  }

  get #logger(): GuardedLogger {
    return this.options.logger;
  }

  /** The error that says why there is no connection. */
  connectError(reason: ConnectFailure): ConnectError {
    return new ConnectError(reason, this.place);
  }

  get congested(): boolean {
    return this.bufferedAmount > this.options.maxBuffered;
  }

  /** The channel of a topic: the one that is in use or was made for it and never joined, or a new one. */
  channel(topic: string, params: unknown): ChannelCore {
    let channel = this.session.channels.get(topic)?.owner ?? this.#fresh?.get(topic);
    if (channel === undefined) {
      channel = new ChannelCore(this, topic);
      this.#fresh ??= new Map();
      this.#fresh.set(topic, channel);
    }
    if (params !== undefined) channel.joinParams = params;
    return channel;
  }

  connect(signal: AbortSignal | undefined): Outcome<void> {
    const { state } = this;
    if (state.type === "open") return new Outcome<void>(this, { type: "done", value: undefined });
    const connecting = this.#connectors.add(signal, (reason) => this.#connectGivenUp(reason));
    const ours = this.#signal;
    if (ours?.aborted === true) connecting.reject(this.#aborted(ours.reason));
    if (connecting.settled) return connecting;
    if (isAtRest(state)) this.#firstConnect = true;
    this.#watchSignal();
    this.handle({ type: "connectSocket" });
    return connecting;
  }

  disconnect(code: number = 1000, reason: string = ""): Outcome<Disconnected> {
    return this.end({ type: "disconnectSocket", code, reason });
  }

  end(
    how: SessionInput<ChannelCore, PendingPush> & { type: "disconnectSocket" | "resetSocket" },
  ): Outcome<Disconnected> {
    const disconnecting = this.#disconnecting ?? new Outcome<Disconnected>(this);
    if (this.state.type === "ended") {
      // An end that is told only after whoever is being called right now has returned tells more.
      if (this.#disconnecting === null)
        disconnecting.resolve({ code: null, reason: "", clean: true });
      return disconnecting;
    }
    this.#disconnecting = disconnecting;
    for (const channel of this.session.channels.values()) channel.owner.stop("disconnect");
    if (this.#awaited) this.#refuseConnectors(this.connectError({ type: "requested" }));
    this.handle(how);
    return disconnecting;
  }

  overflow(queue: string): void {
    this.handle({ type: "queueOverflowed", queue });
  }

  /** The first is a warning. A peer that sends nothing else must not fill a log. */
  override undecodable(error: unknown): void {
    const level = this.session.counters.ignored.undecodable === 0 ? "warn" : "debug";
    this.#logger[level](LOG.unreadable, error);
  }

  dropped(topic: string, count: number, why: Dropped): void {
    this[why] += count;
    this.options.telemetry?.dropped(this, topic, count, why);
  }

  override tell(event: Event<ChannelCore, PendingPush>): void {
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
        this.#ends?.call(event.end);
        this.#logger.debug(
          sayConnectionEnded(this.place, event.end),
          withheldCause(event.end.reason),
        );
        return;
      case "readingChanged":
        if (event.why === "maxPause") this.#logger.warn(sayReadOn(this.options.maxPause));
        return;
      case "frameIgnored":
        this.#logger.debug(LOG.ignored, event.why);
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

  #changed(state: SessionState): void {
    const { type } = state;
    const warning = this.#retryWarning;
    if (type === "open" || type === "ended") {
      if (warning !== null) warning.last = null;
    } else if (type === "waiting" && state.cause.type !== "pageHidden") {
      this.#retryWarning ??= new RetryWarning(this.place, this.#logger);
      this.#retryWarning.see(state, this.session.counters.opened);
    }
    if (type === "open") {
      this.#firstConnect = false;
      this.#connectors.settle({ type: "done", value: undefined });
    }
    if (type === "ended") this.#concluded(state.reason, state.last);
    this.#states?.call(state);
    if (type === "ended") this.#states?.end();
  }

  #concluded(reason: EndReason, { code, text, clean }: ConnectionEnd): void {
    this.#disconnecting?.resolve({ code, reason: text, clean });
    this.#disconnecting = null;
    // Connecting anew may have been asked for while the old connection was closing.
    if (this.state.type !== "ended") return;
    this.#releaseSignal?.();
    this.#releaseSignal = null;
    if (reason.type === "requested") return;
    const error = this.connectError(reason);
    if (this.#awaited) this.#refuseConnectors(error);
    else if (this.failed === null) this.#logger.error(sayGivenUp(this.place, reason), error);
    else this.failed(error);
  }

  get #awaited(): boolean {
    return this.#connectors.size > 0;
  }

  #refuseConnectors(error: unknown): void {
    this.#firstConnect = false;
    this.#connectors.settle({ type: "failed", error });
  }

  #watchSignal(): void {
    this.#releaseSignal ??= onAbort(this.#signal, (reason) => {
      this.#refuseConnectors(this.#aborted(reason));
      void this.disconnect();
    });
  }

  /**
   * One of those who wait for the connection gave up. The last one takes the asking back with him,
   * unless the socket has been open and comes back by itself.
   */
  #connectGivenUp(reason: unknown): ConnectError {
    const error = this.#aborted(reason);
    if (this.#firstConnect && !this.#awaited) void this.disconnect();
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
