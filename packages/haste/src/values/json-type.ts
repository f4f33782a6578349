// json and jsonb: shown as the JSON that they are, and nothing else.
import type { Json } from "../json.ts";
import type { ColumnType } from "./column-type.ts";
import { shownType } from "./plain-types.ts";

/**
 * How deep arrays and objects may stand in each other. PostgreSQL takes thousands; whoever writes
 * such a value as JSON again, or reads it, has less stack than that.
 */
const MOST_DEPTH = 500;

/** What is nested deeper than 500 is shown as its text. */
export function jsonType(name: string, sql: string): ColumnType {
  return shownType(name, sql, (text) => (isDeep(text) ? text : (JSON.parse(text) as Json)));
}

function isDeep(text: string): boolean {
  // Each level takes two letters.
  if (text.length <= 2 * MOST_DEPTH) return false;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (quoted) {
      if (letter === "\\") at++;
      else if (letter === '"') quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === "[" || letter === "{") {
      depth++;
      if (depth > MOST_DEPTH) return true;
    } else if (letter === "]" || letter === "}") depth--;
  }
  return false;
}
