// The picture of an outage: attempts in each 100 ms, without jitter and with it, on the same scale.
import { STEP, type Histogram } from "./histogram.ts";
import { CAPACITY, CLIENTS, CRASH, OUTAGE } from "./scenarios.ts";

/** Ms from the crash that are drawn. */
const SHOWN = 30_000;
const WIDTH = 720;
const LEFT = 60;
const PLOT = { width: WIDTH - LEFT - 20, height: 150 };
const PANEL = PLOT.height + 70;

const STYLE = `text{font:12px system-ui,sans-serif;fill:#444}.t{font-weight:600;font-size:13px;fill:#222}
.a{stroke:#999}.o{fill:#8882}.b{fill:#c2410c}.j{fill:#0f766e}.c{stroke:#666;stroke-dasharray:4 3}
@media (prefers-color-scheme:dark){text{fill:#bbb}.t{fill:#eee}.b{fill:#fb923c}.j{fill:#2dd4bf}}`;

const xOf = (ms: number): number => round(LEFT + (ms / SHOWN) * PLOT.width);
const round = (value: number): number => Math.round(value * 10) / 10;
/** The top of the scale: twice as many attempts as there are clients. */
const TOP = 2 * CLIENTS;
/** Square roots, so that a hundred can be seen beside twenty thousand. */
const heightOf = (count: number): number => round(Math.sqrt(count / TOP) * PLOT.height);

export function drawOutages(table: Histogram, jittered: Histogram): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${2 * PANEL + 10}" role="img">`,
    `<title>Attempts to connect of ${CLIENTS} clients after a crash of their server</title>`,
    `<style>${STYLE}</style>`,
    panel("The table of phoenix.js, without jitter", table, "b", 0),
    panel("The default: at random, in growing delays", jittered, "j", PANEL),
    "</svg>",
    "",
  ].join("\n");
}

function panel(title: string, attempts: Histogram, style: string, top: number): string {
  const ground = top + 35 + PLOT.height;
  const bars = [];
  for (let from = 0; from < SHOWN; from += STEP) {
    const count = attempts.between(CRASH + from, CRASH + from + STEP);
    if (count === 0) continue;
    const height = heightOf(count);
    const width = round((STEP / SHOWN) * PLOT.width);
    bars.push(`M${xOf(from)} ${round(ground - height)}h${width}V${ground}h-${width}z`);
  }
  const peak = attempts.peakBetween(CRASH, CRASH + SHOWN);
  const total = attempts.between(CRASH, CRASH + SHOWN);
  const capacity = round(ground - heightOf(CAPACITY));
  return [
    `<text class="t" x="${LEFT}" y="${top + 18}">${title}: ${total} attempts, at most ${peak} in 100 ms</text>`,
    `<rect class="o" x="${xOf(0)}" y="${top + 30}" width="${round(xOf(OUTAGE) - xOf(0))}" height="${PLOT.height + 5}"/>`,
    `<text x="${xOf(0) + 6}" y="${top + 46}">server away</text>`,
    ...[CAPACITY, 1_000, 5_000, TOP].map(
      (count) =>
        `<text x="${LEFT - 6}" y="${round(ground - heightOf(count) + 4)}" text-anchor="end">${count}</text>`,
    ),
    `<path class="${style}" d="${bars.join("")}"/>`,
    `<path class="c" d="M${xOf(OUTAGE)} ${capacity}H${xOf(SHOWN)}"/>`,
    `<path class="a" d="M${LEFT} ${ground}H${xOf(SHOWN)}"/>`,
    ...[0, 5, 10, 15, 20, 25, 30].map(
      (second) =>
        `<text x="${xOf(second * 1_000)}" y="${ground + 16}" text-anchor="middle">${second} s</text>`,
    ),
  ].join("\n");
}
