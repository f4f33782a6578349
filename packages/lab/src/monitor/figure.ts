// The last minutes of a server as a picture: what of it the server tells of. Pure.
import type { Readings } from "../graph/page.ts";
import { nameReasons } from "../graph/reasons.ts";
import { countTicks, formatBytes, formatCount, ticks } from "../graph/scale.ts";
import type { BarPanel, LinePanel, LineSeries, Panel, Timeline } from "../graph/timeline.ts";
import { endsBetween, growth } from "./history.ts";
import type { Reading } from "./reading.ts";

type Name = keyof Reading["figures"];

const BARS = 60;

export function timelineOf(readings: readonly Reading[], span: number): Timeline {
  const to = readings.at(-1)?.at ?? 0;
  const from = to - span;
  const panels = [endsPanel(readings, from, span), ...linePanels(readings)].filter(
    (panel) => panel !== null,
  );
  return {
    title: "The last minutes of the server",
    description: "The same as the figures above and the table below, over time.",
    from,
    to,
    ticks: Array.from({ length: 6 }, (_, index) => from + (span * index) / 5),
    formatTime: (at) => (at === to ? "now" : `${formatAge(to - at)} ago`),
    marks: [],
    stretches: [],
    panels,
  };
}

function formatAge(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 6_000) / 10} min`;
}

function endsPanel(readings: readonly Reading[], from: number, span: number): BarPanel | null {
  const last = readings.at(-1);
  if (last === undefined || Object.keys(last.ends).length === 0) return null;
  const bin = span / BARS;
  const bins: Record<string, number>[] = Array.from({ length: BARS }, () => ({}));
  for (const [index, after] of readings.entries()) {
    const before = readings[index - 1];
    if (before === undefined) continue;
    const counts = bins[Math.min(BARS - 1, Math.max(0, Math.floor((after.at - from) / bin)))] ?? {};
    for (const [reason, count] of Object.entries(endsBetween(before, after))) {
      counts[reason] = (counts[reason] ?? 0) + count;
    }
  }
  const reasons = nameReasons(bins.flatMap((counts) => Object.keys(counts)));
  const highest = Math.max(
    1,
    ...bins.map((counts) => Object.values(counts).reduce((sum, count) => sum + count, 0)),
  );
  return {
    type: "bars",
    title: "Connections ended",
    about: `by reason, in each ${formatAge(bin)}`,
    height: 180,
    bin,
    ticks: countTicks(highest, 4),
    format: formatCount,
    series: reasons.map(({ name, color }) => ({
      name,
      color,
      values: bins.map((counts) => counts[name] ?? 0),
    })),
  };
}

interface Lines {
  readonly title: string;
  readonly about: string;
  readonly series: readonly {
    readonly figure: Name;
    readonly name: string;
    readonly color: string;
  }[];
  /** Counters are drawn by how much they grow in a second. */
  readonly kind: "gauge" | "counter";
  readonly unit: "count" | "bytes";
}

const LINES: readonly Lines[] = [
  {
    title: "Live",
    about: "",
    kind: "gauge",
    unit: "count",
    series: [
      { figure: "connections", name: "connections", color: "c0" },
      { figure: "channels", name: "channels", color: "c3" },
    ],
  },
  {
    title: "Bytes",
    about: "a second",
    kind: "counter",
    unit: "bytes",
    series: [
      { figure: "bytesReceived", name: "received", color: "c4" },
      { figure: "bytesSent", name: "sent", color: "c0" },
    ],
  },
  {
    title: "Waiting",
    about: "messages of clients that wait for their channel",
    kind: "gauge",
    unit: "count",
    series: [{ figure: "queued", name: "messages", color: "c1" }],
  },
  {
    title: "Memory",
    about: "resident",
    kind: "gauge",
    unit: "bytes",
    series: [{ figure: "memory", name: "memory", color: "c3" }],
  },
];

function linePanels(readings: readonly Reading[]): (Panel | null)[] {
  return LINES.map((lines): LinePanel | null => {
    const series = lines.series
      .map(({ figure, name, color }): LineSeries => {
        const points = pointsOf(readings, figure, lines.kind);
        return { name, color, points, filled: lines.series.length === 1 };
      })
      .filter(({ points }) => points.length > 0);
    if (series.length === 0) return null;
    const highest = Math.max(
      1,
      ...series.flatMap(({ points }) => points.map(([, value]) => value)),
    );
    const bytes = lines.unit === "bytes";
    return {
      type: "lines",
      title: lines.title,
      about: lines.about,
      height: 84,
      ticks: bytes ? ticks(highest, 3, 2) : countTicks(highest, 3),
      format: bytes ? formatBytes : formatCount,
      series,
    };
  });
}

function pointsOf(
  readings: readonly Reading[],
  figure: Name,
  kind: Lines["kind"],
): (readonly [number, number])[] {
  return readings.flatMap(({ at, figures }, index) => {
    const value = figures[figure];
    if (value === undefined) return [];
    if (kind === "gauge") return [[at, value] as const];
    const before = readings[index - 1];
    const earlier = before?.figures[figure];
    if (before === undefined || earlier === undefined || at <= before.at) return [];
    return [[at, (growth(value, earlier) * 1_000) / (at - before.at)] as const];
  });
}

/** What can be read at each reading. */
export function readingsOf(readings: readonly Reading[]): Readings {
  return {
    moments: readings.map(({ at }) => at),
    text: readings.map((reading, index) => {
      const before = readings[index - 1] ?? reading;
      const { connections, channels, queued, memory } = reading.figures;
      const ends = Object.entries(endsBetween(before, reading))
        .map(([reason, count]) => `${count} ${reason}`)
        .join(", ");
      return [
        new Date(reading.at).toISOString().slice(11, 19),
        connections === undefined ? "" : `${connections} connections`,
        channels === undefined ? "" : `${channels} channels`,
        queued === undefined ? "" : `${queued} messages wait`,
        memory === undefined ? "" : `memory ${formatBytes(memory)}`,
        ends === "" ? "none ended" : `ended: ${ends}`,
      ]
        .filter((part) => part !== "")
        .join("; ");
    }),
  };
}
