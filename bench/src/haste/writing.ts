// Writes that come at a steady pace, whatever becomes of them: each an update of one order, in a
// transaction of its own.
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { monotonicNow } from "../load/load.ts";

export interface WritingOptions {
  readonly tenants: number;
  /** Changes a second. */
  readonly rate: number;
  readonly count: number;
  /** The number of the first, which is its note. */
  readonly first: number;
}

/** What the process of the writer can be told to do. */
export type WritingTasks = {
  /** For each change, the ms of the machine's monotonic clock at which its COMMIT was sent. */
  readonly write: (options: WritingOptions) => Promise<readonly number[]>;
  /** The same for an hour at most, until {@link stop}. Resolves with how many there were. */
  readonly writeOn: (options: Omit<WritingOptions, "count">) => Promise<number>;
  readonly stop: () => void;
};

/** Orders of a tenant that are changed: as each page shows 50, all of them are shown. */
const CHANGED = 5;
const CONNECTIONS = 8;

/** The tenant whose order is changed by the change of this number. */
export function tenantOf(change: number, tenants: number): number {
  return (change * 7_919) % tenants;
}

function updateSql(change: number, tenants: number): string {
  const tenant = tenantOf(change, tenants);
  const round = Math.floor(change / tenants);
  const id = tenant + tenants * (round % CHANGED);
  const amount = `${tenant}.${round % 2 === 0 ? 25 : 75}`;
  return `BEGIN; UPDATE orders SET amount = ${amount}, note = '${change}' WHERE id = ${id}`;
}

export function writing(connection: string): WritingTasks {
  const clients = Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const client = new Client({ connectionString: connection });
      await client.connect();
      return client;
    }),
  );
  let stopping = new AbortController();
  const write = async ({ tenants, rate, count, first }: WritingOptions): Promise<number[]> => {
    const sentAt: number[] = [];
    const began = monotonicNow();
    let next = 0;
    stopping = new AbortController();
    const { signal } = stopping;
    const oneAfterAnother = async (client: Client): Promise<void> => {
      while (next < count && !signal.aborted) {
        const at = next;
        next += 1;
        const early = began + (at / rate) * 1_000 - monotonicNow();
        if (early > 0) await delay(early);
        await client.query(updateSql(first + at, tenants));
        sentAt[at] = monotonicNow();
        await client.query("COMMIT");
      }
    };
    await Promise.all((await clients).map(oneAfterAnother));
    return sentAt;
  };
  return {
    write,
    writeOn: async (options) => (await write({ ...options, count: options.rate * 3_600 })).length,
    stop() {
      stopping.abort();
    },
  };
}
