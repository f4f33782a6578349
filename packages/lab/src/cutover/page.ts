// The report of a cutover as one page that stands alone, and its picture.
import { markup, type Markup } from "../graph/markup.ts";
import { drawFigure, drawPage, readerScript } from "../graph/page.ts";
import { formatBytes, formatCount, formatSeconds } from "../graph/scale.ts";
import { PICTURE_STYLE } from "../graph/style.ts";
import { drawTimeline } from "../graph/timeline.ts";
import { readingsOf, reasonsOf, timelineOf } from "./figure.ts";
import { describeServer } from "./options.ts";
import type { CutoverResult, OrderResult } from "./run.ts";
import { sum, type Counts, type PhaseResult, type Sample } from "./sample.ts";

/** What the page says of where and how it was made. */
export interface Provenance {
  /** The command that made it. */
  readonly command: string;
  /** Such as "Node 20.20.2, linux x64, 2 cores". */
  readonly machine: string;
  readonly date: Date;
}

/** @returns HTML. */
export function cutoverPage(result: CutoverResult, provenance: Provenance): string {
  const { options, given, reversed } = result;
  const title = `Cutover from ${given.from} to ${given.to}`;
  return drawPage({
    title,
    connects: "'none'",
    scripts: [readerScript()],
    body: markup`<header>
<h1>${title}</h1>
<p>The same rough work through one client and then another: ${options.rate} short-lived clients a second connect, join, take pages of hundreds of KB while changes flood in, and leave or vanish. Against ${describeServer(options)}.</p>
<p class="dim">${provenance.date.toISOString().slice(0, 16).replace("T", " ")} UTC · ${provenance.machine} · seed ${options.seed}</p>
</header>
${drawOrder(given, "given", given.to)}
${reversed === null ? null : markup`<h2>The other order: from ${reversed.from} to ${reversed.to}</h2><p>The same work against a fresh server, with the clients in the other order: what tells them apart is the client, and not who came first.</p>${drawOrder(reversed, "reversed", given.to)}`}
<h2>How this was counted</h2>
<p>A <b>zombie</b> is a connection whose owner declared its end more than 2 s ago, and which the server still holds, or of which the kernel still holds a socket at either end, FIN-WAIT included. TIME-WAIT is not: nobody holds it, and TCP wants it of whoever closed first. Connections are matched by the client's port, and belong to the client whose life it was.</p>
<p>The server and each client have a process of their own, and both clients' processes live until the run is over, so that no exit cleans up. In the last part of each phase no life begins, so that what a client leaves behind is seen.</p>
<p>Made by <code>${provenance.command}</code></p>`,
  });
}

/** @returns The picture of the order that was asked for, as an SVG file. */
export function cutoverPicture({ given }: CutoverResult): string {
  return `${drawTimeline(timelineOf(given), "cutover", PICTURE_STYLE).text}\n`;
}

function drawOrder(order: OrderResult, id: string, calm: string): Markup {
  const { before, after } = order;
  return markup`<dl class="facts">
${fact("Zombies at the end of the phase", before.zombiesAtEnd, after.zombiesAtEnd, formatCount)}
${fact("Zombies at most", before.zombiesPeak, after.zombiesPeak, formatCount)}
${fact("Connections ended", sum(before.endsByReason), sum(after.endsByReason), formatCount)}
${fact("Server memory at most", before.memoryPeak, after.memoryPeak, formatBytes)}
</dl>
${drawFigure(timelineOf(order, calm), id, readingsOf(order))}
${drawEnds(order)}
${drawPhases(order)}
${drawSamples(order)}`;
}

function fact(
  name: string,
  before: number,
  after: number,
  format: (value: number) => string,
): Markup {
  return markup`<div class="fact"><dt>${name}, before and after</dt><dd>${format(before)}<span class="arrow" aria-hidden="true">→</span><span>${format(after)}</span></dd></div>`;
}

