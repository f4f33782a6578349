// One connection, whatever carries it: its frames in and out, its memberships, and its end. What a message
// leads to is decided in decide.ts; what a channel does with it is its membership's.
import {
  DecodeError,
  type ClientMessage,
  type Serializer,
  type ServerMessage,
} from "@slipstream/core";
import type { Broadcast } from "../broadcast/broadcast.ts";
import type { Carrier } from "./carrier.ts";
import { checkClose } from "./close-code.ts";
import { checkDrainOptions, type DrainOptions } from "../channel/drain-options.ts";
import { DrainWaiters } from "./drain-waiters.ts";
import type { ConnectionEnd, RateLimit } from "../end-reason.ts";
import type { Endpoint } from "../endpoint.ts";
import { payloadLength, toWire } from "../frame.ts";
import type { Limits } from "../limits.ts";
import type { Line } from "../membership/membership-host.ts";
import { Memberships } from "../membership/memberships.ts";
import { Pace } from "./pace.ts";
import type { ServerScope } from "../server-scope.ts";
import type { Watched } from "./watch.ts";
import type { WebSocketListener } from "./web-socket-listener.ts";

/** What the handshake has settled. */
export interface Handshake {
  readonly endpoint: Endpoint;
  readonly serializer: Serializer;
  readonly assigns: unknown;
  readonly id: string | null;
}

export class Connection implements Line, WebSocketListener, Watched {
  // What a broadcast looks at comes first: with thousands of receivers, memory is what takes its time.
  readonly endpoint: Endpoint;
  readonly serializer: Serializer;
  readonly scope: ServerScope;
  readonly #carrier: Carrier;
  /** Why it ends, once that is known. Nothing is sent or handled any more. */
  #end: ConnectionEnd | null = null;
  readonly assigns: unknown;
  readonly id: string | null;
  queuedBytes = 0;
  readonly #onGone: (connection: Connection) => void;
  readonly #memberships: Memberships;
  readonly #pace: Pace;
  #gone = false;
  /** Told of each callback that begins when it is gone, as a `terminate` behind one that took its time. */
  onLateWork: (() => void) | null = null;
  #draining = false;
  /** Callbacks that take their time. */
  #working = 0;
  #timer: NodeJS.Timeout | null = null;
  #drainWaiters: DrainWaiters | null = null;

  constructor(
    scope: ServerScope,
    handshake: Handshake,
    carrier: Carrier,
    onGone: (connection: Connection) => void,
  ) {
    this.scope = scope;
    this.endpoint = handshake.endpoint;
    this.serializer = handshake.serializer;
    this.assigns = handshake.assigns;
    this.id = handshake.id;
    this.#carrier = carrier;
    this.#onGone = onGone;
    this.#pace = new Pace(handshake.endpoint.limits);
    this.#memberships = new Memberships(this, handshake.endpoint.channels);
    scope.counters.connectionOpened(carrier.kind);
  }

  get limits(): Limits {
    return this.endpoint.limits;
  }

  get transport(): Carrier["kind"] {
    return this.#carrier.kind;
  }

  get isOpen(): boolean {
    return this.#end === null && this.#carrier.isOpen;
  }

  // In.

