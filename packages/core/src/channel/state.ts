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

/**
 * Why a push cannot be made in this state, or null if it is sent or kept until it can be. What the end
 * of the socket ended is not joined either, once there is a connection again.
 */
export function refusal(
  state: ChannelState,
  { open }: { readonly open: boolean },
): PushFailure | null {
  const disconnected = open ? "notJoined" : "disconnected";
  switch (state.type) {
    case "waiting":
    case "joining":
    case "joined":
      return null;
    case "leaving":
      return state.then === "join" ? null : "left";
    case "left":
      return state.by === "leave" ? "left" : disconnected;
    case "idle":
      return "notJoined";
    case "errored":
      return state.reason.type === "disconnected" ? disconnected : "notJoined";
  }
}

/** Why the pushes that were in flight failed, told by the state that followed "joined". */
export function lossBy(next: ChannelState): PushFailure {
  switch (next.type) {
    case "leaving":
    case "left":
      return "left";
    case "waiting":
      return lossOf(next.cause);
    case "errored":
      return lossOf(next.reason);
    case "idle":
    case "joining":
    case "joined":
      return "disconnected";
  }
}

function lossOf(cause: ChannelEndReason | null): PushFailure {
  switch (cause?.type) {
    case "crashed":
      return "channelCrashed";
    case "closed":
      return "channelClosed";
    default:
      return "disconnected";
  }
}
