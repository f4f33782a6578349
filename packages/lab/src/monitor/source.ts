// Asks an endpoint for a reading, within bounds of time and size. Never throws: what went wrong is an answer.
import { readExposition } from "./exposition.ts";
import { readingOf, type Names, type Reading } from "./reading.ts";

const PATIENCE = 5_000;
const MAX_BYTES = 4 * 1024 * 1024;

export interface Source {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly names: Names;
}

export type Answer =
  | { readonly type: "reading"; readonly reading: Reading }
  /** A sentence, which holds no header and no query. */
  | { readonly type: "failure"; readonly at: number; readonly reason: string };

export async function ask({ url, headers, names }: Source): Promise<Answer> {
  const at = Date.now();
  const failure = (reason: string): Answer => ({ type: "failure", at, reason });
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(PATIENCE) });
    const text = await readBounded(response);
    if (!response.ok) return failure(`It answered ${response.status} ${response.statusText}.`);
    if (text === null) return failure(`It answered more than ${MAX_BYTES} bytes.`);
    const exposition = readExposition(text);
    if (exposition === null) return failure("It answered neither JSON nor metrics of Prometheus.");
    const reading = readingOf(exposition, names, at);
    if (reading !== null) return { type: "reading", reading };
    return failure("Nothing in its answer is known. Name what to draw: --metric connections=NAME.");
  } catch (error) {
    return failure(explain(error));
  }
}

async function readBounded(response: Response): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function explain(error: unknown): string {
  const { name, cause } = error as { readonly name?: string; readonly cause?: unknown };
  const code = (cause as { readonly code?: unknown } | undefined)?.code;
  if (name === "TimeoutError") return `It did not answer within ${PATIENCE / 1_000} s.`;
  if (code === "ECONNREFUSED") return "Nobody listens there (ECONNREFUSED).";
  if (code === "ENOTFOUND") return "There is no such host (ENOTFOUND).";
  return `It cannot be reached${typeof code === "string" ? ` (${code})` : ""}.`;
}

/** The address without what may be a secret. */
export function placeOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
