// Sharing the upgrades of an HTTP server with whoever else listens for them. Node tells all listeners
// of each upgrade, and most libraries answer every path that they do not know with an error, in the
// midst of a connection that is ours: so upgrades of ours are told to nobody else.
import type { IncomingMessage, Server } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Duplex } from "node:stream";

export type HttpServer = Server | HttpsServer;
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** What to do with upgrades. */
export interface UpgradeHandlers {
  /** Takes one that nobody else is told of; false to leave it to the listeners. */
  readonly take: (...upgrade: Parameters<UpgradeListener>) => boolean;
  /** One of no path of ours, which no listener but ours is there to answer. */
  readonly leftOver: UpgradeListener;
}

/** All listeners of all servers of ours: they answer what none of them knows, and no more. */
const OURS = new WeakSet<object>();

/** Returns the function that leaves the HTTP server as it was. */
export function attachTo(http: HttpServer, { take, leftOver }: UpgradeHandlers): () => void {
  const listener: UpgradeListener = (request, socket, head) => {
    const others = http.listeners("upgrade").some((each) => !OURS.has(each));
    // Another server of ours may have answered it just now.
    if (!others && !socket.writableEnded) leftOver(request, socket, head);
  };
  OURS.add(listener);
  // Without a listener Node takes an upgrade for a request like any other.
  http.on("upgrade", listener);

  let attached = true;
  const before = Object.getOwnPropertyDescriptor(http, "emit");
  const tell = http.emit;
  const emit = (event: string, ...args: unknown[]): boolean => {
    if (attached && event === "upgrade") {
      if (take(...(args as Parameters<UpgradeListener>))) return true;
    }
    return Reflect.apply(tell, http, [event, ...args]) as boolean;
  };
  Object.defineProperty(http, "emit", { value: emit, writable: true, configurable: true });
  return () => {
    attached = false;
    http.off("upgrade", listener);
    // Whoever has wrapped it since keeps what he has: ours then only hands on.
    if (Object.getOwnPropertyDescriptor(http, "emit")?.value !== emit) return;
    if (before === undefined) Reflect.deleteProperty(http, "emit");
    else Object.defineProperty(http, "emit", before);
  };
}
