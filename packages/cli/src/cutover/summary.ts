// The result of a cutover as a table for people. Pure.
import { ZOMBIE_GRACE } from "@slipstream/lab";
import type { CutoverResult, OrderResult, PhaseResult } from "@slipstream/lab";
import type { Paint } from "../terminal/paint.ts";
import { padEnd, padStart } from "../terminal/width.ts";

const MIB = 1024 * 1024;

/** One table for each order that was run. */
export function summaryOf({ given, reversed }: CutoverResult, paint: Paint): string {
  const tables = [given, ...(reversed === null ? [] : [reversed])];
  return tables.map((order) => `${tableOf(order, paint)}\n`).join("\n");
}

function tableOf({ before, after, leftOfFirst }: OrderResult, paint: Paint): string {
  const reasons = [
    ...new Set([...Object.keys(before.endsByReason), ...Object.keys(after.endsByReason)]),
  ].toSorted();
  const zombies = (count: number): string => paint(count === 0 ? "green" : "red", String(count));
  const row = (name: string, value: (phase: PhaseResult) => string): string[] => [
    name,
    value(before),
    value(after),
  ];
  const rows = [
    ["", `before: ${before.client}`, `after: ${after.client}`],
    row("lives", ({ lives }) => String(lives)),
    row("zombies at the end", ({ zombiesAtEnd }) => zombies(zombiesAtEnd)),
    row("zombies at most", ({ zombiesPeak }) => zombies(zombiesPeak)),
    row("memory at most", ({ memoryPeak }) => `${Math.round(memoryPeak / MIB)} MiB`),
    row("held up at most", ({ heldUp }) => `${heldUp} ms`),
    ...reasons.map((reason) =>
      row(`ended: ${reason}`, ({ endsByReason }) => String(endsByReason[reason] ?? 0)),
    ),
  ];
  const width = Math.max(...rows.map(([name = ""]) => name.length)) + 2;
  const columns = [1, 2].map((column) => Math.max(22, (rows[0]?.[column] ?? "").length + 2));
  const lines = rows.map(([name = "", ...values]) =>
    [
      padEnd(name, width),
      ...values.map((value, index) => padStart(value, columns[index] ?? 0)),
    ].join(""),
  );
  const left = `At the very end ${leftOfFirst.zombies} zombies of ${before.client} were left.`;
  const heldUp = Math.max(before.heldUp, after.heldUp);
  const warning = `A client's process got no turn for ${heldUp} ms, and closed nothing meanwhile: zombies at most may be this machine's doing. Run it again on a calmer one.`;
  return [
    ...lines,
    paint("dim", left),
    ...(heldUp > ZOMBIE_GRACE / 2 ? [paint("yellow", warning)] : []),
  ].join("\n");
}
