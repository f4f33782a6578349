// The server's side: a ChannelsServer that is drained and replaced by another now and then, on a port
// of its own each time. One generation is one server.
import {
  accept,
  ChannelsServer,
  refuse,
  type Accepted,
  type ConnectRequest,
  type Refused,
} from "@slipstream/server";
import type { ServerObservation } from "../model/observation.ts";
import type { Pace } from "../pace.ts";
import { SERVER_LIMITS } from "../settings.ts";
import { roomOf, type Assigns, type RoomHost } from "./room.ts";

export class SoakServer {
  /** Ports that were listened on, for whoever looks for what is left. */
  readonly ports: number[] = [];
  generation = 0;
  readonly #see: (observation: ServerObservation) => void;
  readonly #pace: Pace;
  readonly #broadcasts = new Map<string, number>();
  #server: ChannelsServer;
  #port = 0;
  #memberships = 0;
  /** Servers that are being closed. */
  readonly #closing = new Set<Promise<void>>();

  private constructor(see: (observation: ServerObservation) => void, pace: Pace) {
    this.#see = see;
    this.#pace = pace;
    this.#server = this.#make();
  }

  static async start(
    see: (observation: ServerObservation) => void,
    pace: Pace,
  ): Promise<SoakServer> {
    const server = new SoakServer(see, pace);
    await server.#listen();
    return server;
  }

  get port(): number {
    return this.#port;
  }

  sample(): void {
    this.#see({ type: "serverSampled", g: this.generation, stats: this.#server.stats() });
  }

  /** Broadcasts to a topic's members, from outside of any channel. */
  broadcast(topic: string): void {
    const g = this.generation;
    const b = this.#nextBroadcast(g, topic, null);
    this.#server.broadcast(topic, "news", { g, b });
  }

  /** Closes the connections of one client. */
  disconnect(client: string): void {
    this.#server.disconnect(client);
  }

  /** Drains the server; another one takes its place, at once or when it is gone. */
  async replace(drain: number, when: "atOnce" | "afterwards"): Promise<void> {
    const closed = this.#close(drain);
    if (when === "afterwards") await closed;
    this.generation += 1;
    this.#server = this.#make();
    await this.#listen();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#closing, this.#close(0)]);
  }

  #close(drain: number): Promise<void> {
    const server = this.#server;
    const g = this.generation;
    const closed = server.close({ drain }).then(() => {
      this.#see({ type: "serverClosed", g, stats: server.stats() });
      this.#closing.delete(closed);
    });
    this.#closing.add(closed);
    return closed;
  }

  async #listen(): Promise<void> {
    const { port } = await this.#server.listen({ port: 0, host: "127.0.0.1" });
    this.#port = port;
    this.ports.push(port);
  }

  #make(): ChannelsServer {
    const g = this.generation;
    const host: RoomHost = {
      see: this.#see,
      pace: this.#pace,
      g,
      nextMembership: () => (this.#memberships += 1),
      broadcasts: (topic) => this.#broadcasts.get(`${g} ${topic}`) ?? 0,
      nextBroadcast: (topic, except) => this.#nextBroadcast(g, topic, except),
    };
    return new ChannelsServer({ ...SERVER_LIMITS, logger: false }).socket<Assigns>("/socket", {
      connect: (request) => this.#connect(request),
      id: ({ life }) => life.slice(0, life.indexOf(".")),
      channels: { "room:*": roomOf(host) },
    });
  }

  #nextBroadcast(g: number, topic: string, except: number | null): number {
    const b = (this.#broadcasts.get(`${g} ${topic}`) ?? 0) + 1;
    this.#broadcasts.set(`${g} ${topic}`, b);
    this.#see({ type: "broadcast", g, topic, b, except });
    return b;
  }

  async #connect({ params }: ConnectRequest): Promise<Accepted<Assigns> | Refused> {
    const life = typeof params["life"] === "string" ? params["life"] : "";
    switch (params["mood"]) {
      case "expired":
        return refuse(403);
      case "serverThrows":
        throw new Error("Ordered to throw.");
      case "serverSlow":
        await this.#pace.wait(100);
        break;
      case "serverSilent":
        await this.#pace.wait(60_000);
        break;
      default:
    }
    return accept({ life, attempt: Number(params["attempt"]) });
  }
}
