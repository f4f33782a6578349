// What stands behind a socket: it owns the session, the interpreter and the channels, and turns
// what the session tells into promises, handlers and streams. Not for users, who see it through Socket.
import {
  Session,
  type ConnectionEnd,
  type EndReason,
  type Event,
  type SessionInput,
  type SessionState,
} from "@slipstream/core";
import { onAbort } from "./abort.ts";
import type { ChannelCore, ChannelHost } from "./channel-core.ts";
import { describeEnd } from "./describe.ts";
import { Endpoint } from "./endpoint.ts";
import { ConnectError, PushError } from "./errors.ts";
import { Interpreter, type Program } from "./interpreter.ts";
import { Listeners } from "./listeners.ts";
import type { ResolvedOptions } from "./options.ts";
import { Outcome } from "./outcome.ts";
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

export class SocketCore implements ChannelHost, Program<ChannelCore, PendingPush> {
  readonly options: ResolvedOptions;
  readonly session: Session<ChannelCore, PendingPush>;
  readonly interpreter: Interpreter<ChannelCore, PendingPush>;
  unobservedFailures = 0;
  unclaimedMessages = 0;
  readonly #endpoint: Endpoint;
  #states: StateStream<SessionState> | null = null;
  #ends: Listeners<[end: ConnectionEnd]> | null = null;
  #connecting: Outcome<void> | null = null;
  #disconnecting: Outcome<Disconnected> | null = null;
  #releaseSignal: (() => void) | null = null;

  constructor(url: string | URL, options: ResolvedOptions, dial: Dial) {
    this.options = options;
    this.#endpoint = new Endpoint(url, options);
    this.session = new Session({
      connectTimeout: options.connectTimeout,
      closeTimeout: options.closeTimeout,
      joinTimeout: options.joinTimeout,
      heartbeat: options.heartbeat,
      maxQueued: options.maxQueued,
      reconnect: reconnectPolicy(options.reconnect, options.jitter, this.#endpoint.renewable, this),
      credentialsMustChange: typeof options.reconnect !== "function",
      rejoin: rejoinPolicy(options.rejoin, options.jitter, this),
      seed: Math.random() * 2 ** 32,
    });
    this.interpreter = new Interpreter(
      this.session,
      this.#endpoint,
      options.serializer,
      dial,
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

  get leaveTimeout(): number {
    return this.options.joinTimeout;
  }

  connect(signal: AbortSignal | undefined): Outcome<void> {
    const connecting = this.#connecting ?? new Outcome<void>(this);
    if (this.state.type === "open") {
      connecting.resolve();
      return connecting;
    }
    this.#connecting = connecting;
    connecting.releaseWhenSettled(onAbort(signal, (reason) => this.#aborted(connecting, reason)));
    if (!connecting.settled) this.#watchSignal(connecting);
    if (!connecting.settled) this.handle({ type: "connectSocket" });
    return connecting;
  }

  disconnect(code: number, reason: string): Outcome<Disconnected> {
    const disconnecting = this.#disconnecting ?? new Outcome<Disconnected>(this);
    if (this.state.type === "ended") {
      disconnecting.resolve({ code: null, reason: "", clean: true });
      return disconnecting;
    }
    this.#disconnecting = disconnecting;
    this.handle({ type: "disconnectSocket", code, reason });
    return disconnecting;
  }

  async ping(timeout: number): Promise<number> {
    const pending = new PendingPush(this, "phoenix", "heartbeat");
    const push = this.session.ping(pending);
    const sent = performance.now();
    this.handle({ type: "pingServer", push, timeout });
    try {
      await pending;
    } catch (error) {
      // Any answer is a sign of life, whatever its status.
      if (!(error instanceof PushError && error.code === "refused")) throw error;
    }
    return performance.now() - sent;
  }

  handle(input: SessionInput<ChannelCore, PendingPush>): void {
    this.interpreter.handle(input);
  }

  report(error: unknown, what: string): void {
    this.options.logger.error?.(`slipstream: ${what} failed; everything else goes on.`, error);
  }

  untold(error: Error): void {
    this.options.logger.error?.(`slipstream: ${error.message}`, error);
  }

  undecodable(error: unknown): void {
    this.options.logger.warn?.("slipstream: a frame was ignored, since it is no message.", error);
  }

  tell(event: Event<ChannelCore, PendingPush>): void {
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
        this.options.logger.debug?.("slipstream: a frame was ignored.", event.why);
    }
  }

  #changed(state: SessionState): void {
    if (state.type === "open") {
      this.#connecting?.resolve();
      this.#connecting = null;
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
    if (this.#connecting === null && reason.type === "requested") return;
    const error = new ConnectError(reason, this.#endpoint.place);
    if (this.#connecting === null) this.untold(error);
    this.#connecting?.reject(error);
    this.#connecting = null;
  }

  #ended(end: ConnectionEnd): void {
    this.#ends?.call(end);
    this.options.logger.debug?.(
      `slipstream: a connection to ${this.#endpoint.place} ended: ${describeEnd(end.reason)}`,
    );
  }

  /** The signal of the options ends the socket whenever it is aborted. */
  #watchSignal(connecting: Outcome<void>): void {
    this.#releaseSignal?.();
    this.#releaseSignal = onAbort(this.options.signal, (reason) =>
      this.#aborted(connecting, reason),
    );
  }

  #aborted(connecting: Outcome<void>, reason: unknown): void {
    connecting.reject(reason);
    this.#connecting = null;
    void this.disconnect(1000, "");
  }
}
