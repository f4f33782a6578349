// Many readers of pages, and what they are told to do together.
import { monotonicNow } from "../../load/load.ts";
import { connectReader } from "./connect-reader.ts";
import type { Reader } from "./reader.ts";

const AT_ONCE = 25;

/** A change that a page has shown: by its note, and when, in ms of the machine's monotonic clock. */
export type Arrival = readonly [note: number, page: number, at: number];

/** What the process of readers can be told to do. */
export type ReadingTasks = {
  /** Opens the first so many pages of the mix, each on a connection of its own. */
  readonly open: (count: number) => Promise<void>;
  /** How many changes pages have shown. */
  readonly arrived: () => number;
  /** Which, and forgets them. */
  readonly take: () => readonly Arrival[];
  /** Opens these pages, each when the one before has been left, and gives the ms of each. */
  readonly openInTurn: (pages: readonly number[]) => Promise<readonly number[]>;
};

export function reading(side: string, port: number): ReadingTasks {
  let arrivals: Arrival[] = [];
  let lone: Promise<Reader> | null = null;
  const open = async (page: number): Promise<void> => {
    const reader = await connectReader(side, port);
    await reader.open(page, ({ note }) => arrivals.push([Number(note), page, monotonicNow()]));
  };
  return {
    async open(count) {
      for (let page = 0; page < count; page += AT_ONCE) {
        const these = Array.from({ length: Math.min(AT_ONCE, count - page) }, (_, n) => page + n);
        await Promise.all(these.map(open));
      }
    },
    arrived: () => arrivals.length,
    take() {
      const taken = arrivals;
      arrivals = [];
      return taken;
    },
    async openInTurn(pages) {
      const reader = await (lone ??= connectReader(side, port));
      const times: number[] = [];
      for (const page of pages) {
        const began = performance.now();
        const opened = await reader.open(page, () => {});
        times.push(performance.now() - began);
        await opened.close();
      }
      return times;
    },
  };
}
