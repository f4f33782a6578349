// The close matrix: every case over every contestant, each contestant in a process of its own.
import { setTimeout as delay } from "node:timers/promises";
import type { Size } from "../bench.ts";
import { endChild, hear, startChild } from "../process/child.ts";
import { CASES } from "./cases.ts";
import type { TransportReport } from "./transports-process.ts";
import { CONTESTANTS, flagsOf } from "./tried.ts";
import { cellOf, markdownTable } from "./words.ts";

export const TRANSPORTS = "transports";

/** How long an end is waited for, in ms; and the connections of the last row. */
const SIZES: Readonly<Record<Size, { readonly bound: number; readonly connections: number }>> = {
  full: { bound: 40_000, connections: 200 },
  quick: { bound: 2_000, connections: 10 },
};

/** Ms between the beginnings of two contestants. */
const STAGGER: Readonly<Record<Size, number>> = { full: 3_000, quick: 0 };

export async function runTransports(
  size: Size,
  progress: (what: string) => void,
): Promise<readonly TransportReport[]> {
  const { bound, connections } = SIZES[size];
  progress(`${TRANSPORTS}: ${CONTESTANTS.join(", ")}, about ${Math.ceil(bound / 1_000) + 25} s`);
  return Promise.all(
    CONTESTANTS.map(async (contestant, index) => {
      // One after the other into the work: starting is what takes the machine's time.
      await delay(index * STAGGER[size]);
      const child = startChild(
        "../transports/transports-process.js",
        [contestant, String(bound), String(connections)],
        flagsOf(contestant),
      );
      const report = await hear<TransportReport>(child);
      await endChild(child);
      return report;
    }),
  );
}

/** In Markdown. */
export function transportsTable(reports: readonly TransportReport[], size: Size): string {
  const { bound } = SIZES[size];
  const cases = CASES.map(
    ({ name }, index) =>
      [
        name,
        reports.map(({ observations }) => {
          const observation = observations[index];
          return observation === undefined ? "" : cellOf(observation, bound);
        }),
      ] as const,
  );
  const many = reports.map(({ many: { connections, ends, left } }) => {
    const states = Object.entries(left).map(([state, count]) => `${count} ${state}`);
    return `${ends} of ${connections} ends${states.length === 0 ? "" : `; ${states.join(", ")}`}`;
  });
  const last = [
    `${SIZES[size].connections} at once, the server never answers the close`,
    many,
  ] as const;
  return markdownTable(
    reports.map(({ contestant }) => contestant),
    [...cases, last],
  );
}
