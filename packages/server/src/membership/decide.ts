// What a connection does with a message of its client: the rules, without the doing. Pure.
// Source: Phoenix 1.7 `socket.ex` (handle_in) as it was seen on the wire.
import {
  PHOENIX_TOPIC,
  type ClientMessage,
  type JoinMessage,
  type LeaveMessage,
  type Ref,
  type ReplyMessage,
} from "@slipstream/core";

/** What a connection knows about the topic of a message. */
export type TopicState =
  /** No channel. `full` if the connection has all the channels that it may have. */
  | { readonly type: "vacant"; readonly full: boolean }
  | { readonly type: "joining" }
  | { readonly type: "joined"; readonly joinRef: Ref | null }
  /** A leave waits for its turn. */
  | { readonly type: "leaving" }
  /** The membership is gone; only its last callback is not. */
  | { readonly type: "ended" };

/** What to do. */
export type Decision =
  /** Answer at once: no channel is needed. */
  | { readonly type: "answer"; readonly reply: ReplyMessage }
  /** Find the channel of the topic and let it decide. */
  | { readonly type: "join" }
  /** The same, after ending the channel that is there. */
  | { readonly type: "rejoin" }
  /** There is no room for another channel. */
  | { readonly type: "refuseJoin"; readonly reply: ReplyMessage }
  /** Give it to the channel, which takes its messages in order. */
  | { readonly type: "deliver" }
  /** Not for the channel that is there now, and not answered. */
  | { readonly type: "ignore" };

const DELIVER: Decision = { type: "deliver" };
const IGNORE: Decision = { type: "ignore" };
const JOIN: Decision = { type: "join" };
const REJOIN: Decision = { type: "rejoin" };

/** The topic that a message is about. */
export function topicOf(message: ClientMessage): string {
  return message.type === "heartbeat" ? PHOENIX_TOPIC : message.topic;
}

export function decide(message: ClientMessage, state: TopicState): Decision {
  if (message.type === "heartbeat") {
    return { type: "answer", reply: okReply(PHOENIX_TOPIC, null, message.ref) };
  }
  switch (state.type) {
    case "joining":
    case "leaving":
    case "ended":
      // What the topic will be is not known yet: the message waits for its turn.
      return DELIVER;
    case "joined":
      switch (message.type) {
        case "join":
          return REJOIN;
        case "leave":
          return isLeaveOf(state.joinRef, message) ? DELIVER : IGNORE;
        case "push":
          // Whatever its join_ref: so Phoenix does.
          return DELIVER;
      }
    case "vacant":
      switch (message.type) {
        case "join":
          return state.full ? { type: "refuseJoin", reply: tooMany(message) } : JOIN;
        case "leave":
          return { type: "answer", reply: okReply(message.topic, message.joinRef, message.ref) };
        case "push":
          return { type: "answer", reply: unmatched(message.topic, message.ref) };
      }
  }
}

/** A membership without a join_ref (V1) cannot be told apart: any leave is for it. */
export function isLeaveOf(joinRef: Ref | null, leave: LeaveMessage): boolean {
  return joinRef === null || joinRef === leave.joinRef;
}

/** The answer to what needs a channel where there is none. It names no membership. */
export function unmatched(topic: string, ref: Ref | null): ReplyMessage {
  return errorReply(topic, null, ref, "unmatched topic");
}

export function tooMany({ topic, joinRef, ref }: JoinMessage): ReplyMessage {
  return errorReply(topic, joinRef, ref, "too many channels joined");
}

export function errorReply(
  topic: string,
  joinRef: Ref | null,
  ref: Ref | null,
  reason: string,
): ReplyMessage {
  return { type: "reply", topic, joinRef, ref, status: "error", response: { reason } };
}

function okReply(topic: string, joinRef: Ref | null, ref: Ref | null): ReplyMessage {
  return { type: "reply", topic, joinRef, ref, status: "ok", response: {} };
}
