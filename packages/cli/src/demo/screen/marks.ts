// The small drawings of the screen: a bar, and a strip of columns. Glyphs only, no colours.

const EIGHTHS_ACROSS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const EIGHTHS_UP = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** How much of a bar of `width` columns is filled, in glyphs, and how much is not. */
export function bar(
  part: number,
  width: number,
): { readonly filled: string; readonly rest: string } {
  if (width <= 0) return { filled: "", rest: "" };
  const eighths = Math.round(Math.min(1, Math.max(0, part)) * width * 8);
  const whole = Math.floor(eighths / 8);
  const filled = "█".repeat(whole) + (EIGHTHS_ACROSS[eighths % 8] ?? "");
  return { filled, rest: "░".repeat(width - filled.length) };
}

/** Bins put together so that all of them fit into `width` columns; the last column may be of fewer. */
export function fitBins(
  bins: readonly number[],
  width: number,
): { perColumn: number; columns: number[] } {
  const perColumn = Math.max(1, Math.ceil(bins.length / Math.max(1, width)));
  const columns: number[] = [];
  for (let first = 0; first < bins.length; first += perColumn) {
    columns.push(bins.slice(first, first + perColumn).reduce((sum, count) => sum + count, 0));
  }
  return { perColumn, columns };
}

/**
 * A strip of columns, `height` lines from the top down, with one glyph for each column. Heights are
 * square roots: what is caught up after a trouble comes in one burst, next to which everything else
 * would lie flat.
 */
export function sparkline(columns: readonly number[], height: number): string[][] {
  const highest = Math.sqrt(Math.max(1, ...columns));
  const steps = EIGHTHS_UP.length;
  const levels = columns.map((count) => Math.ceil((Math.sqrt(count) / highest) * height * steps));
  return Array.from({ length: height }, (_, line) => {
    const below = (height - 1 - line) * steps;
    return levels.map((level) => EIGHTHS_UP[Math.min(steps, level - below) - 1] ?? " ");
  });
}

const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** The spinner's glyph at a moment, in ms. */
export function spinner(now: number): string {
  return SPINNER[Math.floor(now / 100) % SPINNER.length] ?? "⠋";
}
