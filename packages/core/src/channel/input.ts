// What can happen to a channel: what the program commands, and what the session tells it.
import type { EndReason } from "../end-reason.ts";
import type { ReplyMessage } from "../message.ts";
import type { Push } from "../push/push.ts";

/** Commands of the program. */
export type ChannelCommand<P> =
  | { readonly type: "joinTopic" }
  /** `timeout` is in ms. */
  | { readonly type: "leaveTopic"; readonly timeout: number }
  | { readonly type: "pushMessage"; readonly push: Push<P> };

/** What happened elsewhere. Messages for members are none of these: they change no state. */
export type ChannelEvent =
  | { readonly type: "connectionOpened" }
  | { readonly type: "connectionLost"; readonly reason: EndReason | null }
  /** The session is over: at the user's request, or for a reason that is not retried. */
  | { readonly type: "sessionEnded"; readonly reason: EndReason }
  | { readonly type: "paramsResolved"; readonly joinRef: string; readonly params: unknown }
  | { readonly type: "paramsFailed"; readonly joinRef: string; readonly cause: unknown }
  | { readonly type: "joinUnsendable"; readonly cause: unknown }
  | { readonly type: "joinAnswered"; readonly reply: ReplyMessage }
  | { readonly type: "leaveAnswered" }
  | { readonly type: "channelClosed" }
  | { readonly type: "channelCrashed" }
  /** What the state waited for did not come in time. */
  | { readonly type: "deadlinePassed" };

export type ChannelInput<P> = ChannelCommand<P> | ChannelEvent;

/** The input that has the tag `T`. */
export type ChannelInputOf<P, T extends ChannelInput<P>["type"]> = Extract<
  ChannelInput<P>,
  { readonly type: T }
>;
