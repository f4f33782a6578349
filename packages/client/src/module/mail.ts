// What a client in module style is told, one thing at a time. Each is handled by one callback.
import type { ChannelEndReason, EndReason, PushOutcome } from "@slipstream/core";
import type { ConnectError } from "../errors.ts";
import type { Call } from "./call.ts";

/**
 * What became of a push: the server's answer, or why there is none.
 * `status` is the server's, such as "error"; `code` is as in a PushError.
 */
export type Reply = Exclude<PushOutcome, { readonly type: "sent" }>;

/** Why a client in module style has ended. */
export type TerminateReason =
  /** `stop()` was called, with `reason` if it was given one. */
  | { readonly type: "stopped"; readonly reason?: unknown }
  /** The signal of its options was aborted. */
  | { readonly type: "aborted"; readonly cause: unknown }
  /**
   * There is no connection, and `reconnect()` was told not to try again: credentials were refused, or
   * the option `reconnect` says so. `error.reason` is why the last attempt ended.
   */
  | { readonly type: "gaveUp"; readonly error: ConnectError }
  /** A callback threw, or the mailbox overflowed and its policy is to fail. */
  | { readonly type: "crashed"; readonly callback: CallbackName; readonly error: unknown };

/** The one that a restart answers. */
export type Crash = Extract<TerminateReason, { type: "crashed" }>;

/** What the server sent, for members of a topic. */
export interface MessageMail {
  readonly type: "message";
  readonly topic: string;
  readonly event: string;
  readonly payload: unknown;
}

/** What became of the connection, a channel or a push. Never dropped, and never refused. */
export type ControlMail =
  | { readonly type: "connected" }
  | { readonly type: "disconnected"; readonly reason: EndReason }
  | { readonly type: "joined"; readonly topic: string; readonly response: unknown }
  | { readonly type: "topicClosed"; readonly topic: string; readonly reason: ChannelEndReason }
  | { readonly type: "left"; readonly topic: string; readonly confirmed: boolean }
  | {
      readonly type: "replied";
      readonly ref: string;
      readonly topic: string;
      readonly event: string;
      readonly reply: Reply;
    };

/** What the rest of the program sent. */
export type ProgramMail =
  | { readonly type: "info"; readonly message: unknown }
  | { readonly type: "cast"; readonly message: unknown }
  | { readonly type: "call"; readonly request: unknown; readonly call: Call };

export type Mail = MessageMail | ControlMail | ProgramMail;

/** Everything that a callback is run for. */
export type Turn =
  | Mail
  | { readonly type: "init" }
  | { readonly type: "continue"; readonly message: unknown }
  | { readonly type: "terminate"; readonly reason: TerminateReason };

/** The callbacks of a client in module style. */
export type CallbackName =
  | "init"
  | "handleContinue"
  | "handleConnect"
  | "handleDisconnect"
  | "handleJoin"
  | "handleTopicClose"
  | "handleLeave"
  | "handleMessage"
  | "handleReply"
  | "handleInfo"
  | "handleCast"
  | "handleCall"
  | "terminate";

/** The callback that handles each. */
export const CALLBACKS: Readonly<Record<Turn["type"], CallbackName>> = {
  init: "init",
  continue: "handleContinue",
  connected: "handleConnect",
  disconnected: "handleDisconnect",
  joined: "handleJoin",
  topicClosed: "handleTopicClose",
  left: "handleLeave",
  message: "handleMessage",
  replied: "handleReply",
  info: "handleInfo",
  cast: "handleCast",
  call: "handleCall",
  terminate: "terminate",
};
