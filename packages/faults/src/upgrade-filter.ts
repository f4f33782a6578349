// A relay that treats WebSockets as some proxies do, and lets everything else of HTTP through.
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { acceptResponse, readRequestHead, refusalResponse, type RequestHead } from "./handshake.ts";
import { resetNow } from "./reset.ts";

/** What becomes of each WebSocket that comes. */
export type UpgradeFate =
  /** It reaches the target. */
  | { readonly type: "pass" }
  /** Its request is answered with this status. */
  | { readonly type: "refuse"; readonly status: number }
  /** Its request is never answered. */
  | { readonly type: "hang" }
  /** It is answered 101, and reset at once. */
  | { readonly type: "kill" }
  /** It is answered 101, and whatever is sent is swallowed. */
  | { readonly type: "swallow" };

const MAX_REQUEST_HEAD = 64 * 1024;

/**
 * @example
 * ```ts
 * const filter = await UpgradeFilter.listen(4000);
 * filter.fate = { type: "swallow" };
 * const socket = new WebSocket(`ws://127.0.0.1:${filter.port}/socket`); // opens, and hears nothing
 * await filter.close();
 * ```
 */
export class UpgradeFilter {
  /** Of those that come from now on. */
  fate: UpgradeFate = { type: "pass" };
  /** How many WebSockets were asked for. */
  upgrades = 0;
  readonly #targetPort: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  /** @param targetPort on 127.0.0.1. */
  static async listen(targetPort: number): Promise<UpgradeFilter> {
    const filter = new UpgradeFilter(targetPort);
    await new Promise<void>((resolve) => filter.#server.listen(0, "127.0.0.1", resolve));
    return filter;
  }

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer((client) => this.#take(client));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resets what is there and stops listening. */
  async close(): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const socket of this.#sockets) resetNow(socket);
    await stopped;
  }

  #take(client: Socket): void {
    this.#hold(client);
    let received = Buffer.alloc(0);
    const read = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      const request = readRequestHead(received);
      if (request === undefined && received.length < MAX_REQUEST_HEAD) return;
      client.off("data", read);
      client.pause();
      if (request?.head.headers.get("upgrade")?.toLowerCase() === "websocket") {
        this.upgrades += 1;
        this.#treat(client, request.head, received);
      } else {
        this.#pass(client, received);
      }
    };
    client.on("data", read);
  }

  #treat(client: Socket, request: RequestHead, received: Buffer): void {
    const { fate } = this;
    switch (fate.type) {
      case "pass":
        return this.#pass(client, received);
      case "refuse":
        client.resume();
        client.end(refusalResponse({ status: fate.status, headers: { Connection: "close" } }));
        return;
      case "hang":
        client.resume();
        return;
      case "kill":
        client.resume();
        client.write(acceptResponse(request, protocolOf(request)), () => resetNow(client));
        return;
      case "swallow":
        client.resume();
        client.write(acceptResponse(request, protocolOf(request)));
    }
  }

  #pass(client: Socket, received: Buffer): void {
    const target = connect(this.#targetPort, "127.0.0.1");
    this.#hold(target);
    target.write(received);
    client.pipe(target);
    target.pipe(client);
    client.on("close", () => target.destroy());
    target.on("close", () => client.destroy());
  }

  #hold(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
  }
}

/** The subprotocol that a server would choose: the first that is offered. */
function protocolOf({ headers }: RequestHead): { protocol?: string } {
  const protocol = headers.get("sec-websocket-protocol")?.split(",")[0]?.trim();
  return protocol === undefined ? {} : { protocol };
}
