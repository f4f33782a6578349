// npm phoenix's Socket: its callbacks, its names, its order of events. What it does is the Engine's.
import type { Counters } from "@slipstream/core";
import { checkCloseCode, checkCloseReason, defaultClass } from "@slipstream/client/engine";
import { inPage, protocolOfPage } from "./address.ts";
import { call, report } from "./call.ts";
import { StateChangeCallbacks } from "./callbacks.ts";
import { Channel } from "./channel.ts";
import type { Connection } from "./connection.ts";
import { engineOf } from "./engine-of.ts";
import type { Engine } from "./engine.ts";
import { LongPoll } from "./long-poll.ts";
import type { Loose } from "./loose.ts";
import { toEnvelope, type Message } from "./message.ts";
import {
  reconnectAfter,
  rejoinAfter,
  type BinaryType,
  type Log,
  type SocketConnectOption,
} from "./options.ts";
import { closure, withParams } from "./params.ts";
import { Ping } from "./ping.ts";
import { Serializer, type Decode, type Encode } from "./serializer.ts";
import { SocketEvents } from "./socket-events.ts";
import { isLongPoll, type TransportClass } from "./transports.ts";

/** How a disconnect went. */
export interface Disconnected {
  /** The close code that the server answered with, null if it did not or there was no connection. */
  readonly code: number | null;
  readonly reason: string;
  /** Close frames went both ways and TCP ended without a reset, or there was no connection. */
  readonly clean: boolean;
}

export type ConnectionState = "connecting" | "open" | "closing" | "closed";
export type MessageRef = string;

/** How many messages of `push` wait for a connection. More are dropped, and the log says so. */
const MAX_BUFFERED = 1_000;
const GONE: Disconnected = { code: null, reason: "", clean: true };

/**
 * A connection to a Phoenix socket, over all its reconnects, and the channels on it.
 *
 * @example
 * ```ts
 * const socket = new Socket("wss://example.org/socket", { params: { token: "…" } });
 * socket.connect();
 * const room = socket.channel("room:lobby");
 * room.join().receive("ok", (response) => console.log(response));
 * socket.disconnect(() => console.log("gone"));
 * ```
 */
export class Socket {
  channels: Channel[] = [];
  readonly stateChangeCallbacks: StateChangeCallbacks;
  /** Messages of `push` that wait for a connection. */
  sendBuffer: (() => void)[] = [];
  readonly endPoint: string;
  readonly vsn: string;
  readonly timeout: number;
  readonly heartbeatIntervalMs: number;
  readonly longpollerTimeout: number;
  readonly longPollFallbackMs: number | undefined;
  readonly binaryType: BinaryType;
  readonly encode: Encode;
  readonly decode: Decode;
  readonly reconnectAfterMs: SocketConnectOption["reconnectAfterMs"];
  readonly rejoinAfterMs: SocketConnectOption["rejoinAfterMs"];
  transport: TransportClass;
  params: () => Loose;
  authToken: (() => Loose) | undefined;
  logger: Log | null;
  heartbeatCallback: SocketConnectOption["heartbeatCallback"];
  readonly #options: Partial<SocketConnectOption>;
  readonly #events: SocketEvents = new SocketEvents(this);
  #engine: Engine | null = null;
  #refs = 0;

  /**
   * @param endPoint the path of the `socket` macro, such as `wss://example.org/socket`; in a page also
   * `/socket`.
   */
  constructor(endPoint: string, opts: Partial<SocketConnectOption> = {}) {
    this.#options = opts;
    this.stateChangeCallbacks = new StateChangeCallbacks(() => `on:${(this.#refs += 1)}`);
    this.endPoint = `${endPoint}/websocket`;
    // As there, what is nothing is left out.
    this.vsn = opts.vsn || "2.0.0";
    this.timeout = opts.timeout || 10_000;
    this.heartbeatIntervalMs = opts.heartbeatIntervalMs || 30_000;
    this.longpollerTimeout = opts.longpollerTimeout || 20_000;
    this.longPollFallbackMs = opts.longPollFallbackMs || undefined;
    this.binaryType = opts.binaryType || "arraybuffer";
    this.transport = opts.transport || defaultClass() || LongPoll;
    const own = isLongPoll(this.transport) ? {} : opts;
    this.encode = own.encode || Serializer.encode;
    this.decode = own.decode || Serializer.decode;
    this.params = closure(opts.params || {});
    this.authToken = opts.authToken ? closure(opts.authToken) : undefined;
    this.reconnectAfterMs = opts.reconnectAfterMs ?? reconnectAfter;
    this.rejoinAfterMs = opts.rejoinAfterMs ?? rejoinAfter;
    this.heartbeatCallback = opts.heartbeatCallback ?? (() => {});
    // oxlint-disable-next-line no-console -- what the option `debug` asks for
    const debug: Log = (kind, message, data) => console.log(`${kind}: ${message}`, data);
    this.logger = opts.logger || (opts.debug ? debug : null);
  }

