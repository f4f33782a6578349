// The model: hands everything that is observed to all the checks, in the order in which it happened.
// Client and server live in one process, so there is one order.
import type { FaultKind } from "@slipstream/faults";
import type { Check } from "./check.ts";
import { Connections } from "./connections.ts";
import { History } from "./history.ts";
import { Joins } from "./joins.ts";
import { Listening } from "./listening.ts";
import { Messages } from "./messages.ts";
import { clientOf, type Observation } from "./observation.ts";
import { Pushes } from "./pushes.ts";
import { ServerCounts } from "./server-counts.ts";
import { Verdicts } from "./verdicts.ts";

export class Model {
  readonly verdicts: Verdicts = new Verdicts();
  readonly history: History = new History();
  readonly pushes: Pushes;
  readonly messages: Messages;
  readonly connections: Connections;
  readonly joins: Joins;
  readonly server: ServerCounts;
  /** Faults that took effect, by kind, for the report. */
  readonly faults: Map<FaultKind, number> = new Map();
  readonly #checks: readonly Check[];
  readonly #now: () => number;

  /**
   * @param now ms of one clock.
   * @param soon calls back when all that is under way right now has been told.
   */
  constructor(
    now: () => number = () => performance.now(),
    soon: (check: () => void) => void = setImmediate,
  ) {
    const { verdicts } = this;
    this.#now = now;
    this.pushes = new Pushes(verdicts, soon);
    this.messages = new Messages(verdicts);
    this.connections = new Connections(verdicts);
    this.joins = new Joins(verdicts);
    this.server = new ServerCounts(verdicts);
    this.#checks = [
      this.pushes,
      this.messages,
      new Listening(verdicts),
      this.joins,
      this.connections,
      this.server,
    ];
  }

  see(observation: Observation): void {
    const at = this.#now();
    const client = clientOf(observation);
    if (client !== null) this.history.note(client, observation, at);
    if (observation.type === "fault") {
      this.faults.set(observation.kind, (this.faults.get(observation.kind) ?? 0) + 1);
    }
    for (const check of this.#checks) check.see(observation, at);
  }

  /** To be called now and then: what should have happened by now? */
  tick(): void {
    const at = this.#now();
    for (const check of this.#checks) check.tick?.(at);
  }
}
