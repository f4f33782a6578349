// One WebSocket connection: its frames in and out, its memberships, and its end. What a message
// leads to is decided in decide.ts; what a channel does with it is its membership's.
import type { Duplex } from "node:stream";
import {
  DecodeError,
  type ClientMessage,
  type JoinMessage,
  type Serializer,
  type ServerMessage,
} from "@slipstream/core";
import { WebSocket } from "ws";
import type { ChannelSocket } from "./channel-context.ts";
import { checkClose } from "./close-code.ts";
import type { Counters } from "./counters.ts";
import { decide, topicOf, unmatched, type TopicState } from "./decide.ts";
import type { ConnectionEnd } from "./end-reason.ts";
import type { Endpoint } from "./endpoint.ts";
import { toWire } from "./frame.ts";
import type { Limits } from "./limits.ts";
import { Liveness } from "./liveness.ts";
import type { Logger } from "./logger.ts";
import { Membership } from "./membership.ts";
import type { MembershipHost, Predecessor } from "./membership-host.ts";
import type { PubSub } from "./pub-sub.ts";
import { resetSocket } from "./reset.ts";
import type { ServerScope } from "./server-scope.ts";
import type { Watched } from "./watch.ts";
import type { ClosingListener, ServerWebSocket } from "./web-socket.ts";

const VACANT: TopicState = { type: "vacant", full: false };
const FULL: TopicState = { type: "vacant", full: true };

/** What the handshake has settled. */
export interface Handshake {
  readonly endpoint: Endpoint;
  readonly serializer: Serializer;
  readonly assigns: unknown;
  readonly id: string | null;
}

