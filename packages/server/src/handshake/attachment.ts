// Sharing the upgrades of an HTTP server with whoever else listens for them. Node tells all listeners
// of each upgrade, and most libraries answer every path that they do not know with an error, in the
// midst of a connection that is ours: so upgrades of ours are told to nobody else.
import type { IncomingMessage, Server } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Duplex } from "node:stream";
import { OptionError } from "../errors.ts";
import { isWebSocket } from "./upgrade-decision.ts";

export type HttpServer = Server | HttpsServer;
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** What to do with upgrades. */
export interface UpgradeHandlers {
  /** Whether it is to a path of ours: nobody else is told of it. */
  readonly isOurs: (request: IncomingMessage) => boolean;
  /** Takes one of ours, or one that no listener but ours is there to answer. */
  readonly take: UpgradeListener;
}

/** From Node 22.21 and 24.9 on: asked whether a request that may be an upgrade shall be one. */
interface AsksFirst {
  shouldUpgradeCallback?: (request: IncomingMessage) => boolean;
}

/** All listeners of all servers of ours: they answer what none of them knows, and no more. */
const OURS = new WeakSet<object>();

/**
 * An app of a framework has much of what a server has (that of Express is told of events, and that of
 * Hono has an `on`), and no client would ever reach what is attached to it.
 * @throws {OptionError} No HTTP server.
 */
export function checkHttpServer(http: HttpServer): void {
  const given: unknown = http;
  const isServer =
    typeof given === "object" &&
    given !== null &&
    ["on", "emit", "listeners", "address"].every(
      (name) => typeof Reflect.get(given, name) === "function",
    );
  if (isServer) return;
  throw new OptionError("http", http, "an HTTP server, such as createServer(app) of node:http");
}

/** Returns the function that leaves the HTTP server as it was. */
export function attachTo(http: HttpServer, { isOurs, take }: UpgradeHandlers): () => void {
  const hasOthers = (): boolean => http.listeners("upgrade").some((each) => !OURS.has(each));
  const listener: UpgradeListener = (request, socket, head) => {
    // Another server of ours may have answered it just now.
    if (!hasOthers() && !socket.writableEnded) take(request, socket, head);
  };
  OURS.add(listener);
  // Without a listener Node takes an upgrade for a request like any other.
  http.on("upgrade", listener);

  let attached = true;
  const before = Object.getOwnPropertyDescriptor(http, "emit");
  const tell = http.emit;
  const emit = (event: string, ...args: unknown[]): boolean => {
    if (attached && event === "upgrade") {
      const [request, socket, head] = args as Parameters<UpgradeListener>;
      if (isOurs(request)) {
        take(request, socket, head);
        return true;
      }
    }
    return Reflect.apply(tell, http, [event, ...args]) as boolean;
  };
  Object.defineProperty(http, "emit", { value: emit, writable: true, configurable: true });
  const askAgain = askFirst(http as AsksFirst & HttpServer, isOurs, hasOthers);
  return () => {
    attached = false;
    http.off("upgrade", listener);
    askAgain();
    // Whoever has wrapped it since keeps what he has: ours then only hands on.
    if (Object.getOwnPropertyDescriptor(http, "emit")?.value !== emit) return;
    if (before === undefined) Reflect.deleteProperty(http, "emit");
    else Object.defineProperty(http, "emit", before);
  };
}

/**
 * A client may offer `Upgrade: h2c` with any request, and a server may ignore it (RFC 9110 7.8). Since we
 * listen for upgrades, Node would take such a request for one, and its app would never see it.
 */
function askFirst(
  http: AsksFirst,
  isOurs: UpgradeHandlers["isOurs"],
  hasOthers: () => boolean,
): () => void {
  const before = http.shouldUpgradeCallback;
  if (before === undefined) return () => {};
  let attached = true;
  const ask = (request: IncomingMessage): boolean => {
    if (attached && isOurs(request)) return true;
    const isFor = !attached || isWebSocket(request) || hasOthers();
    return isFor && before.call(http, request);
  };
  http.shouldUpgradeCallback = ask;
  return () => {
    attached = false;
    if (http.shouldUpgradeCallback === ask) http.shouldUpgradeCallback = before;
  };
}
