// One order of a cutover as a picture: ends by reason, live connections, zombies, memory, and the line
// where the cutover was.
import type { Readings } from "../graph/page.ts";
import { nameReasons, type NamedReason } from "../graph/reasons.ts";
import { countTicks, formatBytes, formatCount, formatSeconds, ticks } from "../graph/scale.ts";
import type { BarSeries, LineSeries, Timeline } from "../graph/timeline.ts";
import { ROLES, type Role } from "./protocol.ts";
import type { OrderResult } from "./run.ts";
import { allEnds, difference, sum, type Sample } from "./sample.ts";

/** About so many bars. */
const BARS = 60;
/** The shortest bar, in ms: two looks. */
const SHORTEST_BAR = 500;

/** The colour of each client, the same in both orders: that of `calm` is the calm one. */
function colorsOf({ from, to }: OrderResult, calm: string): Readonly<Record<Role, "c0" | "c1">> {
  return from === calm && to !== calm
    ? { first: "c0", second: "c1" }
    : { first: "c1", second: "c0" };
}

const GROUNDS = { c0: "ground-0", c1: "ground-1" } as const;

/** The reasons that occur in it. */
export function reasonsOf({ samples }: OrderResult): NamedReason[] {
  const last = samples.at(-1);
  const all = last === undefined ? {} : allEnds(last);
  return nameReasons(Object.keys(all).filter((reason) => (all[reason] ?? 0) > 0));
}

/** Ends in each bin, by reason. */
export function endsByBin(samples: readonly Sample[], bin: number): Record<string, number>[] {
  const bins: Record<string, number>[] = [];
  for (const [index, sample] of samples.entries()) {
    const before = samples[index - 1];
    if (before === undefined) continue;
    const at = Math.max(0, Math.ceil(sample.at / bin) - 1);
    while (bins.length <= at) bins.push({});
    const counts = bins[at];
    if (counts === undefined) continue;
    for (const [reason, count] of Object.entries(difference(allEnds(sample), allEnds(before)))) {
      counts[reason] = (counts[reason] ?? 0) + count;
    }
  }
  return bins;
}

/** The shortest round bar of which there are not too many, in ms. */
function binFor(duration: number): number {
  const round = [500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000];
  return round.find((bin) => bin >= SHORTEST_BAR && duration / bin <= BARS * 1.5) ?? 300_000;
}

/** @param calm the client that has the calm colour: the one that was cut over to. */
export function timelineOf(order: OrderResult, calm: string = order.to): Timeline {
  const { samples, from, to, cutoverAt, before, after } = order;
  const end = Math.max(1, ...samples.map(({ at }) => at));
  const bin = binFor(end);
  const bins = endsByBin(samples, bin);
  const colors = colorsOf(order, calm);
  const names: Readonly<Record<Role, string>> =
    from === to ? { first: `${from} (1)`, second: `${to} (2)` } : { first: from, second: to };
  const lines = (value: (sample: Sample, role: Role) => number, filled: boolean): LineSeries[] =>
    ROLES.map((role) => ({
      name: names[role],
      color: colors[role],
      filled,
      points: samples.map((sample) => [sample.at, value(sample, role)] as const),
    }));
  const highest = (value: (sample: Sample) => number): number => Math.max(1, ...samples.map(value));
  return {
    title: `Cutover from ${from} to ${to}`,
    description: `Before the cutover, at ${formatSeconds(cutoverAt)}: ${before.zombiesPeak} zombies at most, ${before.zombiesAtEnd} at the end, memory up to ${formatBytes(before.memoryPeak)}. After it: ${after.zombiesPeak} zombies at most, ${after.zombiesAtEnd} at the end, memory up to ${formatBytes(after.memoryPeak)}. The table below has the ends by reason.`,
    from: 0,
    to: end,
    ticks: ticks(end / 1_000, 10)
      .map((seconds) => seconds * 1_000)
      .filter((at) => at <= end),
    formatTime: (at) => `${at / 1_000} s`,
    marks: [{ at: cutoverAt, text: "cutover" }],
    stretches: [
      { from: 0, to: cutoverAt, text: `before: ${from}`, ground: GROUNDS[colors.first] },
      { from: cutoverAt, to: end, text: `after: ${to}`, ground: GROUNDS[colors.second] },
    ],
    panels: [
      {
        type: "bars",
        title: "Connections ended",
        about: `by reason, in each ${bin === 1_000 ? "second" : `${bin / 1_000} s`}`,
        height: 220,
        bin,
        ticks: countTicks(Math.max(1, ...bins.map(sum)), 4),
        format: formatCount,
        series: reasonsOf(order).map(({ name, color }): BarSeries => ({
          name,
          color,
          values: bins.map((counts) => counts[name] ?? 0),
        })),
      },
      {
        type: "lines",
        title: "Live connections",
        about: "by the server's account",
        height: 90,
        ticks: countTicks(
          highest(({ live }) => Math.max(live.first, live.second)),
          3,
        ),
        format: formatCount,
        series: order.clientsApart
          ? lines((sample, role) => sample.live[role], false)
          : [
              {
                name: "of both clients",
                color: "c3",
                filled: false,
                points: samples.map(({ at, live }) => [at, live.first] as const),
              },
            ],
      },
      {
        type: "lines",
        title: "Zombies",
        about: "held over 2 s after their owner's last word",
        height: 110,
        ticks: countTicks(
          highest(({ zombies }) => Math.max(zombies.first, zombies.second)),
          3,
        ),
        format: formatCount,
        series: lines((sample, role) => sample.zombies[role], true),
      },
      {
        type: "lines",
        title: "Server memory",
        about: "resident",
        height: 90,
        ticks: ticks(
          highest(({ memory }) => memory),
          3,
          2,
        ),
        format: formatBytes,
        series: [
          {
            name: "RSS",
            color: "c3",
            filled: true,
            points: samples.map(({ at, memory }) => [at, memory] as const),
          },
        ],
      },
    ],
  };
}

/** What can be read at each look. */
export function readingsOf({ samples, cutoverAt, from, to, clientsApart }: OrderResult): Readings {
  return {
    moments: samples.map(({ at }) => at),
    text: samples.map((sample, index) => {
      const previous = samples[index - 1] ?? sample;
      const ends = Object.entries(difference(allEnds(sample), allEnds(previous)))
        .map(([reason, count]) => `${count} ${reason}`)
        .join(", ");
      const where = sample.at <= cutoverAt ? "before" : "after";
      const of = ({ first, second }: Sample["live"]): string =>
        `${first} of ${from}, ${second} of ${to}`;
      return [
        `${formatSeconds(sample.at)}, ${where} the cutover`,
        `live: ${clientsApart ? of(sample.live) : sample.live.first}`,
        `zombies: ${of(sample.zombies)}`,
        `memory ${formatBytes(sample.memory)}`,
        ends === "" ? "no ends since the last look" : `ended since the last look: ${ends}`,
      ].join("; ");
    }),
  };
}
