// Which handlers of a server take longest: a small table, for whoever looks at a running server. It
// listens to the traces, so that nothing is timed while nobody has made one.
import { CHANNELS } from "./span.ts";
import type { CallbackTrace } from "./traces.ts";

/** What calls of one callback took, in ms: what they awaited included, what waited before them not. */
export interface HandlerTime {
  /** The name in the socket's `channels`, such as "room:*". */
  readonly channel: string;
  /** The event of a push or broadcast; else the callback's name in parentheses, such as "(join)". */
  readonly event: string;
  readonly calls: number;
  readonly mean: number;
  readonly longest: number;
}

interface Entry {
  readonly channel: string;
  readonly event: string;
  calls: number;
  total: number;
  longest: number;
}

const TIMED = [
  "slipstream.server.join",
  "slipstream.server.handleIn",
  "slipstream.server.handleInfo",
  "slipstream.server.handleOut",
] as const;

/** Clients choose the events: no more names than this are kept, and no longer ones. */
const MAX_ENTRIES = 100;
const MAX_NAME = 100;
const OTHERS = "(others)";

/**
 * Times the callbacks of one server from now on.
 *
 * @example
 * ```ts
 * const times = new HandlerTimes(server);
 * http.on("request", (request, response) => {
 *   if (request.url !== "/stats") return;
 *   const { rss: memory } = process.memoryUsage();
 *   response.end(JSON.stringify({ ...server.stats(), memory, slowestHandlers: times.slowest() }));
 * });
 * ```
 */
export class HandlerTimes {
  readonly #entries = new Map<string, Entry>();
  readonly #note = (message: unknown): void => {
    const trace = message as CallbackTrace;
    if (trace.server === this.#server) this.#add(trace);
  };
  readonly #server: object;

  /** @param server the ChannelsServer whose handlers are timed. */
  constructor(server: object) {
    this.#server = server;
    for (const name of TIMED) CHANNELS[name].asyncEnd.subscribe(this.#note);
  }

  /** The slowest by their longest call, at most `count` of them. */
  slowest(count = 10): HandlerTime[] {
    return [...this.#entries.values()]
      .toSorted((a, b) => b.longest - a.longest)
      .slice(0, count)
      .map(({ total, ...entry }) => ({ ...entry, mean: total / entry.calls }));
  }

  /** Begins anew. */
  clear(): void {
    this.#entries.clear();
  }

  /** Times nothing any more. */
  stop(): void {
    for (const name of TIMED) CHANNELS[name].asyncEnd.unsubscribe(this.#note);
  }

  #add({ channel, callback, event, duration = 0 }: CallbackTrace): void {
    const entry = this.#entry(channel, event?.slice(0, MAX_NAME) ?? `(${callback})`);
    entry.calls += 1;
    entry.total += duration;
    entry.longest = Math.max(entry.longest, duration);
  }

  #entry(channel: string, event: string): Entry {
    const known = this.#entries.get(JSON.stringify([channel, event]));
    if (known !== undefined) return known;
    if (this.#entries.size >= MAX_ENTRIES && event !== OTHERS) return this.#entry("", OTHERS);
    const entry: Entry = { channel, event, calls: 0, total: 0, longest: 0 };
    this.#entries.set(JSON.stringify([channel, event]), entry);
    return entry;
  }
}
