// Texts with ANSI colours, measured and cut by what is seen of them. Every glyph counts as one column.
import { stripVTControlCharacters } from "node:util";

// oxlint-disable-next-line no-control-regex -- an escape sequence begins with ESC
const COLOUR = /\u001B\[[\d;]*m/y;
const RESET = "\u001B[0m";

/** How many columns a text takes. */
export function visibleWidth(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length;
}

/** The text, filled up with spaces to `width` columns. */
export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - visibleWidth(text)));
}

/** The same, with the spaces in front. */
export function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - visibleWidth(text))) + text;
}

/** At most `width` columns of the text; what is cut off is shown by an ellipsis. */
export function truncate(text: string, width: number): string {
  if (visibleWidth(text) <= width) return text;
  if (width <= 0) return "";
  let kept = "";
  let columns = 0;
  for (let at = 0; at < text.length && columns < width - 1;) {
    COLOUR.lastIndex = at;
    const colour = COLOUR.exec(text)?.[0];
    const glyph = colour ?? String.fromCodePoint(text.codePointAt(at) ?? 0);
    kept += glyph;
    at += glyph.length;
    if (colour === undefined) columns += 1;
  }
  return kept.includes("\u001B[") ? `${kept}…${RESET}` : `${kept}…`;
}

/** As many of the parts as fit into `width` columns, in their order; the last ones go first. */
export function joinFitting(parts: readonly string[], separator: string, width: number): string {
  for (let count = parts.length; count > 1; count -= 1) {
    const joined = parts.slice(0, count).join(separator);
    if (visibleWidth(joined) <= width) return joined;
  }
  return parts[0] ?? "";
}

/**
 * Lines of at most `width` columns, broken at spaces; what is longer without one stays whole.
 * @param at the spaces to break at; by default those after a comma or a colon, so that a list's
 * entries stay together.
 */
export function wrap(text: string, width: number, at: RegExp = /(?<=[,:;]) /): string[] {
  const lines: string[] = [];
  for (const part of text.split(at)) {
    const last = lines.at(-1);
    if (last === undefined || visibleWidth(last) + 1 + visibleWidth(part) > width) lines.push(part);
    else lines[lines.length - 1] = `${last} ${part}`;
  }
  return lines;
}
