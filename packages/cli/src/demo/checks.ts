// What was promised of pages and pushes, held against what was counted.
import type { Client } from "./client.ts";
import type { FlightsService } from "./flights-service.ts";
import type { Check, Pulled } from "./result.ts";
import { grouped, tally } from "./words.ts";

export function pageChecks(pulled: Pulled, service: FlightsService): Check[] {
  return [
    {
      what: "every row was pulled, once",
      held: pulled.rows === service.rows && pulled.failed === 0 && pulled.missingPages === 0,
      found: `${grouped(pulled.rows)} of ${grouped(service.rows)} rows, ${pulled.failed} pages failed`,
    },
    {
      what: "the checksum over all fields is that of the file",
      held: pulled.received === pulled.source,
      found: `${pulled.received.slice(0, 12)}…, and of the file ${pulled.source.slice(0, 12)}…`,
    },
  ];
}

/** By three accounts: the demo's own, the client's counters, and what the servers were asked. */
export function pushChecks({ ledger, socket }: Client, service: FlightsService): Check[] {
  const { made, byOutcome } = ledger.counts();
  const outcomes = Object.values(byOutcome).reduce((sum, count) => sum + count, 0);
  const counted = socket.stats.counters.pushes;
  const names = new Set([...Object.keys(byOutcome), ...Object.keys(counted)]);
  const differing = [...names].filter(
    (name) =>
      (byOutcome[name as keyof typeof byOutcome] ?? 0) !==
      (counted[name as keyof typeof counted] ?? 0),
  );
  const twice = [...service.handled.values()].filter((times) => times > 1).length;
  const unheard = [...ledger.outcomes].filter(
    ([id, outcome]) => outcome === "ok" && !service.handled.has(id),
  ).length;
  return [
    {
      what: "every push has exactly one outcome",
      held: ledger.open() === 0 && ledger.settledTwice === 0 && outcomes === made,
      found: `${grouped(made)} made: ${tally(byOutcome)}`,
    },
    {
      what: "the client's counters tell the same",
      held: differing.length === 0,
      found:
        differing.length === 0 ? tally({ ...counted }) : `they differ in ${differing.join(", ")}`,
    },
    {
      what: "no push reached a server twice, and each that is ok reached one",
      held: twice === 0 && unheard === 0,
      found: `${twice} twice, ${unheard} never`,
    },
  ];
}
