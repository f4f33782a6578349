// The process that runs one trial, once: reads which from its arguments, sends what it measured to
// its parent, and ends with everything that it holds.
import { loadBench } from "../benches/index.ts";
import type { Size } from "../bench.ts";
import type { Report } from "./run-client.ts";

const [name = "", index = "", side = "", size = "", url = ""] = process.argv.slice(2);

async function run(): Promise<Report> {
  const trial = (await loadBench(name)).trials(size as Size)[Number(index)];
  if (trial === undefined) throw new Error(`There is no trial ${index} of a bench ${name}.`);
  return { type: "measured", figures: await trial.measure(side, url) };
}

process.on("disconnect", () => process.exit());
run()
  .catch((error: unknown): Report => {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { type: "failed", reason };
  })
  .then((report) => process.send?.(report, () => process.exit()))
  .catch(() => process.exit(1));
