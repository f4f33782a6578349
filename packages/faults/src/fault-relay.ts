// A TCP relay between clients and a server whose connections follow scripts, one each. (relay.ts has
// one behaviour for all connections, which changes at its user's word.)
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { FaultKind, FaultScript } from "./fault-script.ts";
import { readRequestHead, refusalResponse, type Refusal } from "./handshake.ts";
import { resetNow } from "./reset.ts";
import { ScriptedLane } from "./scripted-lane.ts";

const MAX_REQUEST_HEAD = 64 * 1024;

export interface FaultRelayOptions {
  /** Asked for each connection: the server's port, on this machine. */
  readonly target: () => number;
  /**
   * Asked for each connection; they are numbered from 0 in the order in which they came.
   * `clientPort` is the client's end, for whoever looks for it in the kernel's list.
   */
  readonly script: (connection: number, clientPort: number) => FaultScript;
  /** Told of each fault when it takes effect. */
  readonly onFault?: (kind: FaultKind, connection: number) => void;
}

/**
 * @example
 * ```ts
 * const relay = await FaultRelay.listen({
 *   target: () => 4000,
 *   script: (connection) => randomFaults(seededRandom(connection)),
 * });
 * const socket = new WebSocket(`ws://127.0.0.1:${relay.port}/socket/websocket`);
 * // …
 * await relay.close();
 * ```
 */
export class FaultRelay {
  static async listen(options: FaultRelayOptions): Promise<FaultRelay> {
    const relay = new FaultRelay(options);
    await new Promise<void>((resolve, reject) => {
      relay.#server.once("error", reject);
      relay.#server.listen(0, "127.0.0.1", resolve);
    });
    relay.#port = (relay.#server.address() as AddressInfo).port;
    return relay;
  }

  readonly #server: Server;
  readonly #links = new Set<ScriptedLink>();
  #port = 0;
  #connections = 0;

  private constructor(options: FaultRelayOptions) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      const number = this.#connections++;
      const link = new ScriptedLink(client, options, number);
      this.#links.add(link);
      void link.gone.then(() => this.#links.delete(link));
    });
  }

  /** Where it listens, or listened. */
  get port(): number {
    return this.#port;
  }

  /** How many connections have come. */
  get connections(): number {
    return this.#connections;
  }

  /** How many have at least one side that is not over. */
  get live(): number {
    return this.#links.size;
  }

  /** Resets what is there and stops listening. Resolves when nothing is left. */
  async close(): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    const gone = [...this.#links].map((link) => {
      link.reset();
      return link.gone;
    });
    await Promise.all([stopped, ...gone]);
  }
}

/** One client's connection and, unless the script keeps it from the server, the server's. */
class ScriptedLink {
  /** Resolves when both sides are over. */
  readonly gone: Promise<void>;
  readonly #client: Socket;
  readonly #script: FaultScript;
  readonly #tell: (kind: FaultKind) => void;
  #server: Socket | undefined;
  #lanes: readonly ScriptedLane[] = [];
  #killer: NodeJS.Timeout | undefined;
  #resolveGone: () => void = () => {};

  constructor(client: Socket, { target, script, onFault }: FaultRelayOptions, number: number) {
    this.#client = client;
    this.#script = script(number, client.remotePort ?? 0);
    this.#tell = (kind) => onFault?.(kind, number);
    this.gone = new Promise((resolve) => {
      this.#resolveGone = resolve;
    });
    client.on("error", () => {});
    client.on("close", () => this.#sideIsOver());
    client.on("end", () => this.#endIfBothEnded());
    this.#open(target);
    const { killAfter } = this.#script;
    if (killAfter < Infinity) {
      this.#killer = setTimeout(() => {
        this.#tell("kill");
        this.reset();
      }, killAfter);
    }
  }

  reset(): void {
    for (const lane of this.#lanes) lane.stop();
    resetNow(this.#client);
    if (this.#server !== undefined) resetNow(this.#server);
  }

  #open(target: () => number): void {
    const { opening } = this.#script;
    switch (opening.type) {
      case "pass":
        return this.#dial(target());
      case "refuse":
        this.#tell("upgrade refused");
        return this.#refuse(opening);
      case "ignore":
        this.#tell("upgrade ignored");
        this.#client.on("end", () => this.#client.end()).resume();
        return;
      case "reset":
        this.#tell("upgrade reset");
        resetNow(this.#client);
    }
  }

  #dial(port: number): void {
    const client = this.#client;
    const server = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    this.#server = server;
    server.on("error", () => {
      if (this.#lanes.length === 0) resetNow(client);
    });
    server.on("close", () => this.#sideIsOver());
    server.on("end", () => this.#endIfBothEnded());
    server.on("connect", () => {
      const host = {
        fault: this.#tell,
        reset: () => this.reset(),
        silence: () => {
          for (const lane of this.#lanes) lane.stop();
        },
      };
      const { toServer, toClient } = this.#script;
      this.#lanes = [
        new ScriptedLane(client, server, toServer, host),
        new ScriptedLane(server, client, toClient, host),
      ];
    });
  }

  #refuse(refusal: Refusal): void {
    const client = this.#client;
    let received = Buffer.alloc(0);
    client.on("data", (chunk: Buffer) => {
      if (client.writableEnded) return;
      received = Buffer.concat([received, chunk]);
      if (readRequestHead(received) === undefined && received.length < MAX_REQUEST_HEAD) return;
      const headers = { Connection: "close", ...refusal.headers };
      client.end(refusalResponse({ ...refusal, headers }));
    });
    client.on("end", () => client.end());
  }

  /** Stopped lanes pass no FIN on. Once neither side has more to say, there is nothing to keep up. */
  #endIfBothEnded(): void {
    const server = this.#server;
    if (server === undefined || this.#lanes.some((lane) => !lane.isStopped)) return;
    if (!hasEnded(this.#client) || !hasEnded(server)) return;
    for (const side of [this.#client, server]) side.end();
  }

  #sideIsOver(): void {
    const server = this.#server;
    // Without lanes nobody else would tell the server.
    if (this.#lanes.length === 0 && this.#client.closed) server?.destroy();
    this.#endIfBothEnded();
    if (!this.#client.closed || (server !== undefined && !server.closed)) return;
    clearTimeout(this.#killer);
    this.#resolveGone();
  }
}

/** Nothing more will come from this side. */
function hasEnded(socket: Socket): boolean {
  return socket.readableEnded || socket.destroyed;
}
