// P5: every push has one outcome, and the outcome is the truth: what the server's own record says of
// it, and what the user did. A push that is said not to have been sent must never reach a handler.
import { SLACK } from "../settings.ts";
import { MEMORY, valueOf, type Check } from "./check.ts";
import type { ClientObservation, Observation, Settled } from "./observation.ts";
import { judgeOutcome, outcomeOf } from "./push-outcomes.ts";
import {
  pushBook,
  pushOf,
  type Push,
  type PushBook,
  type PushCalled,
  type PushPage,
} from "./push-page.ts";
import type { Verdicts } from "./verdicts.ts";

export class Pushes implements Check {
  readonly #verdicts: Verdicts;
  readonly #soon: (check: () => void) => void;
  readonly #book: PushBook = pushBook();
  /** By outcome, for the report. */
  readonly outcomes: Map<string, number> = new Map();

  /** @param soon calls back when all that is under way right now has been told. */
  constructor(verdicts: Verdicts, soon: (check: () => void) => void) {
    this.#verdicts = verdicts;
    this.#soon = soon;
  }

  see(observation: Observation, at: number): void {
    if (!("life" in observation)) return;
    const { life } = observation;
    if (observation.type === "lifeBegan") {
      this.#book.begin(life);
      const page = this.#book.of(life);
      if (page !== undefined) page.maxQueued = observation.options.maxQueued;
      return;
    }
    const page = this.#book.of(life);
    if (page === undefined) return;
    switch (observation.type) {
      case "lifeEnded":
        return this.#lifeEnded(page, observation, at);
      case "sessionChanged":
        if (page.isOpen && observation.state.type !== "open") this.#lostAll(page, life);
        page.isOpen = observation.state.type === "open";
        if (!page.isOpen) page.wasShutAt = at;
        return;
      case "leaveCalled":
      case "joinAborted":
        page.left.add(observation.topic);
        return;
      case "readerOpened":
        if (observation.overflow === "leave") page.left.add(observation.topic);
        return;
      case "disconnectCalled":
      case "connectAborted":
      case "socketAborted":
        page.disconnected = true;
        return;
      case "channelChanged":
        if (observation.state.type === "errored") page.erroredAt.set(observation.topic, at);
        return this.#channelChanged(page, observation);
      case "pingCalled":
      case "pushCalled":
        page.calls += 1;
        if (observation.type === "pushCalled") this.#called(page, observation, at);
        return;
      case "pushAborted":
        return this.#with(page, observation.push, (push) => (push.aborted = true));
      case "pushSettled":
        return this.#with(page, observation.push, (push) => {
          this.#settled(page, push, observation.settled, at);
        });
      case "handled":
        return this.#with(page, observation.push, (push) => this.#handled(push, observation.m));
      case "replied":
        return this.#with(page, observation.push, (push) => (push.replied = observation.status));
      default:
    }
  }

  tick(at: number): void {
    for (const [life, page] of this.#book.entries()) {
      for (const [topic, pushes] of page.byTopic) {
        this.#holdQueue(page, life, topic);
        for (const { called, at: since } of pushes) {
          this.#verdicts.hold(
            at - since < called.timeout + SLACK,
            "P5",
            life,
            () =>
              `the push ${called.push} has no outcome ${Math.round(at - since)} ms after its call; its timeout is ${called.timeout}.`,
          );
        }
      }
    }
    this.#book.forget(at - MEMORY);
  }

  #with(page: PushPage, name: string, use: (push: Push) => void): void {
    const push = page.pushes.get(name);
    if (push !== undefined) use(push);
  }

  #called(page: PushPage, called: PushCalled, at: number): void {
    const { life, push: name, topic, look } = called;
    const same = valueOf(page.byTopic, topic, () => new Set());
    const unobserved = page.unobserved.get(topic) ?? 0;
    const ahead = [...same].filter((push) => push.kept === "queued").length + unobserved;
    const push = pushOf(called, at, ahead);
    this.#verdicts.hold(!page.pushes.has(name), "P5", life, `two pushes are named ${name}.`);
    page.pushes.set(name, push);
    if (look === "observed") same.add(push);
    else page.unobserved.set(topic, unobserved + 1);
    // One too many has been told by then that it is.
    if (push.kept === "queued") this.#soon(() => this.#holdQueue(page, life, topic));
  }

  #holdQueue({ byTopic, maxQueued }: PushPage, life: string, topic: string): void {
    const queued = [...(byTopic.get(topic) ?? [])].filter((push) => push.kept === "queued");
    this.#verdicts.hold(
      queued.length <= maxQueued,
      "P8",
      life,
      () => `${queued.length} pushes wait in ${topic}, and maxQueued is ${maxQueued}.`,
    );
  }

  #handled(push: Push, m: number): void {
    const { life, push: name } = push.called;
    push.handledBy.push(m);
    this.#verdicts.hold(
      push.handledBy.length === 1,
      "P5",
      life,
      () =>
        `the push ${name} was executed ${push.handledBy.length} times, by the memberships ${push.handledBy.join(", ")}.`,
    );
    this.#verdicts.hold(
      push.unsentBecause === null,
      "P5",
      life,
      () =>
        `the push ${name} was executed, and its user was told that it was not sent: ${push.unsentBecause}.`,
    );
  }

  #channelChanged(
    page: PushPage,
    { life, topic, state, isCurrent }: ClientObservation & { type: "channelChanged" },
  ): void {
    const pushes = page.byTopic.get(topic);
    if (pushes === undefined) return;
    if (state.type !== "joined") return this.#lost(pushes, life, `${topic} is ${state.type}`);
    for (const push of pushes) {
      if (push.kept === "queued") push.kept = isCurrent ? "flying" : "nowhere";
    }
  }

  #lostAll(page: PushPage, life: string): void {
    for (const pushes of page.byTopic.values()) this.#lost(pushes, life, "the connection is over");
  }

  /** What was in flight has its outcome the moment that none can come. */
  #lost(pushes: ReadonlySet<Push>, life: string, because: string): void {
    const flying = [...pushes].filter((push) => push.kept === "flying");
    if (flying.length === 0) return;
    this.#soon(() => {
      for (const { called, settled } of flying) {
        this.#verdicts.hold(
          settled !== null,
          "P5",
          life,
          () => `the push ${called.push} is in flight, though ${because}.`,
        );
      }
    });
  }

  #settled(page: PushPage, push: Push, settled: Settled, at: number): void {
    const { life, push: name, topic } = push.called;
    const outcome = outcomeOf(push, settled);
    const hold = (holds: boolean, sentence: string): void => {
      this.#verdicts.hold(
        holds,
        "P5",
        life,
        `the push ${name} is said to be ${outcome}, ${sentence}.`,
      );
    };
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    hold(push.settled === null, `and was said to be ${push.settled} before`);
    const wasQueued = push.kept === "queued";
    push.settled = outcome;
    push.kept = "nowhere";
    page.byTopic.get(topic)?.delete(push);
    judgeOutcome(page, push, settled, at, wasQueued, hold);
    if (settled.type === "resolved" || settled.sent !== false) return;
    push.unsentBecause = outcome;
    hold(push.handledBy.length === 0, "so that it was not sent, and the server executed it");
  }

  #lifeEnded(
    page: PushPage,
    observation: ClientObservation & { type: "lifeEnded" },
    at: number,
  ): void {
    const { life, stats } = observation;
    for (const { called } of [...page.byTopic.values()].flatMap((pushes) => [...pushes])) {
      this.#verdicts.hold(false, "P5", life, `the push ${called.push} has no outcome at the end.`);
    }
    const counted = Object.values(stats.counters.pushes).reduce((sum, count) => sum + count, 0);
    this.#verdicts.hold(
      counted === page.calls,
      "P5",
      life,
      () => `${page.calls} pushes were made, and ${counted} outcomes are counted.`,
    );
    this.#book.end(life, at);
  }
}
