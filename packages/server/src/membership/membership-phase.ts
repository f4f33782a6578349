// What a membership can be, and what it may have waiting. No behaviour.
import type {
  CloseMessage,
  ErrorMessage,
  JoinMessage,
  LeaveMessage,
  PushMessage,
  Ref,
} from "@slipstream/core";
import type { Broadcast } from "../broadcast/broadcast.ts";
import type { ChannelEnd } from "../end-reason.ts";
import type { Waiting } from "./inbox.ts";

/** What waits for its turn. */
export type Item =
  | JoinMessage
  | LeaveMessage
  | PushMessage
  | { readonly type: "info"; readonly info: unknown }
  | { readonly type: "out"; readonly broadcast: Broadcast }
  /** The last of all. */
  | { readonly type: "terminate"; readonly reason: ChannelEnd };

export type Phase =
  | {
      readonly type: "joining";
      /** What was pushed before the join was answered, framed: what it was made of may change meanwhile. */
      readonly held: Buffer[];
      /** What the client is to hear, after the answer, about the membership that this one replaces. */
      readonly predecessorsLastWord: CloseMessage | ErrorMessage | null;
    }
  | { readonly type: "joined"; readonly joinRef: Ref | null }
  /** Joined, with a leave that waits for its turn. */
  | { readonly type: "leaving" }
  | Ended;

/** A member no longer. What is here is for when no callback is at work. */
export interface Ended {
  readonly type: "ended";
  /** What `terminate` is to be told; null if there is nobody to tell. */
  reason: ChannelEnd | null;
  /** What waited when it ended from within: for whoever has the topic then. */
  leftover: Waiting<Item>[];
  /** A join that waited, for which it made way. */
  successor: JoinMessage | null;
  /** A callback was at work when it ended, and took up room. */
  lingers: boolean;
}

export function ended(reason: ChannelEnd | null, leftover: Waiting<Item>[]): Ended {
  return { type: "ended", reason, leftover, successor: null, lingers: false };
}
