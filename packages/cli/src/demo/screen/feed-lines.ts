// The feed on the screen: a strip of columns, the troubles' numbers under it, and a legend.
import type { Paint } from "../../terminal/paint.ts";
import { joinFitting } from "../../terminal/width.ts";
import { duration, grouped } from "../words.ts";
import { label, LABEL } from "./layout.ts";
import { fitBins, sparkline } from "./marks.ts";
import { BIN, binAt, type DemoView } from "./view.ts";

/** How many lines high the strip is. */
const STRIP = 3;

export function feedLines(view: DemoView, now: number, width: number, paint: Paint): string[] {
  const { feed, troubles } = view;
  const room = Math.max(1, width - LABEL);
  if (feed.begin === null) {
    const empty = Array.from({ length: STRIP - 1 }, () => "");
    return [...empty, label("feed") + paint("dim", "─".repeat(room)), "", ""];
  }
  const last = binAt(view, feed.end ?? now);
  const bins = Array.from({ length: last + 1 }, (_, bin) => feed.bins[bin] ?? 0);
  const { perColumn, columns } = fitBins(bins, room);
  const strip = sparkline(columns, STRIP).map((glyphs, line) =>
    glyphs
      .map((glyph, column) => {
        const isNothing = line === STRIP - 1 && columns[column] === 0;
        return isNothing ? paint("red", "·") : paint("cyan", glyph);
      })
      .join(""),
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
    ...strip.map((glyphs, line) => label(line === STRIP - 1 ? "feed" : "") + glyphs),
    label("") + marks.join("").trimEnd(),
    label("") + paint("dim", joinFitting(legend, " · ", room)),
  ];
}
