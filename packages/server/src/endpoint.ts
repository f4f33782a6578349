// A socket as its author defines it, and as the connections that it serves see it.
import type { IncomingHttpHeaders } from "node:http";
import type { ChannelDefinition } from "./channel/channel.ts";
import type { ChannelKind } from "./channel/channel-kind.ts";
import { kindOf } from "./channel/kind-of.ts";
import type { ConnectParams } from "./handshake/connect-params.ts";
import { OptionError } from "./errors.ts";
import { LIMITS, type Limits, withLimits } from "./limits.ts";
import { checkKnown } from "./option-checks.ts";
import { originCheck, type OriginCheck, type Origins } from "./handshake/origin.ts";
import type { Accepted, Awaitable, Refused } from "./channel/results.ts";
import { TopicPatterns } from "./channel/topic-pattern.ts";

/** What is known about a client that wants to connect. */
export interface ConnectRequest {
  /**
   * The query of the URL, nested as Phoenix nests it: `a[b]=c` is `{ a: { b: "c" } }` and `l[]=1`
   * is `{ l: ["1"] }`. Objects have no prototype. It holds secrets, as do the headers.
   */
  readonly params: ConnectParams;
  readonly headers: IncomingHttpHeaders;
  /** The token that newer clients send as a subprotocol (`authToken`), decoded. */
  readonly authToken: string | null;
  readonly url: URL;
  /** Where the TCP connection comes from: a proxy, if there is one. */
  readonly peer: { readonly address: string; readonly port: number };
}

/**
 * What a socket is. The limits may be given here too, for this socket alone.
 *
 * @typeParam A What `connect` accepts a connection with.
 */
export interface SocketDefinition<A> extends Partial<Limits> {
  /**
   * Decides about a connection: `accept(assigns)` or `refuse(status)`, or a promise of one of them.
   * If it throws, the client is answered 500. Left out, everybody is accepted with `{}`.
   */
  connect?(request: ConnectRequest): Awaitable<Accepted<A> | Refused>;
  /**
   * Which web pages may connect. Default: "same", those of the host that they connect to. Clients
   * that are no browsers send no origin, and are not meant.
   */
  readonly origins?: Origins;
  /**
   * Tells clients apart for the limits per address: where a proxy stands in front, the address that
   * it vouches for. Default: the peer of the TCP connection.
   */
  addressOf?(request: Pick<ConnectRequest, "headers" | "peer">): string;
  /**
   * Offers permessage-deflate (RFC 7692) to clients that ask for it. Costs memory and time for each
   * connection, and makes each broadcast be compressed for each receiver. Default: false.
   */
  readonly compress?: boolean;
  /** Names a connection for `server.disconnect(id)`; null for no name. */
  id?(assigns: A): string | null;
  /** Channels by topic: "room:lobby", or "room:*". The first that fits is taken. */
  readonly channels: Readonly<Record<string, ChannelDefinition<A>>>;
}

/** The same, checked. */
export interface Endpoint {
  readonly path: string;
  readonly connect: ((request: ConnectRequest) => unknown) | null;
  readonly idOf: ((assigns: unknown) => string | null) | null;
  readonly compress: boolean;
  readonly mayConnect: OriginCheck;
  readonly addressOf: (request: Pick<ConnectRequest, "headers" | "peer">) => string;
  readonly channels: TopicPatterns<ChannelKind>;
  readonly limits: Limits;
}

const SOCKET_OPTIONS: readonly string[] = [
  "connect",
  "id",
  "channels",
  "origins",
  "addressOf",
  "compress",
  ...LIMITS,
];

/** The last part of a path that a transport adds. */
const TRANSPORT = /\/(websocket|longpoll)$/;

/** @throws {OptionError} Something in it cannot be used. */
export function defineEndpoint<A>(
  path: string,
  definition: SocketDefinition<A>,
  limits: Limits,
): Endpoint {
  if (typeof path !== "string" || !/^\/[^?#]*[^/?#]$/.test(path)) {
    throw new OptionError("path", path, 'a path such as "/socket", without a slash at its end');
  }
  if (TRANSPORT.test(path)) {
    throw new OptionError("path", path, "without /websocket or /longpoll, which clients add");
  }
  checkKnown(definition, SOCKET_OPTIONS);
  const { channels } = definition;
  checkFunction(definition, "connect", "a function of (request)");
  checkFunction(definition, "id", "a function of (assigns)");
  checkFunction(definition, "addressOf", "a function of (request)");
  if (typeof channels !== "object" || channels === null) {
    throw new OptionError("channels", channels, "an object of channels by topic");
  }
  const kinds = Object.entries(channels).map(
    ([pattern, channel]) => [pattern, kindOf(pattern, channel)] as const,
  );
  return {
    path,
    connect: definition.connect?.bind(definition) ?? null,
    idOf: (definition.id?.bind(definition) as Endpoint["idOf"] | undefined) ?? null,
    compress: definition.compress === true,
    mayConnect: originCheck(definition.origins),
    addressOf: definition.addressOf?.bind(definition) ?? (({ peer }) => peer.address),
    channels: new TopicPatterns(Object.fromEntries(kinds)),
    limits: withLimits(limits, definition),
  };
}

function checkFunction(
  definition: object,
  option: "connect" | "id" | "addressOf",
  accepts: string,
): void {
  const value: unknown = Reflect.get(definition, option);
  if (value !== undefined && typeof value !== "function") {
    throw new OptionError(option, value, accepts);
  }
}
