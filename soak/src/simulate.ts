// The command `npm run simulate`: prints what 10,000 clients do when their server is in trouble, and
// with `--svg FILE` draws it.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { drawOutages } from "./simulation/drawing.ts";
import { CLIENTS, CRASH, outage, OUTAGE, WATCHED, type Outage } from "./simulation/scenarios.ts";

const ROW = 1_000;
const WIDTH = 50;

function print(title: string, { server, backAfter }: Outage): void {
  const { attempts } = server;
  const rows = [];
  for (let from = 0; from < WATCHED; from += ROW) {
    const count = attempts.between(CRASH + from, CRASH + from + ROW);
    const peak = attempts.peakBetween(CRASH + from, CRASH + from + ROW);
    const bar = "#".repeat(Math.ceil((WIDTH * peak) / CLIENTS));
    rows.push(
      `${String(from / 1_000).padStart(4)} s ${String(count).padStart(7)} ${String(peak).padStart(7)} ${bar}`,
    );
  }
  const sum = attempts.between(CRASH, CRASH + WATCHED);
  const worst = attempts.peakBetween(CRASH, CRASH + WATCHED);
  const back = backAfter === null ? "not within the time" : `after ${backAfter / 1_000} s`;
  process.stdout.write(
    [
      `${title}: ${sum} attempts, at most ${worst} in 100 ms; all back ${back}`,
      "  from   in 1 s  peak in 100 ms",
      ...rows,
      "",
      "",
    ].join("\n"),
  );
}

const { values } = parseArgs({ options: { svg: { type: "string" } } });
process.stdout.write(
  `${CLIENTS} clients lose their server, which is away for ${OUTAGE / 1_000} s.\n\n`,
);
const [table, jittered] = [outage("table"), outage("default")];
print("phoenix.js's table, without jitter", table);
print("the default, with jitter", jittered);
if (values.svg !== undefined) {
  writeFileSync(values.svg, drawOutages(table.server.attempts, jittered.server.attempts));
}
