// The last things that happened to each client, for whoever reads a violation. Bounded.
import type { Observation } from "./observation.ts";

const LENGTH = Number(process.env["SOAK_TELL"] ?? 150);
/** A line that is longer is cut. */
const WIDTH = 240;
/** Clients whose violation is told with their history. */
const MAX_TOLD = 10;

export class History {
  readonly #lines = new Map<string, { at: number; observation: Observation }[]>();
  readonly #told = new Set<string>();

  note(client: string, observation: Observation, at: number): void {
    let lines = this.#lines.get(client);
    if (lines === undefined) {
      lines = [];
      this.#lines.set(client, lines);
    }
    lines.push({ at, observation });
    if (lines.length > 2 * LENGTH) lines.splice(0, LENGTH);
  }

  /** What happened to a client up to now, once: null when it was told before, or too many were. */
  tell(client: string): string | null {
    if (this.#told.has(client) || this.#told.size >= MAX_TOLD) return null;
    this.#told.add(client);
    const lines = this.#lines.get(client) ?? [];
    return lines.slice(-LENGTH).map(lineOf).join("\n");
  }
}

function lineOf({ at, observation }: { at: number; observation: Observation }): string {
  const { type, ...rest } = observation;
  const line = `  ${at.toFixed(1).padStart(10)}  ${type} ${toText(rest)}`;
  return line.length > WIDTH ? `${line.slice(0, WIDTH)}…` : line;
}

function toText(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part instanceof Error ? `${part.name}: ${part.message}` : part,
  );
}
