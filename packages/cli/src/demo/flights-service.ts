// The table that the demo serves, how it changes, and the servers that serve it: as a database does,
// it outlives any one server.
import { ChannelsServer, type Stats } from "@slipstream/server";
import { ChangeLog, changeAt, type Change } from "./changes.ts";
import { feedChannel } from "./feed-channel.ts";
import { flightsChannel } from "./flights-channel.ts";
import { pageCount, pageRange, type FlightColumns, type FlightRow } from "./flights.ts";
import { FEED, type Page } from "./topics.ts";

/** Half a minute of changes and more. A client that was away for longer has to start anew. */
const LOG_CAPACITY = 65_536;

export interface FlightsServiceOptions {
  readonly pageSize: number;
  /** For tests of the demo's checks: what the server says in place of a page. */
  readonly alterPage?: (page: Page) => Page;
}

/** A channel that can be made to crash. */
export interface Killable {
  kill(): void;
}

export class FlightsService {
  readonly log: ChangeLog = new ChangeLog(LOG_CAPACITY);
  readonly rows: number;
  readonly pages: number;
  readonly pageSize: number;
  readonly #source: FlightColumns;
  /** The delays as they are now; the source stays as it was read. */
  readonly #delays: Int32Array;
  readonly #alterPage: (page: Page) => Page;
  readonly #servers: ChannelsServer[] = [];
  readonly #channels = new Map<string, Set<Killable>>();
  readonly #handled = new Map<number, number>();

  constructor(source: FlightColumns, options: FlightsServiceOptions) {
    this.rows = source.length;
    this.pageSize = options.pageSize;
    this.pages = pageCount(source.length, options.pageSize);
    this.#source = source;
    this.#delays = source.delays.slice();
    this.#alterPage = options.alterPage ?? ((page) => page);
  }

  /** Starts a server on loopback. */
  async serve(): Promise<{ readonly server: ChannelsServer; readonly port: number }> {
    // Crashes are part of the demo, and told by it.
    const server = new ChannelsServer({ logger: false, closeTimeout: 1_000 });
    server.socket("/socket", {
      channels: { "flights:*": flightsChannel(this), [FEED]: feedChannel(this) },
    });
    this.#servers.push(server);
    return { server, ...(await server.listen({ port: 0, host: "127.0.0.1" })) };
  }

  /** What all servers have counted, the oldest first. */
  stats(): readonly Stats[] {
    return this.#servers.map((server) => server.stats());
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
  }

  /** A page as it is now. Answers the push `id`. */
  page(index: number, id: number): Page {
    this.#handled.set(id, (this.#handled.get(id) ?? 0) + 1);
    const { first, end } = pageRange(index, this.pageSize, this.rows);
    const rows: FlightRow[] = [];
    for (let at = first; at < end; at += 1) {
      const [date, , distance, origin, destination] = this.#source.row(at);
      rows.push([date, this.#delays[at] ?? 0, distance, origin, destination]);
    }
    return this.#alterPage({ index, seq: this.log.seq, rows });
  }

  /** How often each push was handled, by its id. */
  get handled(): ReadonlyMap<number, number> {
    return this.#handled;
  }

  /** Makes the next `count` changes. */
  change(count: number): void {
    const changes: Change[] = [];
    for (let seq = this.log.seq + 1; changes.length < count; seq += 1) {
      const change = changeAt(seq, this.rows);
      this.#delays[change[0]] = change[1];
      changes.push(change);
    }
    this.log.append(changes);
  }

  /** A channel has been joined. Returns what is to be called when it has ended. */
  joined(topic: string, channel: Killable): () => void {
    const members = this.#channels.get(topic) ?? new Set();
    this.#channels.set(topic, members.add(channel));
    return () => members.delete(channel);
  }

  /** Makes every channel of the topic throw. Returns how many there were. */
  kill(topic: string): number {
    const members = [...(this.#channels.get(topic) ?? [])];
    for (const channel of members) channel.kill();
    return members.length;
  }
}