export class Connection
  implements MembershipHost, ChannelSocket<unknown>, ClosingListener, Watched
{
  readonly endpoint: Endpoint;
  readonly serializer: Serializer;
  readonly assigns: unknown;
  readonly id: string | null;
  lingering = 0;
  readonly #scope: ServerScope;
  readonly #webSocket: ServerWebSocket;
  readonly #raw: Duplex;
  readonly #onGone: (connection: Connection) => void;
  readonly #memberships = new Map<string, Membership>();
  readonly #liveness = new Liveness();
  /** Why it ends, once that is known. Nothing is sent or handled any more. */
  #end: ConnectionEnd | null = null;
  #gone = false;
  #draining = false;
  /** Callbacks that take their time. */
  #working = 0;
  #timer: NodeJS.Timeout | null = null;
  #whenDrained: (() => void)[] = [];

  constructor(
    scope: ServerScope,
    handshake: Handshake,
    webSocket: ServerWebSocket,
    raw: Duplex,
    onGone: (connection: Connection) => void,
  ) {
    this.#scope = scope;
    this.endpoint = handshake.endpoint;
    this.serializer = handshake.serializer;
    this.assigns = handshake.assigns;
    this.id = handshake.id;
    this.#webSocket = webSocket;
    this.#raw = raw;
    this.#onGone = onGone;
    scope.counters.opened += 1;
    webSocket.listener = this;
  }

  get socket(): ChannelSocket<unknown> {
    return this;
  }
  get limits(): Limits {
    return this.endpoint.limits;
  }
  get counters(): Counters {
    return this.#scope.counters;
  }
  get pubSub(): PubSub {
    return this.#scope.pubSub;
  }
  get logger(): Logger {
    return this.#scope.logger;
  }
  get isOpen(): boolean {
    return this.#end === null && this.#webSocket.readyState === WebSocket.OPEN;
  }

  // In.

  /** A frame came. */
  received(data: Buffer, isBinary: boolean): void {
    if (!this.isOpen || this.#draining) return;
    this.counters.messagesReceived += 1;
    let message: ClientMessage;
    try {
      message = this.serializer.decode(isBinary ? data : data.toString("utf8"), "client");
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return this.#closeWith({ type: "malformedMessage", error: error.code }, 1011, "");
    }
    this.dispatch(message);
  }

  dispatch(message: ClientMessage): void {
    if (!this.isOpen) {
      this.counters.messagesDropped += 1;
      return;
    }
    const membership = this.#memberships.get(topicOf(message));
    const decision = decide(message, membership?.state ?? this.#vacancy);
    switch (decision.type) {
      case "answer":
        return this.send(decision.reply);
      case "refuseJoin":
        this.counters.joins.tooMany += 1;
        return this.send(decision.reply);
      case "join":
        return this.#join(message as JoinMessage, null);
      case "rejoin":
        membership?.end({ type: "duplicateJoin" });
        return this.#join(message as JoinMessage, membership ?? null);
      case "deliver":
        return membership?.receive(message as Exclude<ClientMessage, { type: "heartbeat" }>);
      case "ignore":
        this.counters.messagesDropped += 1;
    }
  }

  get #vacancy(): TopicState {
    const taken = this.#memberships.size + this.lingering;
    return taken < this.limits.maxChannels ? VACANT : FULL;
  }

  rejoin(message: JoinMessage, predecessor: Predecessor): void {
    if (this.isOpen) this.#join(message, predecessor);
    else this.counters.messagesDropped += 1;
  }

  #join(message: JoinMessage, predecessor: Predecessor | null): void {
    const { topic, joinRef, ref } = message;
    const kind = this.endpoint.channels.match(topic);
    if (kind === undefined) {
      this.counters.joins.unmatched += 1;
      return this.send(unmatched(topic, ref));
    }
    const membership = new Membership(this, kind, topic, joinRef);
    this.#memberships.set(topic, membership);
    membership.join(message, predecessor);
  }

  forget(membership: { readonly topic: string }): void {
    if (this.#memberships.get(membership.topic) === membership) {
      this.#memberships.delete(membership.topic);
    }
  }

  // Out.

  send(message: ServerMessage): void {
    if (this.isOpen) this.write(toWire(this.serializer.encode(message)));
  }

  /** Past `ws`, whose own frames never wait while nothing is compressed: so the order is kept. */
  write(wire: Buffer): void {
    if (!this.isOpen) return;
    if (this.#raw.writableLength > this.limits.maxBuffered)
      return this.#reset({ type: "overflow" });
    this.counters.messagesSent += 1;
    this.#raw.write(wire);
  }

  drained(): Promise<void> {
    const raw = this.#raw;
    if (
      !this.isOpen ||
      !raw.writableNeedDrain ||
      raw.writableLength < this.limits.maxBuffered / 2
    ) {
      return Promise.resolve();
    }
    if (this.#whenDrained.length === 0) raw.once("drain", () => this.#releaseDrained());
    return new Promise((resolve) => {
      this.#whenDrained.push(resolve);
    });
  }

  #releaseDrained(): void {
    const waiting = this.#whenDrained;
    this.#whenDrained = [];
    for (const resolve of waiting) resolve();
  }

  // Callbacks at work.

  began(): void {
    this.#working += 1;
    this.#scope.activity.began();
  }

  finished(): void {
    this.#working -= 1;
    this.#scope.activity.finished();
    if (this.#draining && this.#working === 0) this.#closeDrained();
  }

  // The end.

  close(code = 1000, reason = ""): void {
    checkClose(code, reason);
    this.#closeWith({ type: "closedByChannel", code }, code, reason);
  }

  drop(): void {
    this.#reset({ type: "dropped" });
  }

  /** `server.disconnect(id)`. Phoenix closes with 1000 too. */
  disconnect(): void {
    this.#closeWith({ type: "disconnected" }, 1000, "");
  }

  /** Takes nothing new, and closes with 1012 when what is in hand is done, or after `closeTimeout`. */
  drain(): void {
    if (!this.isOpen || this.#draining) return;
    this.#draining = true;
    if (this.#working === 0) return this.#closeDrained();
    this.#startTimer(() => this.#closeDrained());
  }

  #closeDrained(): void {
    this.#closeWith({ type: "drained" }, 1012, "");
  }

  look(now: number): void {
    const { silentFor, stuckFor } = this.#liveness.look(this.#raw, now);
    if (!this.isOpen) return;
    if (stuckFor >= this.limits.sendTimeout) this.#reset({ type: "sendTimeout" });
    else if (silentFor >= this.limits.idleTimeout)
      this.#closeWith({ type: "idleTimeout" }, 1000, "");
  }

  #closeWith(end: ConnectionEnd, code: number, reason: string): void {
    if (!this.isOpen) return;
    this.#end = end;
    this.#webSocket.close(code, reason);
  }

  #reset(end: ConnectionEnd): void {
    if (this.#gone) return;
    this.#end ??= end;
    this.#endMemberships();
    resetSocket(this.#raw);
  }

  /**
   * A close frame goes out: ours, the echo of the client's, or the answer to a bad frame (then
   * `failed` follows). Each step of ending, TCP's included, has `closeTimeout`.
   */
  closing(code: number): void {
    this.#end ??= { type: "closedByRemote", code };
    this.#ending();
  }

  /** The client's FIN came. */
  tcpEnded(): void {
    this.#end ??= { type: "connectionLost" };
    this.#ending();
  }

  #ending(): void {
    if (this.#gone) return;
    this.#startTimer(() => resetSocket(this.#raw));
    this.#endMemberships();
  }

  unreadable(): void {
    this.#reset({ type: "overflow" });
  }

  /** `ws` has refused a frame, and has just called `closing` with the code for it. */
  failed(): void {
    if (this.#end?.type === "closedByRemote") {
      this.#end = { type: "protocolError", code: this.#end.code };
    }
  }

  /** TCP is gone. */
  gone(code: number): void {
    this.#gone = true;
    this.#end ??= code === 1006 ? { type: "connectionLost" } : { type: "closedByRemote", code };
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#endMemberships();
    this.#releaseDrained();
    this.counters.connectionEnded(this.#end);
    this.#onGone(this);
  }

  #endMemberships(): void {
    for (const membership of this.#memberships.values()) membership.end({ type: "closed" });
  }

  #startTimer(action: () => void): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(action, this.limits.closeTimeout);
  }
}
