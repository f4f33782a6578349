// What a socket tells of itself while it works. An interface alone: a socket holds one, or none, and
// whatever implements it is bundled only where it is used.
import type { ClientMessage, Event, Frame, Push, ServerMessage } from "@slipstream/core";
import type { Dropped } from "../message-router.ts";
import type { CallbackTrace, HandleTrace } from "./events.ts";
import type { Observed, ObservedChannel, ObservedMachine, ObservedPush } from "./probe.ts";
import type { Begun } from "./spans.ts";

/** What became of a push that was answered "ok" on a channel with a schema. */
export type JudgedPush = "ok" | "invalidReply" | "aborted";

/** A call of a callback as it begins. */
export type BegunCallback = Pick<CallbackTrace, "client" | "callback" | "topic" | "event">;

/**
 * Takes what happens in sockets. Give `telemetry` of `@slipstream/client/telemetry` to a socket that
 * does not have it by itself; it is not meant to be implemented.
 */
export interface Telemetry {
  /** @internal The session has told its program of this. Channels and pushes are told apart by their objects. */
  told(socket: Observed, event: Event<ObservedChannel, ObservedPush>): void;
  /** @internal A push was called for, and nothing has been done with it yet. */
  pushBegan(socket: Observed, channel: ObservedMachine, push: Push<object>): void;
  /** @internal The server answered "ok", and this is what the schema made of the response. */
  pushJudged(socket: Observed, push: object, outcome: JudgedPush): void;
  /** @internal Null if nobody listens. */
  frameReceived(socket: Observed, frame: Frame): Begun<HandleTrace> | null;
  /** @internal All that follows of the frame has been done. `message` is null if it is none. */
  frameHandled(socket: Observed, begun: Begun<HandleTrace>, message: ServerMessage | null): void;
  /** @internal */
  frameSent(socket: Observed, frame: Frame, message: ClientMessage): void;
  /** @internal The server gave a sign of life, `latency` ms after it was asked. */
  answered(socket: Observed, by: "heartbeat" | "ping", latency: number): void;
  /** @internal */
  dropped(socket: Observed, topic: string, count: number, why: Dropped): void;
  /** @internal Whether anybody listens to this callback. */
  hears(callback: string): boolean;
  /**
   * @internal Calls `run`, and tells of it under the callback's name. Returns what `run` returns, of a
   * thenable a promise for it, and throws what it throws.
   */
  callback(begun: BegunCallback, run: () => unknown): unknown;
}
