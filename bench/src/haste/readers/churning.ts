// Pages that are opened at a steady pace, whatever becomes of them, and left a while later, on a few
// sockets.
import { setTimeout as delay } from "node:timers/promises";
import { connect, type Socket } from "@slipstream/client";
import { openPage, PageClientError } from "@slipstream/haste/client";
import { filterOf, type Order } from "../mix.ts";

export interface ChurnOptions {
  readonly tenants: number;
  /** Pages a second, and how many in all. */
  readonly rate: number;
  readonly count: number;
  /** How long a page is kept, ms: at most twice this. */
  readonly kept: number;
}

export interface Churned {
  /** Ms from the join to when it was ready, of each that was. */
  readonly times: readonly number[];
  /** How many were not, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** How long it took until the last was ready, ms. */
  readonly took: number;
}

/** What the process of these readers can be told to do. */
export type ChurningTasks = {
  readonly connect: (sockets: number) => Promise<void>;
  readonly churn: (options: ChurnOptions) => Promise<Churned>;
  readonly disconnect: () => Promise<void>;
};

export function churning(port: number): ChurningTasks {
  const sockets: Socket[] = [];
  /** Every other page is one of the mix; the others are of a range that nobody has asked for yet. */
  let asked = 0;
  let lastAt = 0;
  const filter = (tenants: number): ReturnType<typeof filterOf> => {
    asked += 1;
    const page = (asked * 7_919) % tenants;
    if (asked % 2 === 0) return filterOf(page);
    return ["and", ["eq", "tenant", page], ["gt", "amount", `0.${asked + 1_000_000}`]];
  };
  const visit = async (
    { tenants, kept }: ChurnOptions,
    times: number[],
  ): Promise<string | null> => {
    const socket = sockets[asked % sockets.length] as Socket;
    const began = performance.now();
    const page = openPage<Order>(socket, "orders", { where: filter(tenants), limit: 50 });
    try {
      await page.ready();
      const now = performance.now();
      times.push(now - began);
      lastAt = now;
      await delay(Math.random() * 2 * kept);
      return null;
    } catch (error) {
      return error instanceof PageClientError ? error.code : String(error);
    } finally {
      await page.close();
    }
  };
  return {
    async connect(count) {
      const url = `ws://127.0.0.1:${port}/socket`;
      sockets.push(...(await Promise.all(Array.from({ length: count }, () => connect(url)))));
    },
    async churn(options) {
      const { rate, count } = options;
      const times: number[] = [];
      const visits: Promise<string | null>[] = [];
      const began = performance.now();
      while (visits.length < count) {
        const due = Math.min(count, Math.ceil(((performance.now() - began) / 1_000) * rate));
        while (visits.length < due) visits.push(visit(options, times));
        await delay(1);
      }
      const refused: Record<string, number> = {};
      for (const reason of await Promise.all(visits)) {
        if (reason !== null) refused[reason] = (refused[reason] ?? 0) + 1;
      }
      return { times, refused, took: lastAt - began };
    },
    async disconnect() {
      await Promise.all(sockets.splice(0).map((socket) => socket.disconnect()));
    },
  };
}
