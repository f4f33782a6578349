// Results as a table to read.
import type { Result, Work } from "../result.ts";

export interface Row {
  readonly result: Result;
  readonly work: Work | null;
}

const HEAD = ["case", "side", "median", "range", "of the first", "per CPU s", "CPU"] as const;

/** The rows of one bench. The first line says what was measured. */
export function tableOf(about: string, rows: readonly Row[]): string {
  const lines = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) =>
    Math.max(...lines.map((cells) => (cells[column] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column < 2 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd();
  const ruled = widths.map((width) => "-".repeat(width));
  const [head = [], ...body] = lines;
  return [about, "", line(head), line(ruled), ...body.map(line)].join("\n");
}

function cellsOf({ result, work }: Row): string[] {
  const { case: name, side, median, min, max, unit, ratio } = result;
  return [
    name,
    side,
    `${numeral(median)} ${unit}`,
    `${numeral(min)} to ${numeral(max)}`,
    ratio === null ? "" : ratio.toFixed(2),
    work?.ratio?.toFixed(2) ?? "",
    work === null ? "" : `${Math.round(work.busy * 100)}%`,
  ];
}

/** Three digits, thousands set apart. */
export function numeral(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en", { maximumSignificantDigits: 3 });
}
