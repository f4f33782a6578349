// Many raw clients of one server, and what they are told to do together.
import type { Dialect } from "./dialect.ts";
import { RawClient } from "./raw-client.ts";

const OPEN_AT_ONCE = 50;

/** What the process of a load can be told to do. */
export type Task =
  /** Opens clients, each with these channels. */
  | { readonly type: "open"; readonly count: number; readonly topics: readonly string[] }
  /** Is done when so many frames have come that nobody asked for, beyond those of earlier tasks. */
  | { readonly type: "count" | "time"; readonly frames: number }
  /** Opens clients and resets each at once, so many at a time. */
  | { readonly type: "connects"; readonly count: number; readonly atOnce: number }
  /** Each client joins and leaves another channel, again and again. */
  | { readonly type: "joinsAndLeaves"; readonly times: number }
  /** The first client asks for echoes on its first channel, so many at once. */
  | { readonly type: "echoes"; readonly count: number; readonly atOnce: number }
  /** So many clients ask for a broadcast at once; again when all clients have heard all of them. */
  | { readonly type: "talk"; readonly speakers: number; readonly rounds: number };

/** When each frame of a task came, in ms of the machine's monotonic clock. Empty but for "time". */
export type Arrivals = readonly number[];

interface Arrival {
  readonly at: number;
  readonly frames: number;
}

export class Load {
  readonly #port: number;
  readonly #dialect: Dialect;
  readonly #clients: RawClient[] = [];
  #arrived = 0;
  #arrivals: Arrival[] = [];
  #onArrival: (() => void) | null = null;

  constructor(port: number, dialect: Dialect) {
    this.#port = port;
    this.#dialect = dialect;
  }

  async perform(task: Task): Promise<Arrivals> {
    switch (task.type) {
      case "open":
        await this.#open(task.count, task.topics);
        return [];
      case "count":
        await this.#frames(task.frames);
        return [];
      case "time":
        return (await this.#frames(task.frames)).flatMap(({ at, frames }) =>
          Array.from({ length: frames }, () => at),
        );
      case "connects":
        await this.#connects(task.count, task.atOnce);
        return [];
      case "joinsAndLeaves":
        await Promise.all(this.#clients.map((client) => this.#joinAndLeave(client, task.times)));
        return [];
      case "echoes":
        await this.#echoes(task.count, task.atOnce);
        return [];
      case "talk":
        await this.#talk(task.speakers, task.rounds);
        return [];
    }
  }

  /** Resets all its clients. */
  close(): void {
    for (const client of this.#clients) client.reset();
  }

  async #open(count: number, topics: readonly string[]): Promise<void> {
    await inParallel(count, OPEN_AT_ONCE, async () => {
      const client = await this.#client();
      for (const topic of topics) await client.exchange(this.#dialect.join(topic));
      this.#clients.push(client);
    });
  }

  #client(): Promise<RawClient> {
    return RawClient.open(this.#port, this.#dialect, (frames) => {
      this.#arrived += frames;
      this.#arrivals.push({ at: monotonicNow(), frames });
      this.#onArrival?.();
    });
  }

  #frames(count: number): Promise<readonly Arrival[]> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.#arrived < count) return;
        this.#onArrival = null;
        this.#arrived -= count;
        const arrivals = this.#arrivals;
        this.#arrivals = [];
        resolve(arrivals);
      };
      this.#onArrival = look;
      look();
    });
  }

  async #connects(count: number, atOnce: number): Promise<void> {
    await inParallel(count, atOnce, async () => (await this.#client()).reset());
  }

  async #joinAndLeave(client: RawClient, times: number): Promise<void> {
    const [join, leave] = [this.#dialect.join("room:other"), this.#dialect.leave("room:other")];
    for (let n = 0; n < times; n++) {
      await client.exchange(join);
      await client.exchange(leave);
    }
  }

  async #talk(speakers: number, rounds: number): Promise<void> {
    const text = this.#dialect.say("room:0");
    for (let n = 0; n < rounds; n++) {
      for (const client of this.#clients.slice(0, speakers)) client.say(text);
      await this.#frames(speakers * this.#clients.length);
    }
  }

  async #echoes(count: number, atOnce: number): Promise<void> {
    const [client] = this.#clients;
    if (client === undefined) throw new Error("Nobody is there to ask for echoes.");
    const echo = this.#dialect.echo("room:0");
    for (let n = 0; n < count; n += atOnce) await client.repeat(echo, Math.min(atOnce, count - n));
  }
}

/** Ms, the same in all processes of this machine. */
export function monotonicNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

async function inParallel(count: number, atOnce: number, act: () => Promise<void>): Promise<void> {
  let left = count;
  const oneAfterAnother = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await act();
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, oneAfterAnother));
}
