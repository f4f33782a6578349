// Who is present, as a table. Pure.
import type { Paint } from "../terminal/paint.ts";
import { safeText } from "../terminal/safe-text.ts";
import { padEnd, truncate } from "../terminal/width.ts";

/** Somebody who is present, and the places where. */
export interface PresentRow {
  readonly key: string;
  readonly metas: readonly object[];
}

/** More columns, rows or letters than these are nothing for a terminal. */
const MAX_COLUMNS = 6;
const MAX_ROWS = 1_000;
const MAX_WIDTH = 32;
/** What Phoenix itself adds says nothing to people. */
const OWN = new Set(["phx_ref", "phx_ref_prev"]);

/** A line for the topic, one for the names of columns, and one for each place of each key. */
export function presenceTable(
  topic: string,
  present: readonly PresentRow[],
  paint: Paint,
): string[] {
  const head = `${paint("dim", safeText(topic))} ${paint("cyan", `${present.length} present`)}`;
  if (present.length === 0) return [head];
  const places = present
    .flatMap(({ key, metas }) => (metas.length === 0 ? [{}] : metas).map((meta) => ({ key, meta })))
    .slice(0, MAX_ROWS);
  const names = [...new Set(places.flatMap(({ meta }) => Object.keys(meta)))]
    .filter((name) => !OWN.has(name))
    .slice(0, MAX_COLUMNS);
  const rows = places.map(({ key, meta }) => [
    cell(key),
    ...names.map((name) => cell((meta as Readonly<Record<string, unknown>>)[name])),
  ]);
  const titles = ["key", ...names.map(cell)];
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((text, column) => padEnd(text, widths[column] ?? 0)).join("  ")}`.trimEnd();
  const left = present.reduce((sum, { metas }) => sum + Math.max(1, metas.length), 0) - rows.length;
  return [
    head,
    paint("dim", line(titles)),
    ...rows.map(line),
    ...(left > 0 ? [paint("dim", `  … and ${left} more`)] : []),
  ];
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return "";
  let text: string;
  try {
    text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  } catch {
    text = "<nested too deep>";
  }
  return truncate(safeText(text), MAX_WIDTH);
}
