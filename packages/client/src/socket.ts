// A socket as its user sees it: it owns the session, the interpreter and the channels, and turns
// what the session tells into promises, handlers and streams.
import {
  Session,
  type ConnectionEnd,
  type Counters,
  type EndReason,
  type Event,
  type SessionInput,
  type SessionState,
} from "@slipstream/core";
import { onAbort } from "./abort.ts";
import { Channel, type JoinOptions } from "./channel.ts";
import { ChannelCore, type ChannelHost } from "./channel-core.ts";
import type { JoinParams, Untyped } from "./channel-types.ts";
import { describeEnd } from "./describe.ts";
import { Endpoint } from "./endpoint.ts";
import { ConnectError, OptionError, PushError } from "./errors.ts";
import { Interpreter } from "./interpreter.ts";
import { Listeners } from "./listeners.ts";
import {
  checkCloseCode,
  checkRecord,
  checkSignal,
  checkTimeout,
  checkTopic,
  checkUnknown,
} from "./option-checks.ts";
import { resolveOptions, type Provided, type ResolvedOptions, type SocketOptions } from "./options.ts";
import { Outcome, type Tally } from "./outcome.ts";
import { PendingPush } from "./pending-push.ts";
import { reconnectPolicy, rejoinPolicy } from "./policies.ts";
import { StateStream } from "./state-stream.ts";
import type { Dial } from "./transport.ts";

/** How a disconnect went. */
export interface Disconnected {
  /** The close code that the server answered with, 1005 if it gave none, null if it did not answer or there was no connection. */
  readonly code: number | null;
  readonly reason: string;
  /** Close frames went both ways and TCP ended without a reset, or there was no connection. */
  readonly clean: boolean;
}

export interface DisconnectOptions {
  /** 1000, 1001, or 3000 to 4999. Default: 1000. */
  readonly code?: number;
  /** At most 123 bytes of UTF-8. Default: "". */
  readonly reason?: string;
}

/** What a socket has counted. The object lives: look again to see more. */
export interface SocketStats extends Readonly<Tally> {
  readonly counters: Readonly<Counters>;
  /** Bytes that wait to be handed to the operating system. */
  readonly bufferedAmount: number;
  /** How many channels the server knows of or soon will. */
  readonly channels: number;
}

/** A close frame holds 125 bytes, two of which are the code (RFC 6455 5.5). */
const MAX_CLOSE_REASON = 123;

/** A connection to a Phoenix socket, over all its reconnects, and the channels on it. */
export class BaseSocket {
  readonly #options: ResolvedOptions;
  readonly #endpoint: Endpoint;
  readonly #session: Session<ChannelCore, PendingPush>;
  readonly #interpreter: Interpreter<ChannelCore, PendingPush>;
  readonly #tally: Tally = { unobservedFailures: 0, unclaimedMessages: 0 };
  readonly #host: ChannelHost;
  readonly #states: StateStream<SessionState>;
  readonly #ends: Listeners<[end: ConnectionEnd]>;
  #connecting: Outcome<void> | null = null;
  #disconnecting: Outcome<Disconnected> | null = null;
  #releaseSignal: (() => void) | null = null;

