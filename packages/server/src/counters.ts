// What a server has counted since it was made. The connections write; readers get a copy.
import type {
  ChannelEnd,
  ChannelEndType,
  ConnectionEnd,
  ConnectionEndType,
  JoinOutcome,
  UpgradeRefusal,
} from "./end-reason.ts";
import type { CallbackName } from "./telemetry/traces.ts";

/**
 * The numbers of one server. `opened - ended` is `live.websocket + live.longpoll` and `channelsOpened -
 * channelsEnded` is `live.channel`, always; the reasons add up to what ended.
 */
export interface Stats {
  /**
   * A WebSocket lives until its TCP connection is gone, a session of long polling until its client
   * polls no more, a channel until it has left, stopped, crashed or lost its connection.
   */
  readonly live: {
    readonly websocket: number;
    readonly longpoll: number;
    readonly channel: number;
  };
  readonly opened: number;
  readonly ended: number;
  readonly endsByReason: Readonly<Record<ConnectionEndType, number>>;
  readonly channelsOpened: number;
  readonly channelsEnded: number;
  readonly channelEndsByReason: Readonly<Record<ChannelEndType, number>>;
  readonly upgradesRefused: Readonly<Record<UpgradeRefusal, number>>;
  readonly joins: Readonly<Record<JoinOutcome, number>>;
  /** Callbacks of channels that threw, rejected, or returned what cannot be used. */
  readonly callbacksFailed: Readonly<Record<CallbackName, number>>;
  /** Callbacks of channels that took longer than `handlerTimeout`: each once. */
  readonly callbacksOverdue: Readonly<Record<CallbackName, number>>;
  /** Messages of clients that wait for their turn in a channel, and what channels said to themselves. */
  readonly queued: { readonly messages: number; readonly bytes: number };
  readonly messagesReceived: number;
  /** Bytes of the messages that came, as their frames or bodies carry them. */
  readonly bytesReceived: number;
  /** Messages handed to a connection. A broadcast to 10 members is 10. */
  readonly messagesSent: number;
  /** Bytes of these messages, before they are compressed. */
  readonly bytesSent: number;
  /** Broadcasts handed to the members of their topic on this node, those of other nodes among them. */
  readonly broadcasts: number;
  /** Messages (a channel's own to itself too) that were thrown away: what they were for had ended, or too many waited. */
  readonly messagesDropped: number;
  /** Broadcasts that one member could not be sent: bytes to a client that speaks V1. */
  readonly undeliverable: number;
}

function noCallbacks(): Record<CallbackName, number> {
  return { join: 0, handleIn: 0, handleInfo: 0, handleOut: 0, terminate: 0 };
}

/** The same, to be written. */
export class Counters {
  opened = 0;
  ended = 0;
  channelsOpened = 0;
  channelsEnded = 0;
  queuedMessages = 0;
  queuedBytes = 0;
  messagesReceived = 0;
  bytesReceived = 0;
  messagesSent = 0;
  bytesSent = 0;
  broadcasts = 0;
  messagesDropped = 0;
  undeliverable = 0;
  readonly #live = { websocket: 0, longpoll: 0 };
  readonly endsByReason: Record<ConnectionEndType, number> = {
    closedByRemote: 0,
    connectionLost: 0,
    idleTimeout: 0,
    protocolError: 0,
    malformedMessage: 0,
    rateLimited: 0,
    overflow: 0,
    sendTimeout: 0,
    drained: 0,
    disconnected: 0,
    closedByChannel: 0,
    dropped: 0,
  };
  readonly channelEndsByReason: Record<ChannelEndType, number> = {
    closed: 0,
    left: 0,
    stopped: 0,
    crashed: 0,
    overflow: 0,
    handlerTimeout: 0,
    duplicateJoin: 0,
  };
  readonly upgradesRefused: Record<UpgradeRefusal, number> = {
    unknownPath: 0,
    badRequest: 0,
    forbiddenOrigin: 0,
    full: 0,
    addressLimited: 0,
    unsupportedVersion: 0,
    badParams: 0,
    refused: 0,
    connectFailed: 0,
    connectTimeout: 0,
    closing: 0,
    abandoned: 0,
  };
  readonly joins: Record<JoinOutcome, number> = {
    ok: 0,
    denied: 0,
    crashed: 0,
    unmatched: 0,
    tooMany: 0,
    abandoned: 0,
  };
  readonly callbacksFailed: Record<CallbackName, number> = noCallbacks();
  readonly callbacksOverdue: Record<CallbackName, number> = noCallbacks();

  connectionOpened(kind: "websocket" | "longpoll"): void {
    this.opened += 1;
    this.#live[kind] += 1;
  }

  connectionEnded(kind: "websocket" | "longpoll", end: ConnectionEnd): void {
    this.ended += 1;
    this.#live[kind] -= 1;
    this.endsByReason[end.type] += 1;
  }

  channelEnded(end: ChannelEnd): void {
    this.channelsEnded += 1;
    this.channelEndsByReason[end.type] += 1;
  }

  snapshot(): Stats {
    return {
      live: {
        ...this.#live,
        channel: this.channelsOpened - this.channelsEnded,
      },
      opened: this.opened,
      ended: this.ended,
      endsByReason: { ...this.endsByReason },
      channelsOpened: this.channelsOpened,
      channelsEnded: this.channelsEnded,
      channelEndsByReason: { ...this.channelEndsByReason },
      upgradesRefused: { ...this.upgradesRefused },
      joins: { ...this.joins },
      callbacksFailed: { ...this.callbacksFailed },
      callbacksOverdue: { ...this.callbacksOverdue },
      queued: { messages: this.queuedMessages, bytes: this.queuedBytes },
      messagesReceived: this.messagesReceived,
      bytesReceived: this.bytesReceived,
      messagesSent: this.messagesSent,
      bytesSent: this.bytesSent,
      broadcasts: this.broadcasts,
      messagesDropped: this.messagesDropped,
      undeliverable: this.undeliverable,
    };
  }
}