  /** @internal Made when it is needed: a socket that only waits in a module has no address to check. */
  get engine(): Engine {
    return (this.#engine ??= engineOf(this, this.#options, this.#events));
  }

  /** The connection at hand, as if it were a WebSocket; null before the first, and after a disconnect. */
  get conn(): Connection | null {
    return this.#events.connection;
  }

  /** What was counted: attempts, ends by reason, pushes by outcome, ignored frames. */
  get counters(): Readonly<Counters> {
    return this.engine.session.counters;
  }

  /**
   * Connects, unless that is done or being done. Failed attempts are tried again.
   * @param params replace those of the constructor.
   * @throws {OptionError} if the address is none of a Phoenix socket.
   */
  connect(params?: Loose): void {
    if (params !== undefined) this.params = closure(params);
    const { engine } = this;
    const { state } = engine.session;
    const ending = state.type === "closing" && state.then === "end";
    if (state.type !== "idle" && state.type !== "ended" && !ending) return;
    engine.handle({ type: "connectSocket" });
    for (const channel of this.channels) channel.member.revive();
  }

  /**
   * Ends the connection by RFC 6455 7.1, in whatever state it is, and every attempt to make one.
   * @param callback called when nothing is left of it, at most twice 5 s later.
   * @param code 1000, 1001, or 3000 to 4999.
   * @param reason at most 123 bytes.
   * @throws {OptionError} if the code or the reason may not be sent.
   */
  disconnect(
    callback?: ((end: Disconnected) => unknown) | null,
    code?: number | null,
    reason?: string | null,
  ): void {
    const given = { code: code || 1000, reason: reason || "" };
    checkCloseCode("code", given.code);
    checkCloseReason("reason", given.reason);
    const engine = this.#engine;
    if (engine === null || engine.session.state.type === "ended") {
      if (callback) call("a callback of disconnect", callback, GONE);
      return;
    }
    if (callback) this.#events.ending.push(callback);
    engine.handle({ type: "disconnectSocket", ...given });
  }

  /** Ends the connection, of which nobody is told, and has the next one be made by `transport`. */
  replaceTransport(transport: TransportClass): void {
    this.transport = transport;
    const { state } = this.engine.session;
    this.#events.isReplaced = state.type === "connecting" || state.type === "open";
    if (state.type !== "idle" && state.type !== "ended") {
      this.engine.handle({ type: "disconnectSocket", code: 1000, reason: "" });
    }
  }

  getLongPollTransport(): typeof LongPoll {
    return LongPoll;
  }

  /** "wss" or "ws", as the page was loaded. */
  protocol(): string {
    return protocolOfPage();
  }

  /** The address that is dialled, with the params as far as they are there at once. It holds secrets. */
  endPointURL(): string {
    const params: unknown = this.params();
    const known = params instanceof Promise ? {} : params;
    return inPage(withParams(withParams(this.endPoint, known), { vsn: this.vsn }));
  }

  connectionState(): ConnectionState {
    const type = this.#engine?.session.state.type;
    return type === "connecting" || type === "open" || type === "closing" ? type : "closed";
  }

  isConnected(): boolean {
    return this.connectionState() === "open";
  }

  /** Makes a channel. A topic has one at a time: when another one joins, this one leaves. */
  channel(topic: string, chanParams: Loose = {}): Channel {
    const channel = new Channel(topic, chanParams, this);
    this.channels = [...this.channels, channel];
    return channel;
  }

  /** Forgets a channel, which leaves if it has not left. */
  remove(channel: Channel): void {
    this.channels = this.channels.filter((one) => one !== channel);
    if (!channel.isClosed()) channel.teardown();
  }

  /** The channel of a topic that is joined, or joining, leaves. */
  leaveOpenTopic(topic: string): void {
    const open = (one: Channel): boolean => one.isJoined() || one.isJoining();
    this.channels.find((one) => one.topic === topic && open(one))?.leave();
  }

  /** Sends a message of the program's own, now or when there is a connection. */
  push(data: Message): void {
    if (this.isConnected()) this.#send(data);
    else if (this.sendBuffer.length < MAX_BUFFERED) this.sendBuffer.push(() => this.#send(data));
    else report(new Error(`${MAX_BUFFERED} messages wait for a connection.`), "socket.push()");
  }

  /**
   * Asks the server for a sign of life, and calls back with how long that took, in ms.
   * @returns whether it could be asked.
   */
  ping(callback: (latency: number) => unknown): boolean {
    if (!this.isConnected()) return false;
    Ping.send(this.engine, callback, this.timeout);
    return true;
  }

  /** Asks the server for a sign of life, on which the connection then depends. */
  sendHeartbeat(): void {
    if (this.isConnected()) this.engine.handle({ type: "checkConnection" });
    else call("heartbeatCallback", this.heartbeatCallback, "disconnected");
  }

  /** A ref for a message of the program's own, which no other message of this socket has. */
  makeRef(): MessageRef {
    return this.engine.session.nextRef();
  }

  log(kind: string, message: string, data?: Loose): void {
    const { logger } = this;
    if (logger !== null) call("the logger", logger, kind, message, data);
  }

  hasLogger(): boolean {
    return this.logger !== null;
  }

  /** Told of each connection that opens. Like the others, returns what `off` takes. */
  onOpen(callback: () => Loose): MessageRef {
    return this.stateChangeCallbacks.add("open", callback);
  }

  /** Told of each connection, and each attempt to make one, that ended. */
  onClose(callback: (event: Loose) => Loose): MessageRef {
    return this.stateChangeCallbacks.add("close", callback);
  }

  /** Told, before its end, of a connection that failed, or could not be made. */
  onError(
    callback: (error: Loose, transport: Loose, establishedConnections: number) => Loose,
  ): MessageRef {
    return this.stateChangeCallbacks.add("error", callback);
  }

  /** Told of each message of the server, after its channel. */
  onMessage(callback: (message: Loose) => Loose): MessageRef {
    return this.stateChangeCallbacks.add("message", callback);
  }

  onHeartbeat(callback: SocketConnectOption["heartbeatCallback"]): void {
    this.heartbeatCallback = callback;
  }

  /** Removes callbacks by the refs that adding them returned. */
  off(refs: readonly MessageRef[]): void {
    this.stateChangeCallbacks.remove(refs);
  }

  #send({ payload, ...data }: Message): void {
    const envelope = toEnvelope({ payload: payload ?? {}, ...data });
    try {
      this.engine.send({ type: "push", ...envelope });
    } catch (error) {
      report(error, "socket.push()");
    }
  }
}
