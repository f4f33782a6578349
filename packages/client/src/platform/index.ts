// The whole of @slipstream/client, as every runtime but Node sees it: sockets over the platform's
// WebSocket. What it exports has the names that Node's index.ts has.
import { UnsupportedError } from "../errors.ts";
import type * as node from "../index.ts";
import type { AssignsOption, ModuleOptions } from "../module/options.ts";
import { BaseSlipstream } from "../module/slipstream.ts";
import type { AnyTopics } from "../module/types.ts";
import type { WsOptions } from "../node/index.ts";
import type { SocketOptions } from "../options.ts";
import { isPage, watchPage } from "../page/watch-page.ts";
import { BasePool, type PoolOptions } from "../pool/pool.ts";
import { ReadableSocket } from "../readable-socket.ts";
import { checkHere, dialHere } from "./headers.ts";

/** As Node's, over the platform's WebSocket. */
export class Socket extends ReadableSocket {
  /**
   * @param url the path of the `socket` macro, such as `wss://example.org/socket`; in a page also
   * `/socket`, on the page's own host.
   * @throws {OptionError} naming the first option that cannot be used.
   */
  constructor(url: string | URL, options: SocketOptions = {}) {
    checkHere(options);
    super(url, options, dialHere(), []);
    const { page } = options;
    if (page !== false && isPage()) watchPage(this, page);
  }
}

/**
 * Connects, and resolves with the open socket.
 * @throws {OptionError} naming the first option that cannot be used.
 * @throws {ConnectError} (by rejection) when nothing will be tried any more.
 */
export async function connect(url: string | URL, options: SocketOptions = {}): Promise<Socket> {
  const socket = new Socket(url, options);
  await socket.connect();
  return socket;
}

/** As Node's, over the platform's WebSocket. */
export class SocketPool extends BasePool {
  /** @throws {OptionError} naming the first option that cannot be used. */
  constructor(url: string | URL, options: SocketOptions & PoolOptions = {}) {
    checkHere(options);
    super((socketOptions) => new Socket(url, socketOptions), options);
  }
}

/** As Node's, over the platform's WebSocket. */
export abstract class Slipstream<
  Assigns extends object = object,
  Topics = AnyTopics,
> extends BaseSlipstream<Assigns, Topics> {
  /** @throws {OptionError} naming the first option that cannot be used. */
  constructor(url: string | URL, options?: ModuleOptions & AssignsOption<Assigns>) {
    const given = options ?? ({} as ModuleOptions & AssignsOption<Assigns>);
    checkHere(given);
    super(url, given, dialHere(), []);
  }
}

/**
 * As Node's, over the platform's WebSocket, so that `withFallback(dialWs(), longPoll())` is the same
 * everywhere.
 * @throws {UnsupportedError} if there are options: what they ask for is Node's.
 */
export const dialWs: typeof node.dialWs = (options?: WsOptions) => {
  if (Object.keys(options ?? {}).length === 0) return dialHere();
  throw new UnsupportedError("options of dialWs, which are Node's. Leave them out");
};

export * from "../exports.ts";
export { TransportError } from "../node/transport-error.ts";
