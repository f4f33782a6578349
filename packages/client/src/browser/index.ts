// The whole of @slipstream/client/browser: sockets over the platform's WebSocket, as small as keeping
// every promise allows. What is not needed by everybody is a function of its own, so that a bundler
// leaves out what a program does not use.
import type { SocketOptions } from "../options.ts";
import { refuseNodeOptions } from "../platform/node-options.ts";
import { dialPlatform } from "../platform/platform-transport.ts";
import { BaseSocket } from "../socket.ts";

/** The options of every socket, but headers, which browsers cannot send, and `page`: see `watchPage`. */
export type BrowserSocketOptions = Omit<SocketOptions, "headers" | "page">;

/**
 * A connection to a Phoenix socket, over all its reconnects, and the channels on it.
 *
 * @example
 * ```ts
 * const socket = new Socket("/socket", { params: { token: "…" } });
 * await socket.connect();
 * const room = await socket.join("room:lobby");
 * await socket.disconnect();
 * ```
 */
export class Socket extends BaseSocket {
  /**
   * @param url the path of the `socket` macro, such as `wss://example.org/socket`, or `/socket` on the
   * page's own host; `/websocket` and `vsn` are added unless they are there.
   * @throws {OptionError} naming the first option that cannot be used.
   */
  constructor(url: string | URL, options: BrowserSocketOptions = {}) {
    refuseNodeOptions(options, options?.transport === undefined ? ["headers"] : []);
    super(url, options, dialPlatform(), []);
  }
}

/**
 * Connects, and resolves with the open socket.
 * @throws {OptionError} naming the first option that cannot be used.
 * @throws {ConnectError} (by rejection) when nothing will be tried any more.
 */
export async function connect(
  url: string | URL,
  options: BrowserSocketOptions = {},
): Promise<Socket> {
  const socket = new Socket(url, options);
  await socket.connect();
  return socket;
}

export { BaseChannel as Channel } from "../channel.ts";
export type { LeaveOptions, PushOptions } from "../channel.ts";
export type * from "../channel-types.ts";
export {
  ChannelEndedError,
  ConnectError,
  JoinError,
  LeaveError,
  OptionError,
  PushError,
  SlipstreamError,
} from "../errors.ts";
export { dialPlatform, type PlatformWebSocketClass } from "../platform/platform-transport.ts";
export { defineChannel } from "@slipstream/core";
export type { PresenceEntry, PresenceMeta } from "@slipstream/core";
export {
  Presence,
  type AnyChannel,
  type FetchPresences,
  type Present,
  type PresenceChange,
  type PresenceOptions,
} from "../presence/presence.ts";
export { watchPage } from "../page/watch-page.ts";
export { ValidationError, type ValidationErrorCode } from "../validation-error.ts";
export { onInvalid, withSchema, type InvalidHandler } from "../with-schema.ts";
export type { Logger } from "../logger.ts";
export type {
  PageOptions,
  Params,
  ParamValue,
  Provided,
  RetryOption,
  SocketOptions,
} from "../options.ts";
export type { DisconnectOptions, SocketStats } from "../socket.ts";
export type { Disconnected } from "../socket-core.ts";
export type {
  ChannelEndReason,
  ChannelState,
  ConnectionEnd,
  Counters,
  EndReason,
  PushFailure,
  SessionState,
} from "@slipstream/core";
