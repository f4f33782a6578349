// Ends and numbers in the words that the screen and the JSON share.
import type { ChannelEndReason, ConnectionEnd, EndReason } from "@slipstream/client";

/** The reason's name, and what tells it from others of that name: "closedByRemote 1012". */
export function endName(reason: EndReason): string {
  switch (reason.type) {
    case "closedByRemote":
    case "protocolError":
      return `${reason.type} ${reason.code}`;
    case "upgradeRejected":
      return `${reason.type} ${reason.status ?? ""}`.trim();
    default:
      return reason.type;
  }
}

/** The names of ends in their order; several of one name in a row as "upgradeRejected 503 ×5". */
export function endNames(ends: readonly ConnectionEnd[]): string[] {
  const runs: { name: string; count: number }[] = [];
  for (const { reason } of ends) {
    const name = endName(reason);
    const last = runs.at(-1);
    if (last?.name === name) last.count += 1;
    else runs.push({ name, count: 1 });
  }
  return runs.map(({ name, count }) => (count === 1 ? name : `${name} ×${count}`));
}

export function channelEndName(reason: ChannelEndReason): string {
  return `channel ${reason.type}`;
}

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** 1234567 as "1,234,567". */
export function grouped(value: number): string {
  return whole.format(value);
}

/** Ms as a person says them: "83 ms", "1.24 s". */
export function duration(ms: number): string {
  return ms < 999.5 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}

/** What occurred, the most frequent first: "650 ok, 62 disconnected". */
export function tally(counts: Readonly<Record<string, number | undefined>>): string {
  const occurred = Object.entries(counts).filter(([, count]) => (count ?? 0) > 0);
  if (occurred.length === 0) return "none";
  return occurred
    .toSorted(([, a], [, b]) => (b ?? 0) - (a ?? 0))
    .map(([name, count]) => `${grouped(count ?? 0)} ${name}`)
    .join(", ");
}
