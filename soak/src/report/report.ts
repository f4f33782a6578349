// What a soak says: a line while it runs, and tables at its end.
import type { Soak } from "../run.ts";

/** One line on how far it is. */
export function progressLine(soak: Soak): string {
  const { model, options } = soak;
  const parts = [
    `${soak.age.toFixed(0)} of ${options.seconds} s`,
    `${soak.lives} lives`,
    `${model.connections.opened} connections`,
    `${sum(model.pushes.outcomes)} pushes`,
    `${model.messages.seen} messages`,
    `${sum(model.faults)} faults`,
    `${model.verdicts.checks} checks`,
    `${model.verdicts.violations} violations`,
  ];
  return parts.join(" · ");
}

/** The tables of the end. */
export function reportOf(soak: Soak): string {
  const { model } = soak;
  const { connections, server } = model;
  return [
    `seed ${soak.options.seed}, ${soak.options.clients} clients, ${soak.age.toFixed(0)} s`,
    table("clients", [
      ["sockets made", soak.lives],
      ["attempts to connect", connections.attempts],
      ["connections opened", connections.opened],
      ["messages seen", model.messages.seen],
    ]),
    table("ends, as the clients say", byCount(connections.ends)),
    table(`ends of ${server.opened} connections, as the servers say`, byCount(server.ends)),
    table("pushes by outcome", byCount(model.pushes.outcomes)),
    table("faults by kind", byCount(model.faults)),
    `heap: ${soak.memory.describe()}`,
  ].join("\n\n");
}

/** The closing line. */
export function closingLine(checks: number, violations: number): string {
  return `soak: ${checks} checks, ${violations} violation${violations === 1 ? "" : "s"}`;
}

function table(title: string, rows: readonly (readonly [string, number])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length), 0);
  const lines = rows.map(
    ([name, count]) => `  ${name.padEnd(width)}  ${String(count).padStart(8)}`,
  );
  return [`${title}:`, ...lines].join("\n");
}

function byCount(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].filter(([, count]) => count > 0).sort(([, one], [, other]) => other - one);
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}
