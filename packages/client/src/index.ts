// The whole of @slipstream/client, as Node sees it: sockets over the library `ws`.
import { OptionError } from "./errors.ts";
import { showOnNode } from "./inspect.ts";
import { dialWs, type WsOptions } from "./node/index.ts";
import { checkRecord, checkText } from "./option-checks.ts";
import type { SocketOptions } from "./options.ts";
import { BasePool, type PoolOptions } from "./pool/pool.ts";
import { ReadableSocket } from "./readable-socket.ts";
import { telemetry } from "./telemetry/index.ts";
import type { AssignsOption, ModuleOptions } from "./module/options.ts";
import { BaseSlipstream } from "./module/slipstream.ts";
import type { AnyTopics } from "./module/types.ts";

showOnNode();

/** What belongs to the transport over `ws`. */
const NODE_OPTIONS: readonly string[] = ["agent", "tls", "socketPath", "compress"];

/** The options of a socket on Node: those of every socket, and what only Node can do. */
export interface NodeSocketOptions extends SocketOptions, WsOptions {}

/**
 * A connection to a Phoenix socket, over all its reconnects, and the channels on it.
 *
 * @example
 * ```ts
 * const socket = new Socket("wss://example.org/socket", { params: { token: "…" } });
 * await socket.connect();
 * const room = await socket.join("room:lobby");
 * await socket.disconnect();
 * ```
 */
export class Socket extends ReadableSocket {
  /**
   * @param url the path of the `socket` macro, such as `wss://example.org/socket`; `/websocket` and
   * `vsn` are added unless they are there.
   * @throws {OptionError} naming the first option that cannot be used.
   */
  constructor(url: string | URL, options: NodeSocketOptions = {}) {
    checkNodeOptions(options);
    super(url, { telemetry, ...options }, dialWs(options), NODE_OPTIONS);
  }
}

function checkNodeOptions(options: NodeSocketOptions): void {
  checkRecord("options", options);
  const { agent, tls, socketPath, compress, transport } = options;
  if (transport !== undefined) {
    for (const [option, value] of Object.entries({ agent, tls, socketPath, compress })) {
      const accepts =
        "left out where `transport` is given. Give it to dialWs, and that as transport";
      if (value !== undefined) throw new OptionError(option, value, accepts);
    }
  }
  if (
    agent !== undefined &&
    typeof (agent as { addRequest?: unknown } | null)?.addRequest !== "function"
  ) {
    throw new OptionError("agent", agent, "an http.Agent or https.Agent");
  }
  if (tls !== undefined) checkRecord("tls", tls);
  if (socketPath !== undefined) {
    checkText("socketPath", socketPath);
    if (agent !== undefined) {
      throw new OptionError(
        "socketPath",
        socketPath,
        "left out where `agent` makes the connections",
      );
    }
  }
  if (compress !== undefined && typeof compress !== "boolean") {
    throw new OptionError("compress", compress, "true or false");
  }
}

/**
 * Connects, and resolves with the open socket.
 * @throws {OptionError} naming the first option that cannot be used.
 * @throws {ConnectError} (by rejection) when nothing will be tried any more.
 *
 * @example
 * ```ts
 * const socket = await connect("wss://example.org/socket", {
 *   params: async () => ({ token: await freshToken() }),
 * });
 * ```
 */
export async function connect(url: string | URL, options: NodeSocketOptions = {}): Promise<Socket> {
  const socket = new Socket(url, options);
  await socket.connect();
  return socket;
}

/** The options of a pool on Node: those of its sockets, and what only a pool knows. */
export interface SocketPoolOptions extends NodeSocketOptions, PoolOptions {}

/**
 * Many channels over as few sockets as they need. Sockets are opened when channels need them and
 * closed when they are empty; credentials come from one source.
 *
 * @example
 * ```ts
 * const pool = new SocketPool("wss://example.org/socket", { authToken: () => freshToken() });
 * const rooms = await Promise.all(topics.map((topic) => pool.join(topic)));
 * await pool.disconnect();
 * ```
 */
export class SocketPool extends BasePool {
  /**
   * @param url as a socket's.
   * @throws {OptionError} naming the first option that cannot be used.
   */
  constructor(url: string | URL, options: SocketPoolOptions = {}) {
    checkRecord("options", options);
    super((socketOptions) => new Socket(url, socketOptions), options);
  }
}

/** The options of a client in module style on Node. */
export type SlipstreamOptions<Assigns = object> = ModuleOptions &
  AssignsOption<Assigns> &
  WsOptions;

type SlipstreamArguments<Assigns> = object extends Assigns
  ? [options?: SlipstreamOptions<Assigns>]
  : [options: SlipstreamOptions<Assigns>];

/**
 * A client as a class, in the style of Slipstream for Elixir. Extend it, override its callbacks, and
 * start it: everything that happens is told to its callbacks, one at a time, in order.
 *
 * `Assigns` is what it keeps between callbacks, and `Topics` what is said on which topics.
 *
 * @example
 * ```ts
 * class Repeater extends Slipstream {
 *   override handleConnect() {
 *     this.join("rooms:lobby");
 *   }
 *   override handleMessage(topic: string, event: string, payload: unknown) {
 *     console.log(topic, event, payload);
 *   }
 * }
 * const repeater = new Repeater("wss://example.org/socket");
 * await repeater.start();
 * ```
 */
export abstract class Slipstream<
  Assigns extends object = object,
  Topics = AnyTopics,
> extends BaseSlipstream<Assigns, Topics> {
  /**
   * @param url the path of the `socket` macro, such as `wss://example.org/socket`.
   * @throws {OptionError} naming the first option that cannot be used.
   */
  constructor(url: string | URL, ...[options]: SlipstreamArguments<Assigns>) {
    const given = (options ?? {}) as SlipstreamOptions<Assigns>;
    checkNodeOptions(given);
    super(url, { telemetry, ...given }, dialWs(given), NODE_OPTIONS);
  }
}

export * from "./exports.ts";
export { dialWs, TransportError, type TransportErrorCode, type WsOptions } from "./node/index.ts";
