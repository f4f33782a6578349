// The command `npm run bench`. Results go to stdout, progress and circumstances of JSON to stderr.
import { readArguments, USAGE, type Arguments } from "./arguments.ts";
import type { Bench } from "./bench.ts";
import { loadBench } from "./benches/index.ts";
import { circumstances, load } from "./report/circumstances.ts";
import { tableOf, type Row } from "./report/table.ts";
import { resultOf, workOf, type Series } from "./result.ts";
import { runBench } from "./runner.ts";
import { runTransports, TRANSPORTS, transportsTable } from "./transports/run.ts";

type Measure = Extract<Arguments, { readonly type: "measure" }>;

const args = process.argv.slice(2);

async function measure({ names, runs, size, only, output }: Measure): Promise<void> {
  // By `exit`, so that what ends with this process ends at Ctrl+C too.
  process.once("SIGINT", () => process.exit(130)).once("SIGTERM", () => process.exit(143));
  const head = circumstances({ args, runs, thrownAway: size === "quick" ? 0 : 1 });
  const tell = output === "json" ? tellOnStderr : tellOnStdout;
  tell(`${head}\n`);
  for (const name of names) {
    if (name === TRANSPORTS) {
      const reports = await runTransports(size, tellOnStderr);
      // Nothing here is a median: each cell is what became of one connection.
      if (output === "tables") tell(`\n${transportsTable(reports, size)}\n`);
      else for (const report of reports) tellOnStdout(JSON.stringify({ bench: name, ...report }));
      continue;
    }
    const bench = await loadBench(name);
    const known = bench.trials(size).map((trial) => trial.name);
    if (!known.some((trial) => trial.includes(only))) {
      tellOnStderr(
        `Nothing of ${name} has ${JSON.stringify(only)} in its name: ${known.join("; ")}`,
      );
      process.exitCode = 1;
      continue;
    }
    const series = await runBench(bench, { runs, size, only, progress: tellOnStderr });
    const rows = rowsOf(bench, series);
    if (output === "tables") tell(`\n${tableOf(`${name}: ${bench.about}`, rows)}\n`);
    else {
      const results = rows.map(({ result }) => result);
      for (const line of bench.lines?.(results) ?? results) tellOnStdout(JSON.stringify(line));
    }
  }
  tell(`load ${load()} at the end`);
}

function rowsOf(bench: Bench, all: readonly Series[]): readonly Row[] {
  return all.map((series) => {
    const first = all.find((other) => other.case === series.case && other.side === bench.sides[0]);
    const reference = first ?? series;
    return { result: resultOf(bench.name, series, reference), work: workOf(series, reference) };
  });
}

function tellOnStdout(line: string): void {
  process.stdout.write(`${line}\n`);
}

function tellOnStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}

const asked = readArguments(args);
switch (asked.type) {
  case "help":
    tellOnStdout(USAGE);
    break;
  case "mistake":
    tellOnStderr(`${asked.message}\n\n${USAGE}`);
    process.exitCode = 1;
    break;
  case "measure":
    await measure(asked);
}
