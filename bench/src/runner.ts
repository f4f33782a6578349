// Runs a bench: each side in turn, in processes of their own, again and again, so that whatever
// else the machine does strikes all sides alike.
import type { Bench, Figure, Size } from "./bench.ts";
import { runClient } from "./process/run-client.ts";
import { startStand } from "./process/stand.ts";
import type { Series } from "./result.ts";

export interface RunOptions {
  /**
   * How many runs of each side count. In full size one more comes first and is thrown away, unless
   * the bench warms up by itself.
   */
  readonly runs: number;
  readonly size: Size;
  /** Trials run whose name has this in it. */
  readonly only: string;
  /** Told what runs now. */
  readonly progress: (what: string) => void;
}

interface GrowingSeries extends Series {
  readonly values: number[];
  readonly busy: number[];
}

/** Resolves with a series for each case and side, side by side. */
export async function runBench(bench: Bench, options: RunOptions): Promise<readonly Series[]> {
  const { size, only, progress } = options;
  const runs = Math.min(options.runs, bench.maxRuns ?? Infinity);
  const thrownAway = size === "quick" || bench.warmsUp === true ? 0 : 1;
  const gathered = new Map<string, GrowingSeries>();
  const stand = await startStand(bench);
  try {
    for (const [trial, { name }] of bench.trials(size).entries()) {
      if (!name.includes(only)) continue;
      for (let run = 1 - thrownAway; run <= runs; run++) {
        for (const side of turnOf(bench.sides, run)) {
          progress(`${bench.name}: ${name}, run ${run} of ${runs}, ${side}`);
          const figures = await runClient({ bench, trial, side, size, url: stand.url });
          if (run > 0) gather(gathered, side, figures);
        }
      }
    }
  } finally {
    await stand.close();
  }
  return sideBySide(bench.sides, [...gathered.values()]);
}

/** The sides in the order of one turn. Each turn begins with another one, so that none has the best place. */
function turnOf(sides: readonly string[], run: number): readonly string[] {
  const first = run % sides.length;
  return [...sides.slice(first), ...sides.slice(0, first)];
}

function gather(
  gathered: Map<string, GrowingSeries>,
  side: string,
  figures: readonly Figure[],
): void {
  for (const { case: name, value, unit, busy } of figures) {
    const key = JSON.stringify([name, side]);
    const series = gathered.get(key) ?? { case: name, side, unit, values: [], busy: [] };
    gathered.set(key, series);
    series.values.push(value);
    if (busy !== undefined) series.busy.push(busy);
  }
}

/** All sides of a case, then those of the next, in the order in which they were first measured. */
function sideBySide(sides: readonly string[], all: readonly Series[]): readonly Series[] {
  const cases = [...new Set(all.map((series) => series.case))];
  return cases.flatMap((name) =>
    sides.flatMap((side) => all.filter((series) => series.case === name && series.side === side)),
  );
}
