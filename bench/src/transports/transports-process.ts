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
const [observations, many] = await Promise.all([
  Promise.all(CASES.map((one) => observe(one, dial, Number(bound)))),
  leaveMany(dial, Number(connections), Number(bound)),
]);
const report: TransportReport = { contestant, observations, many };
process.send?.(report, () => process.exit());
