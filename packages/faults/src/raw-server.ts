// A TCP server on loopback without any WebSocket library, whose connections are driven by a script.
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { SelfSigned } from "./certificate.ts";
import { PeerGoneError, RawPeer } from "./raw-peer.ts";
import { resetNow } from "./reset.ts";

/** What the server does with one connection. It may return early: the connection then stays as it is. */
export type Script = (peer: RawPeer, index: number) => Promise<void> | void;

export interface RawServerOptions {
  /** "127.0.0.1" unless said otherwise. */
  readonly host?: string;
  /** Speaks TLS, with this key and this certificate. What is recorded is then what TLS makes of the wire. */
  readonly tls?: SelfSigned;
}

/**
 * @example
 * ```ts
 * const server = await RawServer.listen(async (peer) => {
 *   await peer.accept();
 *   await peer.frame(); // the client's close frame, which is never answered
 * });
 * const socket = new WebSocket(server.url);
 * // …
 * const peer = await server.peer();
 * await peer.gone();
 * console.log(peer.wire.story()); // ["client: GET /", "server: 101", "client: close 1000", "client: RST"]
 * await server.close();
 * ```
 */
export class RawServer {
  /** Starts to listen on a free port. `script` runs once for each connection. */
  static async listen(script: Script, options: RawServerOptions = {}): Promise<RawServer> {
    const server = new RawServer(script, options);
    await new Promise<void>((resolve, reject) => {
      server.#server.once("error", reject);
      server.#server.listen(0, server.#host, resolve);
    });
    return server;
  }

  /** Every connection so far, in the order in which they came. */
  readonly peers: RawPeer[] = [];
  readonly #server: Server;
  readonly #host: string;
  readonly #scheme: "ws" | "wss";
  readonly #sockets = new Set<Socket>();
  readonly #failures: unknown[] = [];
  readonly #arrivals = new Set<() => void>();

  private constructor(script: Script, { host = "127.0.0.1", tls }: RawServerOptions) {
    this.#host = host;
    this.#scheme = tls === undefined ? "ws" : "wss";
    // Half-open connections are allowed, since when to send our FIN is the script's to say.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      const peer =
        tls === undefined
          ? new RawPeer(socket)
          : new RawPeer(socket, new TLSSocket(socket, { ...tls, isServer: true }));
      const index = this.peers.push(peer) - 1;
      void this.#run(script, peer, index);
      for (const arrived of this.#arrivals) arrived();
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The address for a WebSocket client, such as "ws://127.0.0.1:4000". */
  get url(): string {
    return `${this.#scheme}://${this.#host.includes(":") ? `[${this.#host}]` : this.#host}:${this.port}`;
  }

  /** TCP connections that are not over. */
  get live(): number {
    return this.#sockets.size;
  }

  /** The connection of this index, once it has come. */
  peer(index = 0): Promise<RawPeer> {
    return new Promise((resolve) => {
      const arrived = (): void => {
        const peer = this.peers[index];
        if (peer === undefined) return;
        this.#arrivals.delete(arrived);
        resolve(peer);
      };
      this.#arrivals.add(arrived);
      arrived();
    });
  }

  /**
   * Resets what is still connected and stops listening. Resolves when nothing is left.
   * @throws What a script threw first, unless it was only cut off by the end of its connection.
   */
  async close(): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const socket of this.#sockets) resetNow(socket);
    await stopped;
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  async #run(script: Script, peer: RawPeer, index: number): Promise<void> {
    try {
      await script(peer, index);
    } catch (error) {
      if (!(error instanceof PeerGoneError)) this.#failures.push(error);
    }
  }
}
