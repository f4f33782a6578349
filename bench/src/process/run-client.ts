// One run of one side: a process is made for it and is gone afterwards.
import type { Bench, Figure, Size } from "../bench.ts";
import { endChild, hear, startChild } from "./child.ts";

/** What the process of a client tells. */
export type Report =
  | { readonly type: "measured"; readonly figures: readonly Figure[] }
  | { readonly type: "failed"; readonly reason: string };

export interface ClientRun {
  readonly bench: Bench;
  readonly trial: number;
  readonly side: string;
  readonly size: Size;
  readonly url: string;
}

/** Rejects with what the process says went wrong. */
export async function runClient(run: ClientRun): Promise<readonly Figure[]> {
  const { bench, trial, side, size, url } = run;
  const parameters = [bench.name, String(trial), side, size, url];
  const child = startChild("./client-process.js", parameters, bench.flags);
  const report = await hear<Report>(child);
  await endChild(child);
  if (report.type === "measured") return report.figures;
  throw new Error(`${bench.name}, ${side}: ${report.reason}`);
}