  /** A frame came. */
  received(data: Buffer, isBinary: boolean): void {
    const { counters } = this.scope;
    counters.messagesReceived += 1;
    counters.bytesReceived += data.length;
    if (!this.isOpen || this.#draining) {
      counters.messagesDropped += 1;
      return;
    }
    const now = performance.now();
    if (!this.#pace.mayReceive(now)) return this.#tooFast("maxMessageRate");
    if (this.#carrier.inflating !== null && !this.#pace.mayInflate(now, data.length)) {
      this.#tooFast("maxInflateRate");
      return this.#carrier.inflating.stop();
    }
    let message: ClientMessage;
    try {
      message = this.serializer.decode(isBinary ? data : data.toString("utf8"), "client");
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return this.#closeWith({ type: "malformedMessage", error: error.code }, 1011, "");
    }
    this.#memberships.dispatch(message, data.length);
  }

  mayJoin(): boolean {
    if (this.#pace.mayJoin(performance.now())) return true;
    this.#tooFast("maxJoinRate");
    return false;
  }

  #tooFast(limit: RateLimit): void {
    this.scope.counters.messagesDropped += 1;
    const reason = limit === "maxInflateRate" ? "too much data" : "too many messages";
    this.#closeWith({ type: "rateLimited", limit }, 1008, reason);
  }

  // Out.

  send(message: ServerMessage): void {
    if (this.isOpen) this.#write(toWire(this.serializer.encode(message)));
  }

  write(wire: Buffer): void {
    if (this.isOpen) this.#write(wire);
  }

  deliver(broadcast: Broadcast): void {
    const wire = broadcast.wire(this.serializer);
    if (wire instanceof Error) this.scope.counters.undeliverable += 1;
    else this.#write(wire);
  }

  #write(wire: Buffer): void {
    // No close frame goes out before the end is known; a carrier that has ended otherwise takes nothing.
    if (this.#end !== null) return;
    if (this.#carrier.buffered > this.limits.maxBuffered) return this.#overflow();
    const { counters } = this.scope;
    counters.messagesSent += 1;
    counters.bytesSent += payloadLength(wire);
    this.#carrier.write(wire);
  }

  /**
   * Nothing more is sent, and the end follows. It must not come within what is being sent: that may be
   * a channel's own last word, or a broadcast to thousands that do not read, whose ends are broadcast.
   */
  #overflow(): void {
    const end: ConnectionEnd = { type: "overflow" };
    this.#end = end;
    queueMicrotask(() => this.#reset(end));
  }

  get bufferedAmount(): number {
    return this.isOpen ? this.#carrier.buffered : 0;
  }

  async drained(options?: DrainOptions): Promise<void> {
    if (options !== undefined) checkDrainOptions(options);
    const { below = this.limits.maxBuffered / 2, signal } = options ?? {};
    signal?.throwIfAborted();
    if (this.bufferedAmount < below) return this.scope.loopTurn.rest();
    if (this.#waitsToDrain()) await this.#drainWaiters?.wait(signal);
  }

  #waitsToDrain(): boolean {
    if (this.#drainWaiters !== null) return true;
    if (!this.#carrier.onceDrained(() => this.#releaseDrained())) return false;
    this.#drainWaiters = new DrainWaiters();
    return true;
  }

  #releaseDrained(): void {
    const waiters = this.#drainWaiters;
    this.#drainWaiters = null;
    waiters?.release();
  }

  // Callbacks at work.

  began(): void {
    this.#working += 1;
    this.scope.activity.began();
    this.onLateWork?.();
  }

  finished(): void {
    this.#working -= 1;
    this.scope.activity.finished();
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

  look(now: number): boolean {
    const isTimed = this.#working > 0 && this.#memberships.look(now);
    if (this.#gone) return isTimed;
    const { silentFor, stuckFor } = this.#carrier.look(now);
    this.#pace.look(now);
    if (!this.isOpen) return true;
    if (stuckFor >= this.limits.sendTimeout) this.#reset({ type: "sendTimeout" });
    else if (silentFor >= this.limits.idleTimeout)
      this.#closeWith({ type: "idleTimeout" }, 1000, "");
    return true;
  }

  #closeWith(end: ConnectionEnd, code: number, reason: string): void {
    if (!this.isOpen) return;
    this.#end = end;
    this.#carrier.close(code, reason);
  }

  #reset(end: ConnectionEnd): void {
    if (this.#gone) return;
    this.#end ??= end;
    this.#memberships.end({ type: "closed" });
    this.#carrier.reset();
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
    this.#startTimer(() => this.#carrier.reset());
    this.#memberships.end({ type: "closed" });
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
    this.#memberships.end({ type: "closed" });
    this.#releaseDrained();
    this.scope.counters.connectionEnded(this.#carrier.kind, this.#end);
    this.#onGone(this);
  }

  #startTimer(action: () => void): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(action, this.limits.closeTimeout);
  }
}
