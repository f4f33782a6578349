// How long a reader waits for the 50 rows of a page: from its join to when it is ready. Beside it the
// query alone, and `ws.send` of its rows.
import type { Bench, Figure, Size, Trial } from "../bench.ts";
import type { OrdersSize } from "../haste/orders.ts";
import type { ReadingTasks } from "../haste/readers/reading.ts";
import { withRunning } from "../haste/running.ts";
import type { WritingTasks } from "../haste/writing.ts";
import type { Worker } from "../process/worker.ts";
import type { Result } from "../result.ts";
import { percentile } from "../statistics.ts";

interface Load extends OrdersSize {
  /** Pages that are opened for each case, one after the other. */
  readonly pages: number;
  /** Those that are opened before. */
  readonly before: number;
  readonly rate: number;
}

function loadOf(size: Size): Load {
  return size === "quick"
    ? { tenants: 60, perTenant: 60, pages: 10, before: 5, rate: 100 }
    : { tenants: 1_000, perTenant: 200, pages: 300, before: 100, rate: 500 };
}

function range(from: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, n) => from + n);
}

async function measure(
  readers: Worker<ReadingTasks>,
  writer: Worker<WritingTasks>,
  load: Load,
): Promise<readonly Figure[]> {
  const { pages, before, tenants, rate } = load;
  const open = (from: number): Promise<readonly number[]> =>
    readers.perform("openInTurn", range(from, pages));
  await readers.perform("openInTurn", range(tenants - before, before));
  // Each twice in a row: a page that was left is known for a while.
  const twice = await readers.perform(
    "openInTurn",
    range(0, pages).flatMap((page) => [page, page]),
  );
  const fresh = twice.filter((_, at) => at % 2 === 0);
  const known = twice.filter((_, at) => at % 2 === 1);
  const writing = writer.perform("writeOn", { tenants, rate, first: 1 });
  const whileWriting = await open(pages);
  await writer.perform("stop");
  await writing;
  return [
    ...figuresOf("a page that is new", fresh),
    ...figuresOf("a page that is known", known),
    ...figuresOf(`new, with ${rate} changes/s`, whileWriting),
  ];
}

function figuresOf(name: string, times: readonly number[]): readonly Figure[] {
  return [50, 90, 99].map((percent) => ({
    case: `${name}, p${percent}`,
    value: percentile(times, percent),
    unit: "ms",
  }));
}

function trial(load: Load): Trial {
  return {
    name: `50 of ${(load.tenants * load.perTenant).toLocaleString("en")} rows`,
    measure: (side, url) =>
      withRunning(side, url, load, ({ database, port, start }) => {
        const readers = start<ReadingTasks>("reading", side, port);
        return measure(readers, start<WritingTasks>("writing", database.connection), load);
      }),
  };
}

/** A line for each case and side. */
function lines(results: readonly Result[]): readonly object[] {
  return results.flatMap((p50) => {
    if (!p50.case.endsWith(", p50")) return [];
    const name = p50.case.slice(0, -", p50".length);
    const [p90, p99] = ["p90", "p99"].map((percent) =>
      results.find((result) => result.side === p50.side && result.case === `${name}, ${percent}`),
    );
    return {
      bench: p50.bench,
      case: name,
      side: p50.side,
      p50: p50.median,
      p90: p90?.median,
      p99: p99?.median,
      range: [p50.min, p50.max],
      unit: p50.unit,
      ratio: p50.ratio,
    };
  });
}

export const hasteFirstPage: Bench = {
  name: "haste-first-page",
  about: "from the join of a page to its 50 rows, one page after the other",
  sides: ["bare", "slipstream"],
  flags: [],
  stand: "postgres",
  warmsUp: true,
  trials: (size) => [trial(loadOf(size))],
  lines,
};
