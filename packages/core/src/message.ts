// What Phoenix Channels peers say to each other, as a union that names each kind of message.
// No bytes and no JSON here: the serializers turn these into frames and back.

/**
 * A reference that pairs an answer with its question. Slipstream writes decimal strings; a server
 * must return whatever it was sent, so numbers are carried as they came.
 */
export type Ref = string | number;

/** The topic on which heartbeats travel. It belongs to the socket, not to a channel. */
export const PHOENIX_TOPIC = "phoenix";

/** The event names that the protocol keeps for itself (Phoenix `channel/server.ex`, `socket.ex`). */
export const PROTOCOL_EVENTS = {
  join: "phx_join",
  leave: "phx_leave",
  reply: "phx_reply",
  close: "phx_close",
  error: "phx_error",
  heartbeat: "heartbeat",
} as const;

/** Client to server: let me into this topic. `ref` equals `joinRef` in what Slipstream writes. */
export interface JoinMessage {
  readonly type: "join";
  readonly topic: string;
  /** Names this membership for its whole life. V1 clients may leave it out. */
  readonly joinRef: Ref | null;
  readonly ref: Ref | null;
  readonly payload: unknown;
}

/** Client to server: end this membership. A stale `joinRef` is not answered. */
export interface LeaveMessage {
  readonly type: "leave";
  readonly topic: string;
  readonly joinRef: Ref | null;
  readonly ref: Ref | null;
  readonly payload: unknown;
}

/** Client to server, on the topic "phoenix": are you there? Answered by a reply on that topic. */
export interface HeartbeatMessage {
  readonly type: "heartbeat";
  readonly ref: Ref | null;
  readonly payload: unknown;
}

/** Client to server: an event of the application. The server's reply returns `ref`. */
export interface PushMessage {
  readonly type: "push";
  readonly topic: string;
  readonly joinRef: Ref | null;
  readonly ref: Ref | null;
  readonly event: string;
  /** A JSON value, or bytes (an ArrayBuffer or any view on one), which travel in a binary frame. */
  readonly payload: unknown;
}

/** Server to client: an event of the application for the one membership that `joinRef` names. */
export interface ServerPushMessage {
  readonly type: "serverPush";
  readonly topic: string;
  /** Null under V1, whose server messages name no membership. */
  readonly joinRef: Ref | null;
  readonly event: string;
  /** A JSON value, or bytes, which travel in a binary frame. */
  readonly payload: unknown;
}

/** Server to client: an event for every member of the topic, whatever its `joinRef`. */
export interface BroadcastMessage {
  readonly type: "broadcast";
  readonly topic: string;
  readonly event: string;
  readonly payload: unknown;
}

/** Server to client: the answer to the join, leave, push or heartbeat that carried `ref`. */
export interface ReplyMessage {
  readonly type: "reply";
  readonly topic: string;
  readonly joinRef: Ref | null;
  readonly ref: Ref | null;
  /** "ok", "error", or any other word that the server's channel chose. */
  readonly status: string;
  readonly response: unknown;
}

/** Server to client: the membership `joinRef` ended in an orderly way (`phx_close`). */
export interface CloseMessage {
  readonly type: "close";
  readonly topic: string;
  readonly joinRef: Ref | null;
  readonly payload: unknown;
}

/** Server to client: the channel process of `joinRef` crashed (`phx_error`). */
export interface ErrorMessage {
  readonly type: "error";
  readonly topic: string;
  readonly joinRef: Ref | null;
  readonly payload: unknown;
}

/** Everything that a client writes. */
export type ClientMessage = JoinMessage | LeaveMessage | HeartbeatMessage | PushMessage;

/** Everything that a server writes. */
export type ServerMessage =
  | ReplyMessage
  | ServerPushMessage
  | BroadcastMessage
  | CloseMessage
  | ErrorMessage;

/** Everything that can stand in a frame. */
export type Message = ClientMessage | ServerMessage;
