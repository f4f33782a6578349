// All rows of a page as JSON, in pieces of bearable size: written once for all who open it.
import { rowJson } from "./row-json.ts";
import type { PageShape } from "./page-shape.ts";
import type { Shown } from "./shown.ts";

/** About so many characters in a piece. */
const PIECE = 32 * 1024;

export interface RowChunk {
  readonly count: number;
  /** A JSON array of rows. */
  readonly text: string;
}

const written = new WeakMap<Shown, readonly RowChunk[]>();

/** At least one piece, which may be empty. */
export function rowChunks({ view, columns }: PageShape, shown: Shown): readonly RowChunk[] {
  const known = written.get(shown);
  if (known !== undefined) return known;
  const chunks: RowChunk[] = [];
  let rows: string[] = [];
  let length = 0;
  const flush = (): void => {
    chunks.push({ count: rows.length, text: `[${rows.join(",")}]` });
    rows = [];
    length = 0;
  };
  for (const row of shown.rows) {
    const text = JSON.stringify(rowJson(view.table, columns, row));
    rows.push(text);
    length += text.length;
    if (length >= PIECE) flush();
  }
  if (rows.length > 0 || chunks.length === 0) flush();
  written.set(shown, chunks);
  return chunks;
}
