// One reading of a server: the figures that the monitor draws, found by the names that servers give
// them. Pure.
import type { Exposition, Figure } from "./exposition.ts";

/** What can be drawn. */
export type FigureName =
  | "connections"
  | "channels"
  | "ends"
  | "bytesReceived"
  | "bytesSent"
  | "queued"
  | "memory";

/** Where each is looked for: of these places the first that is there, summed up. */
const PLACES: Readonly<Record<FigureName, readonly (readonly string[])[]>> = {
  connections: [["slipstream_connections"], ["live.websocket", "live.longpoll"]],
  channels: [["slipstream_channels"], ["live.channel"]],
  ends: [["slipstream_connections_ended_total"], ["endsByReason"]],
  bytesReceived: [["slipstream_bytes_received_total"], ["bytesReceived"]],
  bytesSent: [["slipstream_bytes_sent_total"], ["bytesSent"]],
  queued: [["slipstream_messages_queued"], ["queued.messages"]],
  memory: [["process_resident_memory_bytes"], ["memory"], ["memory.rss"], ["vm_memory_total"]],
};

export const FIGURES = Object.keys(PLACES) as readonly FigureName[];

/** Another name for a figure, such as `connections` for "phoenix_connections". */
export type Names = Readonly<Partial<Record<FigureName, string>>>;

export interface SlowHandler {
  readonly channel: string;
  readonly event: string;
  readonly calls: number;
  /** Ms. */
  readonly mean: number;
  readonly longest: number;
}

export interface Reading {
  /** Ms since the epoch. */
  readonly at: number;
  /** What was found. Counters are as the server says them, since it began. */
  readonly figures: Readonly<Partial<Record<Exclude<FigureName, "ends">, number>>>;
  readonly ends: Readonly<Record<string, number>>;
  readonly slowestHandlers: readonly SlowHandler[];
}

/** More reasons or handlers than this are not shown. */
const MAX_ROWS = 24;

/** Null if nothing in it is known. */
export function readingOf(exposition: Exposition, names: Names, at: number): Reading | null {
  const figures: Partial<Record<Exclude<FigureName, "ends">, number>> = {};
  let ends: Readonly<Record<string, number>> = {};
  for (const name of FIGURES) {
    const figure = findFigure(exposition, name, names[name]);
    if (figure === undefined) continue;
    if (name !== "ends") figures[name] = total(figure);
    else ends = typeof figure === "number" ? { ended: figure } : bounded(figure);
  }
  const slowestHandlers = readHandlers(exposition.raw("slowestHandlers"));
  const isEmpty = Object.keys(figures).length === 0 && Object.keys(ends).length === 0;
  return isEmpty ? null : { at, figures, ends, slowestHandlers };
}

function findFigure(
  exposition: Exposition,
  name: FigureName,
  other: string | undefined,
): Figure | undefined {
  const places = other === undefined ? PLACES[name] : [[other]];
  for (const place of places) {
    const found = place.map((part) => exposition.find(part)).filter((one) => one !== undefined);
    if (found.length === 0) continue;
    return found.length === 1 ? found[0] : found.reduce<number>((sum, one) => sum + total(one), 0);
  }
  return undefined;
}

function total(figure: Figure): number {
  return typeof figure === "number"
    ? figure
    : Object.values(figure).reduce((sum, value) => sum + value, 0);
}

function bounded(record: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const entries = Object.entries(record).toSorted(([, a], [, b]) => b - a);
  const kept = entries.slice(0, MAX_ROWS);
  const others = entries.slice(MAX_ROWS).reduce((sum, [, value]) => sum + value, 0);
  return Object.fromEntries(others === 0 ? kept : [...kept, ["others", others]]);
}

function readHandlers(value: unknown): SlowHandler[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly unknown[]).slice(0, MAX_ROWS).flatMap((one) => {
    const { channel, event, calls, mean, longest } = (one ?? {}) as Partial<
      Record<keyof SlowHandler, unknown>
    >;
    const numbers = [calls, mean, longest];
    if (typeof channel !== "string" || !numbers.every(Number.isFinite)) return [];
    return [
      {
        channel,
        event: typeof event === "string" ? event : "",
        calls: Number(calls),
        mean: Number(mean),
        longest: Number(longest),
      },
    ];
  });
}
