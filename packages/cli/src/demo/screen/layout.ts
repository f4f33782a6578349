// Where things stand on a line: what the parts of the screen have in common.
import { padEnd } from "../../terminal/width.ts";

/** The columns that the labels at the left take. */
export const LABEL = 9;

/** A label, or the room that one would take. */
export function label(text: string): string {
  return padEnd(text, LABEL);
}