function drawEnds(order: OrderResult): Markup {
  const { before, after, leftOfFirst, clientsApart } = order;
  const columns: readonly (readonly [string, Counts])[] = clientsApart
    ? [
        [`before: ${before.client}`, before.endsByReason],
        [`after: ${after.client}`, after.endsByReason],
        [`after: left by ${before.client}`, leftOfFirst.endsByReason],
      ]
    : [
        [`before: ${before.client}`, before.endsByReason],
        ["after: of both", after.endsByReason],
      ];
  const count = (counts: Counts, reason: string): number => counts[reason] ?? 0;
  const total = (reason: string): number =>
    columns.reduce((all, [, counts]) => all + count(counts, reason), 0);
  const reasons = reasonsOf(order).toSorted((a, b) => total(b.name) - total(a.name));
  return markup`<h3>Ends by reason</h3>
<div class="scroll" tabindex="0" role="group" aria-label="Ends by reason"><table>
<caption>How connections ended, by the server's account</caption>
<thead><tr><th scope="col">Reason</th>${columns.map(([name]) => markup`<th scope="col">${name}</th>`)}<th scope="col">Total</th></tr></thead>
<tbody>${reasons.map(
    ({ name, words, color }) =>
      markup`<tr><th scope="row"><span class="swatch ${color}"></span>${words}${words === name ? null : markup` <code>${name}</code>`}</th>${columns.map(([, counts]) => markup`<td>${formatCount(count(counts, name))}</td>`)}<td>${formatCount(total(name))}</td></tr>`,
  )}</tbody>
<tfoot><tr><th scope="row">All</th>${columns.map(([, counts]) => markup`<td>${formatCount(sum(counts))}</td>`)}<td>${formatCount(columns.reduce((all, [, counts]) => all + sum(counts), 0))}</td></tr></tfoot>
</table></div>`;
}

const PHASE_ROWS: readonly (readonly [string, (phase: PhaseResult) => string])[] = [
  ["Lives begun", ({ lives }) => formatCount(lives)],
  ["Lives that failed before their plan was done", ({ livesFailed }) => formatCount(livesFailed)],
  ["Zombies at most", ({ zombiesPeak }) => formatCount(zombiesPeak)],
  ["Zombies at the end of the phase", ({ zombiesAtEnd }) => formatCount(zombiesAtEnd)],
  ["Server memory at most", ({ memoryPeak }) => formatBytes(memoryPeak)],
  ["The client's process got no turn for, at most", ({ heldUp }) => `${formatCount(heldUp)} ms`],
];

function drawPhases({ before, after, leftOfFirst, samples }: OrderResult): Markup {
  const unknown = Math.max(...samples.map((sample) => sample.unknown));
  return markup`<h3>The two phases</h3>
<div class="scroll" tabindex="0" role="group" aria-label="The two phases"><table>
<caption>Zombies are each phase's own client's. Of ${before.client}, ${formatCount(leftOfFirst.zombies)} were left at the very end. At most ${formatCount(unknown)} ${unknown === 1 ? "connection was" : "connections were"} at one look nobody's yet.</caption>
<thead><tr><td></td><th scope="col">before: ${before.client}</th><th scope="col">after: ${after.client}</th></tr></thead>
<tbody>${PHASE_ROWS.map(([name, value]) => markup`<tr><th scope="row">${name}</th><td>${value(before)}</td><td>${value(after)}</td></tr>`)}</tbody>
</table></div>`;
}

/** One look in each second: as fine as anybody reads. */
function everySecond(samples: readonly Sample[]): Sample[] {
  return samples.filter(
    ({ at }, index) =>
      index === 0 ||
      index === samples.length - 1 ||
      Math.floor(at / 1_000) > Math.floor((samples[index - 1]?.at ?? 0) / 1_000),
  );
}

function drawSamples({ samples, from, to }: OrderResult): Markup {
  return markup`<details><summary>All of it as a table, second by second</summary>
<div class="scroll" tabindex="0" role="group" aria-label="Second by second"><table>
<thead><tr><th scope="col">Time</th><th scope="col">Live, ${from}</th><th scope="col">Live, ${to}</th><th scope="col">Zombies, ${from}</th><th scope="col">Zombies, ${to}</th><th scope="col">Memory</th><th scope="col">Ended so far</th><th scope="col">Kernel's sockets</th></tr></thead>
<tbody>${everySecond(samples).map(
    ({ at, live, zombies, memory, ends, kernel }) =>
      markup`<tr><th scope="row">${formatSeconds(at)}</th><td>${live.first}</td><td>${live.second}</td><td>${zombies.first}</td><td>${zombies.second}</td><td>${formatBytes(memory)}</td><td>${sum(ends.first) + sum(ends.second)}</td><td>${Object.entries(
        kernel,
      )
        .map(([state, count]) => `${count} ${state}`)
        .join(", ")}</td></tr>`,
  )}</tbody>
</table></div></details>`;
}
