// The ranges that conditions ask of a column's values.
import type { BoundFilter } from "../filter/filter.ts";

/**
 * Texts of the column's type, both ends included; an end that is missing is open to all. It may hold
 * a little more than the conditions do, never less.
 */
export interface Range {
  readonly op: "range";
  readonly column: number;
  readonly low?: string;
  readonly high?: string;
}

/** The range of a condition, if it has one. */
export function rangeOf(condition: BoundFilter): Range | undefined {
  switch (condition.op) {
    case "lt":
    case "lte":
      return { op: "range", column: condition.column, high: condition.value };
    case "gt":
    case "gte":
      return { op: "range", column: condition.column, low: condition.value };
    case "prefix": {
      const { column, value } = condition;
      const high = afterPrefix(value);
      return { op: "range", column, low: value, ...(high === undefined ? {} : { high }) };
    }
    default:
      return undefined;
  }
}

/** A range of several conditions, and those that whatever is between its ends meets. */
export interface JoinedRange {
  readonly range: Range;
  readonly said: readonly BoundFilter[];
}

/** The ranges among conditions that have all to be met, those of one column made one. */
export function joinedRanges(conditions: readonly BoundFilter[]): Iterable<JoinedRange> {
  const ranges = new Map<number, JoinedRange>();
  for (const condition of conditions) {
    const range = rangeOf(condition);
    if (range === undefined) continue;
    const known = ranges.get(range.column);
    // Of two ends on the same side the first is kept: the other makes it narrower, and is not said.
    // Nor is a prefix: what its range holds may differ in trailing blanks that mean nothing.
    const isSaid = condition.op !== "prefix" && !hasEnd(known?.range, range);
    const said = known?.said ?? [];
    ranges.set(range.column, {
      range: { ...range, ...known?.range },
      said: isSaid ? [...said, condition] : said,
    });
  }
  return ranges.values();
}

function hasEnd(known: Range | undefined, { low, high }: Range): boolean {
  if (known === undefined) return false;
  return (
    (low !== undefined && known.low !== undefined) ||
    (high !== undefined && known.high !== undefined)
  );
}

/** The least text, by code points, that is greater than all that start with the prefix. */
function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix);
  while (points.length > 0) {
    const last = (points.pop() as string).codePointAt(0) as number;
    if (last === 0x10_ff_ff) continue;
    // What follows U+D7FF is U+E000: the surrogates between them are no characters.
    return points.join("") + String.fromCodePoint(last === 0xd7_ff ? 0xe0_00 : last + 1);
  }
  return undefined;
}
