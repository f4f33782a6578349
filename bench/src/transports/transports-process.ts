// The process of one contestant: all cases beside one another, then what was seen to its parent.
import { CASES } from "./cases.ts";
import { leaveMany, type ManyLeft } from "./many.ts";
import { observe, type Observation } from "./observe.ts";
import { CONTESTANTS, dialOf, type Contestant } from "./tried.ts";

export interface TransportReport {
  readonly contestant: Contestant;
  readonly observations: readonly Observation[];
  readonly many: ManyLeft;
}

const [name = "", bound = "", connections = ""] = process.argv.slice(2);

// Some throw where nobody can catch it; the others' cases go on.
process.on("uncaughtException", () => {});
process.on("unhandledRejection", () => {});

const contestant = CONTESTANTS.find((one) => one === name);
if (contestant === undefined) throw new Error(`There is no contestant ${name}.`);
const dial = await dialOf(contestant);
const seen = new Map<string, Observation>();
const look = async (one: (typeof CASES)[number]): Promise<void> => {
  seen.set(one.name, await observe(one, dial, Number(bound)));
};
for (const one of CASES.filter(({ alone }) => alone)) await look(one);
const [many] = await Promise.all([
  leaveMany(dial, Number(connections), Number(bound)),
  ...CASES.filter(({ alone }) => !alone).map(look),
]);
const observations = CASES.flatMap(({ name }) => seen.get(name) ?? []);
const report: TransportReport = { contestant, observations, many };
process.send?.(report, () => process.exit());
