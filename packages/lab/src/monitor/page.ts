// The monitor's page, and the part of it that is put in anew with each reading.
import { markup, type Markup } from "../graph/markup.ts";
import { drawFigure, drawPage, liveScript, readerScript } from "../graph/page.ts";
import { nameReasons } from "../graph/reasons.ts";
import { formatBytes, formatCount } from "../graph/scale.ts";
import { readingsOf, timelineOf } from "./figure.ts";
import { thinOut } from "./history.ts";
import type { Reading, SlowHandler } from "./reading.ts";
import type { Answer } from "./source.ts";

/** @returns HTML. @param place the endpoint, without what may be a secret. */
export function monitorPage(place: string): string {
  return drawPage({
    title: `Monitor of ${place}`,
    connects: "'self'",
    scripts: [readerScript(), liveScript()],
    body: markup`<header>
<h1>Monitor</h1>
<p><code>${place}</code></p>
<p class="dim" id="status" role="status">Waiting for the first reading.</p>
<p><label><input type="checkbox" id="hold"> Hold still</label> <span class="dim">— it does by itself while you read the picture</span></p>
</header>
<noscript><p>The figures come in by script.</p></noscript>
<div id="facts"></div>
<div id="picture"></div>
<div id="tables"></div>`,
  });
}

/** What the page is sent with each reading: pieces of HTML by the id of where they go. */
export interface Frame {
  /** A sentence, for everybody to hear when it changes. */
  readonly status: string;
  readonly pieces: Readonly<Record<"facts" | "picture" | "tables", string>>;
}

/** A picture has no more places than these. */
const MOST_READINGS = 600;

export function frameOf(all: readonly Reading[], last: Answer | null, span: number): Frame {
  const readings = thinOut(all, MOST_READINGS);
  const reading = readings.at(-1);
  return {
    status: statusOf(last),
    pieces: {
      facts: reading === undefined ? "" : drawFacts(reading).text,
      picture:
        reading === undefined
          ? ""
          : drawFigure(timelineOf(readings, span), "live", readingsOf(readings)).text,
      tables: reading === undefined ? "" : drawTables(reading).text,
    },
  };
}

function statusOf(last: Answer | null): string {
  if (last === null) return "Waiting for the first reading.";
  return last.type === "reading" ? "Reading." : `No reading: ${last.reason}`;
}

function drawFacts({ figures, ends }: Reading): Markup {
  const { connections, channels, queued, memory } = figures;
  const ended = Object.values(ends).reduce((sum, count) => sum + count, 0);
  const facts: readonly (readonly [string, string | null])[] = [
    ["Connections", connections === undefined ? null : formatCount(connections)],
    ["Channels", channels === undefined ? null : formatCount(channels)],
    ["Ended since it began", Object.keys(ends).length === 0 ? null : formatCount(ended)],
    ["Messages that wait", queued === undefined ? null : formatCount(queued)],
    ["Memory", memory === undefined ? null : formatBytes(memory)],
  ];
  return markup`<dl class="facts">${facts.map(([name, value]) =>
    value === null ? null : markup`<div class="fact"><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl>`;
}

function drawTables({ ends, slowestHandlers }: Reading): Markup {
  return markup`${drawEnds(ends)}${drawHandlers(slowestHandlers)}`;
}

function drawEnds(ends: Readonly<Record<string, number>>): Markup | null {
  const reasons = nameReasons(Object.keys(ends))
    .filter(({ name }) => (ends[name] ?? 0) > 0)
    .toSorted((a, b) => (ends[b.name] ?? 0) - (ends[a.name] ?? 0));
  if (reasons.length === 0) return null;
  return markup`<h2>Ends by reason</h2><table><caption>Since the server began</caption>
<thead><tr><th scope="col">Reason</th><th scope="col">Connections</th></tr></thead>
<tbody>${reasons.map(
    ({ name, words, color }) =>
      markup`<tr><th scope="row"><span class="swatch ${color}"></span>${words}${words === name ? null : markup` <code>${name}</code>`}</th><td>${formatCount(ends[name] ?? 0)}</td></tr>`,
  )}</tbody></table>`;
}

function drawHandlers(handlers: readonly SlowHandler[]): Markup | null {
  if (handlers.length === 0) return null;
  const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
  return markup`<h2>Slowest handlers</h2><div class="scroll" tabindex="0" role="group" aria-label="Slowest handlers"><table><caption>By the longest call, what they await included</caption>
<thead><tr><th scope="col">Channel and event</th><th scope="col">Calls</th><th scope="col">Mean</th><th scope="col">Longest</th></tr></thead>
<tbody>${handlers.map(
    ({ channel, event, calls, mean, longest }) =>
      markup`<tr><th scope="row">${channel} <code>${event}</code></th><td>${formatCount(calls)}</td><td>${ms(mean)}</td><td>${ms(longest)}</td></tr>`,
  )}</tbody></table></div>`;
}
