// The states of a channel. They are immutable, and users see them as they are.
import type { ChannelEndReason } from "../end-reason.ts";
import type { PushFailure } from "../push/push.ts";

/**
 * Where a channel stands. `attempt` counts the tries since it last was joined for a while, and
 * `again` tells a rejoin from a first join.
 */
export type ChannelState =
  /** Nobody has asked to join. */
  | { readonly type: "idle" }
  /** It will join when there is a connection, or when `delay` ms have passed. */
  | {
      readonly type: "waiting";
      readonly for: "connection" | "delay";
      /** Ms from the change to this state; 0 when it waits for a connection. */
      readonly delay: number;
      readonly attempt: number;
      readonly again: boolean;
      /** What ended the membership before; null before the first join. */
      readonly cause: ChannelEndReason | null;
    }
  /** The params are being evaluated, or the join was sent and the server has not answered. */
  | {
      readonly type: "joining";
      readonly step: "params" | "reply";
      readonly joinRef: string;
      readonly attempt: number;
      readonly again: boolean;
    }
  /** The server said that it is a member. */
  | {
      readonly type: "joined";
      readonly joinRef: string;
      readonly attempt: number;
      /** What the server answered to the join. */
      readonly response: unknown;
    }
  /** `leave()` was called and the server has not answered. Nothing is delivered any more. */
  | {
      readonly type: "leaving";
      readonly joinRef: string;
      readonly leaveRef: string;
      /** What comes after: `join()` may be called while the leave is under way. */
      readonly then: "stay" | "join";
    }
  /**
   * It is no member, as was asked: by `leave()`, or by an end of the whole socket, which `connect()`
   * undoes but not for this channel. `confirmed` is false if the server never answered the leave.
   */
  | { readonly type: "left"; readonly by: "leave"; readonly confirmed: boolean }
  | { readonly type: "left"; readonly by: "disconnect" }
  /** It is no member, and nothing will be tried until `join()` is called. */
  | { readonly type: "errored"; readonly reason: ChannelEndReason };

/** The state that has the tag `T`. */
export type ChannelStateOf<T extends ChannelState["type"]> = Extract<
  ChannelState,
  { readonly type: T }
>;

/** Whether the topic is taken: the server knows of the channel, or soon will. */
export function isAttached({ type }: ChannelState): boolean {
  return type !== "idle" && type !== "left" && type !== "errored";
}

/**
 * Why a push cannot be made in this state, or null if it is sent or kept until it can be. What the end
 * of the socket ended is not joined either, once there is a connection again.
 */
export function refusal(
  state: ChannelState,
  { open }: { readonly open: boolean },
): PushFailure | null {
  if (state.type === "leaving") return state.then === "join" ? null : "left";
  if (state.type === "left" && state.by === "leave") return "left";
  if (isAttached(state)) return null;
  const ended =
    state.type === "left" || (state.type === "errored" && state.reason.type === "disconnected");
  return ended && !open ? "disconnected" : "notJoined";
}

/** Why the pushes that were in flight failed, told by the state that followed "joined". */
export function lossBy(next: ChannelState): PushFailure {
  if (next.type === "leaving" || next.type === "left") return "left";
  const cause = next.type === "errored" ? next.reason : next.type === "waiting" ? next.cause : null;
  if (cause?.type === "crashed") return "channelCrashed";
  return cause?.type === "closed" ? "channelClosed" : "disconnected";
}
