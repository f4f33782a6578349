// What is to be pushed: given once, or line by line.
import { UsageError } from "../command.ts";

export interface Ask {
  readonly event: string;
  readonly payload: unknown;
}

/**
 * Reads what each line asks for. Lines without anything in them are passed over.
 * @param event the event of all, whose payloads the lines are; null: each line has its own.
 * @throws {UsageError} naming the line's number, and nothing of what stands in it.
 */
export async function* asksOf(
  lines: AsyncIterable<string>,
  event: string | null,
): AsyncGenerator<Ask, void, undefined> {
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() !== "") yield askOf(line, event, number);
  }
}

function askOf(line: string, event: string | null, number: number): Ask {
  const value = parse(line, number);
  if (event !== null) return { event, payload: value };
  const { event: own, payload = {} } = (value ?? {}) as Partial<Ask>;
  if (typeof own === "string" && own !== "") return { event: own, payload };
  throw new UsageError(
    `Line ${number} of standard input has no event: give --event, or lines such as {"event": "new_msg", "payload": {}}.`,
  );
}

function parse(line: string, number: number): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    throw new UsageError(`Line ${number} of standard input is not valid JSON.`);
  }
}
