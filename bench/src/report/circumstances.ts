// Where and how figures came to be: without that they say nothing.
import { availableParallelism, cpus, loadavg } from "node:os";

/** The load of the last minute, as the system counts it: processes that ran or wanted to. */
export function load(): string {
  return (loadavg()[0] ?? 0).toFixed(2);
}

export interface Circumstances {
  /** The arguments after `npm run bench --`. */
  readonly args: readonly string[];
  readonly runs: number;
  /** Runs of each side that came first and do not count. */
  readonly thrownAway: number;
}

/** A few lines that say what was run, and on what. */
export function circumstances({ args, runs, thrownAway }: Circumstances): string {
  const command = ["npm run bench", ...(args.length === 0 ? [] : ["--", ...args])].join(" ");
  const model = cpus()[0]?.model.trim() ?? "an unknown CPU";
  return [
    `$ ${command}`,
    `Node ${process.versions.node} on ${process.platform}, ${availableParallelism()} cores of ${model}, load ${load()}`,
    `${runs} ${runs === 1 ? "run" : "runs"} of each side, in turn, each in a process of its own` +
      (thrownAway === 0 ? "" : `, after ${thrownAway} that does not count`) +
      "; medians and ranges; ratios are medians of run against run beside it",
  ].join("\n");
}
