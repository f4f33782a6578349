// What becomes of a socket's connections, told to its program as npm phoenix tells it, in its order.
import {
  clientEnvelope,
  type ClientMessage,
  type ConnectionEnd,
  type EndReason,
  type ServerMessage,
  type SessionState,
} from "@slipstream/core";
import { isPage, PageWatcher } from "@slipstream/client/engine";
import { call, report } from "./call.ts";
import { Channel, type TransportReason } from "./channel.ts";
import type { Connection } from "./connection.ts";
import type { EngineListener } from "./engine.ts";
import { closeEvent, errorEvent } from "./events.ts";
import type { Member } from "./member.ts";
import { EVENT, received, toMessage } from "./message.ts";
import type { Disconnected, Socket } from "./socket.ts";

export class SocketEvents implements EngineListener {
  connection: Connection | null = null;
  /** Those that wait for the end of the connection. */
  ending: ((end: Disconnected) => unknown)[] = [];
  /** Whether the connection that ends was replaced: nobody is told. */
  isReplaced = false;
  readonly #socket: Socket;
  #page: PageWatcher | null = null;
  #established = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  dialled(connection: Connection): void {
    this.connection = connection;
  }

  changed(state: SessionState): void {
    const socket = this.#socket;
    if (isPage()) (this.#page ??= new PageWatcher(socket.engine, Infinity)).see(state);
    switch (state.type) {
      case "open":
        this.#opened();
        return;
      case "closing":
        if (state.reason?.type === "heartbeatTimeout") {
          socket.log("transport", "heartbeat timeout");
          call("heartbeatCallback", socket.heartbeatCallback, "timeout");
        }
        return;
      case "ended": {
        const { code, text: reason, clean } = state.last;
        const ending = this.ending;
        this.ending = [];
        this.connection = null;
        for (const callback of ending) {
          call("a callback of disconnect", callback, { code, reason, clean });
        }
        if (state.reason.type !== "requested") this.#gaveUp(state.reason);
        return;
      }
      case "idle":
      case "connecting":
      case "waiting":
    }
  }

  #opened(): void {
    const socket = this.#socket;
    this.#established += 1;
    socket.log("transport", `connected to ${socket.engine.place}`);
    const buffered = socket.sendBuffer;
    socket.sendBuffer = [];
    for (const send of buffered) send();
    socket.stateChangeCallbacks.call("open");
    for (const channel of socket.channels) channel.member.revive();
  }

  #gaveUp(reason: EndReason): void {
    const { place } = this.#socket.engine;
    const status = reason.type === "upgradeRejected" ? ` ${reason.status ?? ""}` : "";
    report(
      new Error(`Not connected to ${place}: ${reason.type}${status}. Nothing is tried any more.`),
      "a socket",
    );
  }

  ended(end: ConnectionEnd): void {
    const socket = this.#socket;
    const { reason } = end;
    const silent = reason.type === "heartbeatTimeout";
    const quiet = this.isReplaced;
    this.isReplaced = false;
    const error = quiet ? null : errorEvent(reason);
    if (error !== null) {
      socket.log("transport", "error", error);
      socket.stateChangeCallbacks.call("error", error, socket.transport, this.#established);
      this.#lose("connection_error");
    }
    this.#lose(silent ? "heartbeat_timeout" : "connection_closed");
    if (quiet) return;
    const event = closeEvent(end);
    socket.log("transport", "close", event);
    socket.stateChangeCallbacks.call("close", event);
  }

  #lose(reason: TransportReason["reason"]): void {
    for (const channel of this.#socket.channels) channel.member.lost(reason);
  }

  sending(message: ClientMessage): void {
    const socket = this.#socket;
    if (message.type === "heartbeat") call("heartbeatCallback", socket.heartbeatCallback, "sent");
    if (!socket.hasLogger()) return;
    const { topic, event, ref, join_ref, payload } = toMessage(clientEnvelope(message));
    // Params of joins hold secrets.
    const shown: unknown = event === EVENT.join ? undefined : payload;
    socket.log("push", `${topic} ${event} (${join_ref ?? ""}, ${ref ?? ""})`, shown);
  }

  arriving(message: ServerMessage, member: Member | undefined): ServerMessage {
    const socket = this.#socket;
    if (socket.hasLogger()) {
      const { topic, event, ref, payload } = received(message);
      const status = message.type === "reply" ? message.status : "";
      socket.log("receive", `${status} ${topic} ${event} ${ref ?? ""}`.trim(), payload);
    }
    if (message.type !== "reply" || member?.concerns(message) !== true) return message;
    const { channel } = member;
    if (channel.onMessage === Channel.prototype.onMessage) return message;
    const { ref, payload, join_ref } = received(message);
    const reply: { status: string; response: unknown } = channel.handled(
      EVENT.reply,
      payload,
      ref,
      join_ref,
    );
    return { ...message, status: reply.status, response: reply.response };
  }

  arrived(message: ServerMessage, member: Member | undefined): void {
    const { message: callbacks } = this.#socket.stateChangeCallbacks;
    const isReply = message.type === "reply" && member?.concerns(message) === true;
    if (!isReply && callbacks.length === 0) return;
    const said = received(message);
    const { ref, payload, join_ref } = said;
    if (isReply) {
      const { channel } = member;
      if (ref !== null) channel.dispatch(channel.replyEventName(String(ref)), payload);
      channel.dispatch(EVENT.reply, payload, ref, join_ref);
    }
    this.#socket.stateChangeCallbacks.call("message", said);
  }

  heartbeatAnswered(latency: number): void {
    call("heartbeatCallback", this.#socket.heartbeatCallback, "ok", latency);
  }

  undecodable(error: unknown): void {
    if (this.#socket.engine.session.counters.ignored.undecodable === 0) report(error, "decoding");
    this.#socket.log("transport", "a frame could not be read", error);
  }
}
