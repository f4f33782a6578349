// A cutover as lines of JSON, one object each: for programs. The last line is the result.
import { describeServer } from "./options.ts";
import type { CutoverEvent, CutoverResult, OrderResult } from "./run.ts";

export function eventLine(event: CutoverEvent): string {
  if (event.type !== "sample") return line(event);
  const { sample, ...rest } = event;
  return line({ ...rest, ...sample });
}

/**
 * The result: `before` and `after` of the order that was asked for, each with `endsByReason`,
 * `zombiesPeak`, `zombiesAtEnd` and `memoryPeak` (bytes); `reversed` has those of the other order, or is null.
 */
export function resultLine({ options, given, reversed }: CutoverResult): string {
  return line({
    type: "result",
    ...options,
    server: describeServer(options),
    ...summary(given),
    reversed: reversed === null ? null : summary(reversed),
  });
}

function summary({ from, to, cutoverAt, before, after, leftOfFirst }: OrderResult): object {
  return { from, to, cutoverAt, before, after, leftOfFirst };
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
