// The screen of the demo as lines of text: a pure function of the view, the moment and the width.
import { joinFitting, padEnd, padStart } from "../../terminal/width.ts";
import type { Paint } from "../../terminal/paint.ts";
import { duration, grouped, tally } from "../words.ts";
import { bar, fitBins, sparkline, spinner } from "./marks.ts";
import { resultTable } from "./table.ts";
import { BIN, binAt, type DemoView, type TroubleView } from "./view.ts";

/** Lines longer than this would be read, not seen. */
const MAX_WIDTH = 100;
const MARGIN = "  ";
const LABEL = 9;
const STATE = 24;

export function frame(view: DemoView, now: number, terminalWidth: number, paint: Paint): string[] {
  const width = Math.max(0, Math.min(terminalWidth, MAX_WIDTH) - MARGIN.length);
  const lines = [
    headline(view, now, width, paint),
    "",
    ...pageLines(view, now, width, paint),
    "",
    ...feedLines(view, now, width, paint),
    "",
    paint(
      "dim",
      columns(width, ["", "trouble", "the client's word", "whole again", "pushes meanwhile"]),
    ),
    ...view.troubles.map((one, index) => troubleLine(one, index + 1, now, width, paint)),
    ...(view.result === null ? [] : ["", ...resultTable(view.result, width, paint)]),
  ];
  return ["", ...lines.map((line) => (line === "" ? "" : MARGIN + line)), ""];
}

function headline({ begin, result }: DemoView, now: number, width: number, paint: Paint): string {
  const parts = [
    paint("bold", "Slipstream"),
    paint("dim", "one client, real flights, six troubles"),
  ];
  const title = joinFitting(parts, paint("dim", " · "), width - STATE);
  const took = duration(result?.took.all ?? now - begin);
  const state =
    result === null
      ? paint("dim", took)
      : result.held
        ? paint("green", `✔ all held, ${took}`)
        : paint("red", `✘ not all held, ${took}`);
  return padEnd(title, width - STATE) + padStart(state, STATE);
}

function pageLines(view: DemoView, now: number, width: number, paint: Paint): string[] {
  const { pull, rowsWanted, rowsRead, pagesWanted } = view;
  const room = Math.max(0, width - LABEL);
  const reading = pull.begin === null;
  const { filled, rest } = bar((reading ? rowsRead : pull.rows) / rowsWanted, room);
  const first = label("flights") + paint(reading ? "blue" : "green", filled) + paint("dim", rest);
  if (reading) {
    const amount = `${grouped(rowsRead)} of ${grouped(rowsWanted)} flights`;
    return [first, label("") + paint("dim", `reading flights-3m.parquet · ${amount}`)];
  }
  const end = pull.rows === rowsWanted ? pull.last : now;
  const seconds = Math.max(1, end - (pull.begin ?? now)) / 1_000;
  const parts = [
    paint("bold", `${grouped(pull.rows / seconds)} rows/s`),
    paint("bold", `${(pull.bytes / seconds / 1e6).toFixed(1)} MB/s`),
    verdict(pull.equal, paint),
    paint("dim", `${grouped(pull.pages)} of ${grouped(pagesWanted)} pages`),
    paint("dim", `${grouped(pull.rows)} rows`),
    paint("dim", "8 channels at once"),
  ];
  return [first, label("") + joinFitting(parts, paint("dim", " · "), room)];
}

function verdict(equal: boolean | null, paint: Paint): string {
  if (equal === null) return paint("dim", "checksum …");
  return equal ? paint("green", "✔ checksum equal") : paint("red", "✘ checksum differs");
}

function feedLines(view: DemoView, now: number, width: number, paint: Paint): string[] {
  const { feed, troubles } = view;
  const room = Math.max(1, width - LABEL);
  if (feed.begin === null) return [label("feed") + paint("dim", "─".repeat(room)), "", ""];
  const last = binAt(view, feed.end ?? now);
  const bins = Array.from({ length: last + 1 }, (_, bin) => feed.bins[bin] ?? 0);
  const { perColumn, columns } = fitBins(bins, room);
  const strip = sparkline(columns).map((glyph) =>
    glyph === " " ? paint("red", "·") : paint("cyan", glyph),
  );
  const marks = Array.from({ length: room }, () => " ");
  for (const [index, { bin }] of troubles.entries()) {
    if (bin !== null) marks[Math.floor(bin / perColumn)] = paint("yellow", String(index + 1));
  }
  const legend = [
    `${grouped(feed.changes)} changes`,
    `a column is ${duration(perColumn * BIN)}`,
    "a number is where a trouble begins",
    "a dot is nothing",
  ];
  return [
    label("feed") + strip.join(""),
    label("") + marks.join("").trimEnd(),
    label("") + paint("dim", joinFitting(legend, " · ", room)),
  ];
}

/** The columns of the troubles. In a narrow terminal the pushes are what can be missed. */
function columnsOf(width: number): readonly number[] {
  return width < 84 ? [4, 23, 22, 14] : [4, 23, 22, 14, 35];
}

function columns(width: number, texts: readonly string[]): string {
  return columnsOf(width)
    .slice(0, texts.length)
    .map((column, index) => padEnd(texts[index] ?? "", column))
    .join("");
}

function troubleLine(
  { trouble, state }: TroubleView,
  number: number,
  now: number,
  width: number,
  paint: Paint,
): string {
  const digit = paint("yellow", String(number));
  switch (state.type) {
    case "ahead":
      return columns(width, [paint("dim", `· ${number}`), paint("dim", trouble.title)]);
    case "now": {
      const mark = `${paint("yellow", spinner(now))} ${digit}`;
      const since = padStart(duration(now - state.since), 7);
      return columns(width, [mark, trouble.title]) + paint("dim", `${since}  ${trouble.story}`);
    }
    case "over": {
      const { recovered, reason, wholeAfter, pushes } = state.recovery;
      const mark = `${recovered ? paint("green", "✔") : paint("red", "✘")} ${digit}`;
      const whole = wholeAfter === null ? paint("red", "never") : padStart(duration(wholeAfter), 7);
      const outcomes = paint("dim", tally(pushes.byOutcome));
      return columns(width, [mark, trouble.title, reason, whole, outcomes]);
    }
  }
}

function label(text: string): string {
  return padEnd(text, LABEL);
}
