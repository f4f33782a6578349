// What telemetry tells, and under which names. Types and names alone. No event holds a payload, the
// params of a join or of a socket, a token, a header or the query of a URL.
import type { EndReasonType, IgnoredFrame, PushCount, SessionState } from "@slipstream/core";
import type { SocketProbe } from "./probe.ts";
import type { Trace } from "./trace.ts";

/** One attempt to connect: from its beginning, credentials included, until it is open or has failed. */
export interface ConnectTrace extends Trace {
  readonly socket: SocketProbe;
  /** Tells the attempts, and the connections that come of them, apart. Unique in this process. */
  readonly connection: number;
  /** How many attempts failed since the connection last was stable. */
  readonly attempt: number;
  /** Whether the socket has been open before. */
  readonly again: boolean;
  /** What carries the frames, such as "websocket" or "longpoll"; undefined if it did not open. */
  transport: string | undefined;
}

/** The same attempt until it, or the connection that came of it, has ended: for exactly one reason. */
export interface ConnectionTrace extends Trace {
  readonly socket: SocketProbe;
  readonly connection: number;
  /** Whether it was ever open. */
  opened: boolean;
  /** What carries its frames, such as "websocket" or "longpoll"; undefined if it never opened. */
  transport: string | undefined;
  /** Set when it has ended. */
  reason: EndReasonType | undefined;
  /** The close code of the server, or null if it sent none. */
  code: number | null | undefined;
  /** Whether it ended in the order of RFC 6455 7.1. */
  clean: boolean | undefined;
}

/** One attempt to join: from its beginning, params included, to the server's word or the failure. */
export interface JoinTrace extends Trace {
  readonly socket: SocketProbe;
  readonly topic: string;
  readonly attempt: number;
  /** Whether it is a rejoin. */
  readonly again: boolean;
}

/** A leave: from the call to the server's word. */
export interface LeaveTrace extends Trace {
  readonly socket: SocketProbe;
  readonly topic: string;
}

/** A push: from the call to its one outcome. */
export interface PushTrace extends Trace {
  readonly socket: SocketProbe;
  readonly topic: string;
  readonly event: string;
  /** Whether it waits for the channel to join before it is sent. */
  readonly queued: boolean;
  readonly expects: "reply" | "none";
  /** `invalidReply`: the server's answer did not match the channel's schema. */
  outcome: PushCount | "invalidReply" | undefined;
}

/** One call of a callback of the module style. */
export interface CallbackTrace extends Trace {
  /** The name of the class. */
  readonly client: string;
  /** Such as "handleMessage". */
  readonly callback: string;
  readonly topic: string | undefined;
  readonly event: string | undefined;
}

/** A frame that came: from the transport's report until all that follows of it has been done. */
export interface HandleTrace extends Trace {
  readonly socket: SocketProbe;
  readonly encoding: "text" | "binary";
  /** The size of its payload. */
  readonly bytes: number;
  /** What it is, set at the end: "reply", "serverPush", "broadcast", "close", "error"; undefined if it is no message. */
  type: string | undefined;
  topic: string | undefined;
  event: string | undefined;
}

/** A frame that was handed to the transport. */
export interface SentFrame {
  readonly socket: SocketProbe;
  readonly encoding: "text" | "binary";
  readonly bytes: number;
  /** "join", "leave", "push" or "heartbeat". */
  readonly type: string;
  readonly topic: string;
  readonly event: string | undefined;
}

/** A sign of life that the server gave when it was asked. */
export interface Ping {
  readonly socket: SocketProbe;
  readonly by: "heartbeat" | "ping";
  /** Ms from the question to the answer. */
  readonly latency: number;
}

/** A frame that was received and not used. */
export interface Ignored {
  readonly socket: SocketProbe;
  readonly why: IgnoredFrame;
}

/** Messages that reached nobody. */
export interface Dropped {
  readonly socket: SocketProbe;
  readonly topic: string;
  readonly count: number;
  /** A reader was too slow and its policy dropped them, or nobody listened and too many were held. */
  readonly why: "overflow" | "unclaimed";
}

/** A socket's new state. */
export interface StateChange {
  readonly socket: SocketProbe;
  readonly state: SessionState["type"];
  /** What carries the frames; undefined unless it is open. */
  readonly transport: string | undefined;
}

/** The traces, by the names of their channels. */
export interface Traces {
  readonly "slipstream.client.connect": ConnectTrace;
  readonly "slipstream.client.join": JoinTrace;
  readonly "slipstream.client.leave": LeaveTrace;
  readonly "slipstream.client.push": PushTrace;
  readonly "slipstream.connection.connect": ConnectionTrace;
  readonly "slipstream.connection.handle": HandleTrace;
}

/** The events that are no spans, by the names of their channels. */
export interface Events {
  readonly "slipstream.client.state": StateChange;
  readonly "slipstream.client.dropped": Dropped;
  readonly "slipstream.connection.send": SentFrame;
  readonly "slipstream.connection.ping": Ping;
  readonly "slipstream.connection.ignored": Ignored;
}
