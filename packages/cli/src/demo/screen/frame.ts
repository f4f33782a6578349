// The screen of the demo as lines of text: a pure function of the view, the moment and the width.
import { joinFitting, padEnd, padStart } from "../../terminal/width.ts";
import type { Paint } from "../../terminal/paint.ts";
import { duration, grouped } from "../words.ts";
import { feedLines } from "./feed-lines.ts";
import { label, LABEL } from "./layout.ts";
import { liveLines } from "./live-lines.ts";
import { bar } from "./marks.ts";
import { resultTable } from "./table.ts";
import { troubleLines } from "./trouble-lines.ts";
import type { DemoResult } from "../result.ts";
import type { DemoView } from "./view.ts";

/** Lines longer than this would be read, not seen. */
const MAX_WIDTH = 100;
const MARGIN = "  ";
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
    ...troubleLines(view.troubles, now, width, paint),
    "",
    ...liveLines(view.live, width, paint),
    ...(view.result === null ? [] : ["", ...resultLines(view.result, width, paint)]),
  ];
  return ["", ...lines.map((line) => (line === "" ? "" : MARGIN + line)), ""];
}

/** The verdict comes last, too: on a low terminal the first line is out of sight by then. */
function resultLines(result: DemoResult, width: number, paint: Paint): string[] {
  return [...resultTable(result, width, paint), "", verdictOf(result, paint)];
}

function verdictOf({ held, took }: DemoResult, paint: Paint): string {
  const all = duration(took.all);
  return held ? paint("green", `✔ all held, ${all}`) : paint("red", `✘ not all held, ${all}`);
}

function headline({ begin, result }: DemoView, now: number, width: number, paint: Paint): string {
  const parts = [
    paint("bold", "Slipstream"),
    paint("dim", "real flights, six troubles, live pages"),
  ];
  const title = joinFitting(parts, paint("dim", " · "), width - STATE);
  const state = result === null ? paint("dim", duration(now - begin)) : verdictOf(result, paint);
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