  /**
   * @param dial what carries the frames.
   * @param known names of options that belong to the transport.
   */
  constructor(url: string | URL, options: SocketOptions, dial: Dial, known: readonly string[]) {
    this.#options = resolveOptions(options, known);
    this.#endpoint = new Endpoint(url, this.#options);
    const report = (error: unknown, what: string): void => {
      this.#options.logger.error?.(`slipstream: ${what} failed; everything else goes on.`, error);
    };
    this.#session = new Session({
      connectTimeout: this.#options.connectTimeout,
      closeTimeout: this.#options.closeTimeout,
      joinTimeout: this.#options.joinTimeout,
      heartbeat: this.#options.heartbeat,
      maxQueued: this.#options.maxQueued,
      reconnect: reconnectPolicy(this.#options.reconnect, this.#options.jitter, this.#endpoint.renewable, report),
      credentialsMustChange: typeof this.#options.reconnect !== "function",
      rejoin: rejoinPolicy(this.#options.rejoin, this.#options.jitter, report),
      seed: Math.random() * 2 ** 32,
    });
    this.#interpreter = new Interpreter({
      session: this.#session,
      endpoint: this.#endpoint,
      serializer: this.#options.serializer,
      dial,
      tell: (event) => this.#told(event),
      undecodable: (error) =>
        this.#options.logger.warn?.("slipstream: a frame was ignored, since it is no message.", error),
    });
    this.#host = {
      session: this.#session,
      tally: this.#tally,
      report,
      leaveTimeout: this.#options.joinTimeout,
      handle: (input) => this.#handle(input),
      untold: (error) => this.#options.logger.error?.(`slipstream: ${error.message}`, error),
    };
    this.#states = new StateStream("state changes of the socket", report);
    this.#ends = new Listeners("a handler of connection ends", report);
  }

  /** Where the socket stands, as a value whose `type` tells the rest of its fields. */
  get state(): SessionState {
    return this.#session.state;
  }

  /** What was counted: attempts, ends by reason, pushes by outcome, ignored frames. */
  get stats(): SocketStats {
    return {
      ...this.#tally,
      counters: this.#session.counters,
      bufferedAmount: this.#interpreter.bufferedAmount,
      channels: this.#session.channels.size,
    };
  }

  /**
   * Connects, and resolves when the socket is open. Failed attempts are tried again as `reconnect`
   * says. Connecting what is open resolves at once; after a disconnect it connects anew.
   * @throws {ConnectError} (by rejection) when nothing will be tried any more.
   */
  connect(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    checkRecord("options", options);
    checkUnknown(options, ["signal"]);
    const signal = checkSignal("signal", options.signal);
    const connecting = this.#connecting ?? new Outcome<void>(this.#tally);
    if (this.state.type === "open") {
      connecting.resolve();
      return connecting;
    }
    this.#connecting = connecting;
    connecting.releaseWhenSettled(onAbort(signal, (reason) => this.#aborted(connecting, reason)));
    if (!connecting.settled) this.#watchSignal(connecting);
    if (!connecting.settled) this.#handle({ type: "connectSocket" });
    return connecting;
  }

  /**
   * Ends the connection by RFC 6455 7.1, and every attempt to make one. From the call on nothing is
   * delivered; pushes in flight fail as "disconnected". Resolves when nothing is left of the
   * connection, which takes at most twice `closeTimeout`. Works in every state, and twice.
   *
   * @example
   * ```ts
   * const { code, clean } = await socket.disconnect({ code: 4000, reason: "done" });
   * ```
   */
  disconnect(options: DisconnectOptions = {}): Promise<Disconnected> {
    checkRecord("options", options);
    checkUnknown(options, ["code", "reason"]);
    const code = checkCloseCode("code", options.code ?? 1000);
    const reason = checkCloseReason(options.reason ?? "");
    const disconnecting = this.#disconnecting ?? new Outcome<Disconnected>(this.#tally);
    if (this.state.type === "ended") {
      disconnecting.resolve({ code: null, reason: "", clean: true });
      return disconnecting;
    }
    this.#disconnecting = disconnecting;
    this.#handle({ type: "disconnectSocket", code, reason });
    return disconnecting;
  }

  /**
   * The channel of a topic. There is one per topic and socket: while it is in use, every call
   * returns it, and `params`, if given, replace what its next join sends.
   * @param params sent with each join; a function is called for each, and may be async.
   */
  channel<C = Untyped>(topic: string, params?: Provided<JoinParams<C>>): Channel<C> {
    checkTopic(topic);
    const held = this.#session.channels.get(topic)?.owner;
    const core = held ?? new ChannelCore(this.#host, topic, params ?? {});
    if (held !== undefined && params !== undefined) held.joinParams = params;
    core.face ??= new Channel<C>(core, this.#options.pushTimeout);
    return core.face as Channel<C>;
  }

  /**
   * Joins a topic and resolves with its channel, once the server has let us in.
   * @throws {JoinError} (by rejection) as `channel.join` does.
   *
   * @example
   * ```ts
   * const room = await socket.join("room:lobby", { user: 1 });
   * room.on("new_msg", (payload) => console.log(payload));
   * ```
   */
  async join<C = Untyped>(
    topic: string,
    params?: Provided<JoinParams<C>>,
    options: JoinOptions = {},
  ): Promise<Channel<C>> {
    const channel = this.channel<C>(topic, params);
    await channel.join(options);
    return channel;
  }

  /**
   * Asks the server for a sign of life, and resolves with how long it took, in ms.
   * @param options.timeout ms to wait; default: `pushTimeout`.
   * @throws {PushError} (by rejection) `disconnected` or `timeout`.
   */
  async ping(options: { readonly timeout?: number } = {}): Promise<number> {
    const timeout = checkTimeout("timeout", options.timeout ?? this.#options.pushTimeout);
    const pending = new PendingPush(this.#tally, "phoenix", "heartbeat");
    const push = this.#session.ping(pending);
    const sent = performance.now();
    this.#handle({ type: "pingServer", push, timeout });
    try {
      await pending;
    } catch (error) {
      // Any answer is a sign of life, whatever its status.
      if (!(error instanceof PushError && error.code === "refused")) throw error;
    }
    return performance.now() - sent;
  }

  /** Calls `handler` with each new state. Returns the function that removes it. */
  onState(handler: (state: SessionState) => unknown): () => void {
    return this.#states.on(handler);
  }

  /** The present state and every change, for a loop that ends when the socket has ended. */
  states(): AsyncIterableIterator<SessionState, undefined, undefined> {
    return this.#states.read(this.state);
  }

  /** Calls `handler` once for each connection, and each attempt to make one, that ended. */
  onConnectionEnd(handler: (end: ConnectionEnd) => unknown): () => void {
    return this.#ends.add(handler);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.disconnect();
  }

  #handle(input: SessionInput<ChannelCore, PendingPush>): void {
    this.#interpreter.handle(input);
  }

  #told(event: Event<ChannelCore, PendingPush>): void {
    switch (event.type) {
      case "messageReceived":
        event.channel.messages.deliver(event.message);
        return;
      case "pushSettled":
        event.push.settle(event.outcome);
        return;
      case "channelChanged":
        event.channel.changed(event.state);
        return;
      case "sessionChanged":
        this.#changed(event.state);
        return;
      case "connectionEnded":
        this.#ended(event.end);
        return;
      case "frameIgnored":
        this.#options.logger.debug?.("slipstream: a frame was ignored.", event.why);
    }
  }

  #changed(state: SessionState): void {
    if (state.type === "open") {
      this.#connecting?.resolve();
      this.#connecting = null;
    } else if (state.type === "ended") {
      this.#concluded(state.reason, state.last);
    }
    this.#states.tell(state);
    if (state.type === "ended") this.#states.end();
  }

  #concluded(reason: EndReason, last: ConnectionEnd): void {
    this.#disconnecting?.resolve({ code: last.code, reason: last.text, clean: last.clean });
    this.#disconnecting = null;
    // Connecting anew may have been asked for while the old connection was closing.
    if (this.state.type !== "ended") return;
    this.#releaseSignal?.();
    this.#releaseSignal = null;
    const error = new ConnectError(reason, this.#endpoint.place);
    if (this.#connecting !== null) {
      this.#connecting.reject(error);
      this.#connecting = null;
    } else if (reason.type !== "requested") {
      this.#host.untold(error);
    }
  }

  #ended(end: ConnectionEnd): void {
    this.#ends.call(end);
    this.#options.logger.debug?.(
      `slipstream: a connection to ${this.#endpoint.place} ended: ${describeEnd(end.reason)}`,
    );
  }

  /** The signal of the options ends the socket whenever it is aborted. */
  #watchSignal(connecting: Outcome<void>): void {
    this.#releaseSignal?.();
    this.#releaseSignal = onAbort(this.#options.signal, (reason) =>
      this.#aborted(connecting, reason),
    );
  }

  #aborted(connecting: Outcome<void>, reason: unknown): void {
    connecting.reject(reason);
    this.#connecting = null;
    void this.disconnect();
  }
}

function checkCloseReason(reason: string): string {
  const bytes = typeof reason === "string" ? new TextEncoder().encode(reason).length : Infinity;
  if (bytes <= MAX_CLOSE_REASON) return reason;
  throw new OptionError("reason", reason, `a text of at most ${MAX_CLOSE_REASON} bytes`);
}
