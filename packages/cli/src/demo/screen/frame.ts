// The screen of the demo as lines of text: a pure function of the view, the moment and the width.
import { padEnd, padStart } from "../../terminal/width.ts";
import type { Paint } from "../../terminal/paint.ts";
import { duration, grouped, tally } from "../words.ts";
import { bar, fitBins, sparkline, spinner } from "./marks.ts";
import { resultTable } from "./table.ts";
import { BIN, binAt, type DemoView, type TroubleView } from "./view.ts";

/** Lines longer than this would be read, not seen. */
const MAX_WIDTH = 100;
const MARGIN = "  ";
const LABEL = 9;

export function frame(view: DemoView, now: number, terminalWidth: number, paint: Paint): string[] {
  const width = Math.min(terminalWidth, MAX_WIDTH) - MARGIN.length;
  const lines = [
    headline(view, now, width, paint),
    "",
    ...pageLines(view, now, width, paint),
    "",
    ...feedLines(view, now, width, paint),
    "",
    ...view.troubles.map((one, index) => troubleLine(one, index + 1, now, width, paint)),
    ...(view.result === null ? [] : ["", ...resultTable(view.result, width, paint)]),
  ];
  return ["", ...lines.map((line) => (line === "" ? "" : MARGIN + line)), ""];
}

function headline({ begin, result }: DemoView, now: number, width: number, paint: Paint): string {
  const title = `${paint("bold", "Slipstream")} ${paint("dim", "· one client, one server, real flights, six troubles")}`;
  const took = duration(result?.took.all ?? now - begin);
  const state =
    result === null
      ? paint("dim", took)
      : result.held
        ? paint("green", `✔ all held, ${took}`)
        : paint("red", `✘ not all held, ${took}`);
  return padEnd(title, width - 22) + padStart(state, 22);
}

function pageLines(view: DemoView, now: number, width: number, paint: Paint): string[] {
  const { pull, rowsWanted, rowsRead, pagesWanted } = view;
  const room = width - LABEL;
  const reading = pull.begin === null;
  const { filled, rest } = bar((reading ? rowsRead : pull.rows) / rowsWanted, room);
  const first = label("flights") + paint(reading ? "blue" : "green", filled) + paint("dim", rest);
  if (reading) {
    return [first, label("") + paint("dim", `reading ${grouped(rowsRead)} of ${grouped(rowsWanted)} from flights-3m.parquet`)];
  }
  const seconds = Math.max(1, (pull.rows === rowsWanted ? pull.last : now) - (pull.begin ?? now)) / 1_000;
  const rates = `${grouped(pull.rows / seconds)} rows/s · ${(pull.bytes / seconds / 1e6).toFixed(1)} MB/s`;
  const amount = `${grouped(pull.rows)} rows in ${grouped(pull.pages)} of ${grouped(pagesWanted)} pages over 8 channels`;
  const verdict =
    pull.equal === null
      ? paint("dim", "checksum …")
      : pull.equal
        ? paint("green", "✔ checksum equal")
        : paint("red", "✘ checksum differs");
  return [first, `${label("")}${paint("bold", rates)} ${paint("dim", `· ${amount} ·`)} ${verdict}`];
}

function feedLines(view: DemoView, now: number, width: number, paint: Paint): string[] {
  const { feed, troubles } = view;
  const room = width - LABEL;
  if (feed.begin === null) return [label("feed") + paint("dim", "─".repeat(room)), "", ""];
  const last = binAt(view, feed.end ?? now);
  const bins = Array.from({ length: last + 1 }, (_, bin) => feed.bins[bin] ?? 0);
  const { perColumn, columns } = fitBins(bins, room);
  const strip = sparkline(columns).map((glyph) => (glyph === " " ? paint("red", "·") : paint("cyan", glyph)));
  const marks = Array.from({ length: room }, () => " ");
  for (const [index, { bin }] of troubles.entries()) {
    if (bin !== null) marks[Math.floor(bin / perColumn)] = paint("yellow", String(index + 1));
  }
  const legend = `${grouped(feed.changes)} changes · each column ${duration(perColumn * BIN)} · numbers: a trouble begins`;
  return [
    label("feed") + strip.join(""),
    label("") + marks.join("").trimEnd(),
    label("") + paint("dim", legend),
  ];
}

function troubleLine(
  { trouble, state }: TroubleView,
  number: number,
  now: number,
  width: number,
  paint: Paint,
): string {
  const name = `${paint("yellow", String(number))} ${padEnd(trouble.title, 24)}`;
  switch (state.type) {
    case "ahead":
      return paint("dim", `· ${number} ${trouble.title}`);
    case "now":
      return `${paint("yellow", spinner(now))} ${name}${paint("dim", duration(now - state.since))}`;
    case "over": {
      const { recovered, reason, wholeAfter, pushes } = state.recovery;
      const mark = recovered ? paint("green", "✔") : paint("red", "✘");
      const whole =
        wholeAfter === null ? paint("red", "not whole") : `whole in ${padStart(duration(wholeAfter), 7)}`;
      const line = `${mark} ${name}${padEnd(reason, 21)}${padEnd(whole, 18)}`;
      // In a narrow terminal the pushes are what can be missed.
      return width < 80 ? line : `${line}${paint("dim", `pushes: ${tally(pushes.byOutcome)}`)}`;
    }
  }
}

function label(text: string): string {
  return padEnd(text, LABEL);
}
