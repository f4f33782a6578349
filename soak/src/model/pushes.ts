// P5: every push has one outcome, and the outcome is the truth: what the server's own record says of
// it, and what the user did. A push that is said not to have been sent must never reach a handler.
import { SLACK } from "../settings.ts";
import { fromPayload } from "../decisions/order.ts";
import { LifeBook, MEMORY, valueOf, type Check } from "./check.ts";
import type { ClientObservation, Observation, Settled } from "./observation.ts";
import type { Verdicts } from "./verdicts.ts";

type Called = Extract<ClientObservation, { type: "pushCalled" }>;

interface Push {
  readonly called: Called;
  readonly at: number;
  /** Where it is kept, as far as its user can know. */
  kept: "queued" | "flying" | "nowhere";
  /** How many may have been queued before it. */
  readonly ahead: number;
  settled: string | null;
  aborted: boolean;
  handledBy: number[];
  replied: string | null;
  /** Why no handler may ever see it, or null. */
  unsentBecause: string | null;
}

interface Page {
  readonly pushes: Map<string, Push>;
  readonly byTopic: Map<string, Set<Push>>;
  readonly left: Set<string>;
  /** When the channel last ended for good, by topic. */
  readonly erroredAt: Map<string, number>;
  /** Pushes whose outcome nobody sees, by topic: they may be queued, too. */
  readonly unobserved: Map<string, number>;
  maxQueued: number;
  isOpen: boolean;
  /** When the connection was last told not to be open. */
  wasShutAt: number;
  calls: number;
}

export class Pushes implements Check {
  readonly #verdicts: Verdicts;
  readonly #soon: (check: () => void) => void;
  readonly #book = new LifeBook<Page>(() => ({
    pushes: new Map(),
    byTopic: new Map(),
    left: new Set(),
    erroredAt: new Map(),
    unobserved: new Map(),
    maxQueued: Number.POSITIVE_INFINITY,
    isOpen: false,
    wasShutAt: Number.NEGATIVE_INFINITY,
    calls: 0,
  }));
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
        page.left.add("*");
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
        const queued = [...pushes].filter((push) => push.kept === "queued");
        this.#verdicts.hold(
          queued.length <= page.maxQueued,
          "P8",
          life,
          () => `${queued.length} pushes wait in ${topic}, and maxQueued is ${page.maxQueued}.`,
        );
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

  #with(page: Page, name: string, use: (push: Push) => void): void {
    const push = page.pushes.get(name);
    if (push !== undefined) use(push);
  }

  #called(page: Page, called: Called, at: number): void {
    const { push: name, topic, state, look } = called;
    const same = valueOf(page.byTopic, topic, () => new Set());
    const unobserved = page.unobserved.get(topic) ?? 0;
    const ahead = [...same].filter((push) => push.kept === "queued").length + unobserved;
    const push: Push = {
      called,
      at,
      ahead,
      kept: keptIn(state),
      settled: null,
      aborted: false,
      handledBy: [],
      replied: null,
      unsentBecause: null,
    };
    this.#verdicts.hold(!page.pushes.has(name), "P5", called.life, `two pushes are named ${name}.`);
    page.pushes.set(name, push);
    if (look === "observed") same.add(push);
    else page.unobserved.set(topic, unobserved + 1);
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
    page: Page,
    { life, topic, state, isCurrent }: ClientObservation & { type: "channelChanged" },
  ): void {
    const pushes = page.byTopic.get(topic);
    if (pushes === undefined) return;
    if (state.type !== "joined") return this.#lost(pushes, life, `${topic} is ${state.type}`);
    for (const push of pushes) {
      if (push.kept === "queued") push.kept = isCurrent ? "flying" : "nowhere";
    }
  }

  #lostAll(page: Page, life: string): void {
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

  #settled(page: Page, push: Push, settled: Settled, at: number): void {
    const { life, push: name, topic } = push.called;
    const outcome =
      settled.type === "rejected" ? settled.code : push.called.expects === "none" ? "sent" : "ok";
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
    if (settled.type === "resolved") this.#resolved(push, settled.value, hold);
    else this.#failed(page, push, settled, at, hold);
    const neverSent = ["notJoined", "queueFull", "unsendable"].includes(outcome);
    if (settled.type === "rejected" && outcome !== "refused" && (neverSent || wasQueued)) {
      push.unsentBecause = outcome;
      hold(push.handledBy.length === 0, "so that it was not sent, and the server executed it");
    }
  }

  #resolved(push: Push, value: unknown, hold: Hold): void {
    if (push.called.expects === "none") {
      return hold(push.called.form !== "unsendable", "and it cannot be written");
    }
    hold(push.replied === "ok", `and its handler came to ${push.replied ?? "no reply"}`);
    const answer = fromPayload(value);
    hold(answer["p"] === push.called.push, `with the answer to ${String(answer["p"])}`);
    const [m] = push.handledBy;
    hold(answer["m"] === m, `from the membership ${String(answer["m"])}, and was executed by ${m}`);
  }

  #failed(page: Page, push: Push, { code, response }: Rejected, at: number, hold: Hold): void {
    const { called } = push;
    switch (code) {
      case "refused": {
        const { reason } = fromPayload(response);
        const unmatched = reason === "unmatched topic";
        const told = push.replied !== null && push.replied !== "ok";
        return hold(told || unmatched, `and its handler came to ${push.replied ?? "no reply"}`);
      }
      case "timeout":
        return hold(
          at - push.at >= called.timeout - 1,
          `after ${at - push.at} of ${called.timeout} ms`,
        );
      case "aborted":
        return hold(push.aborted, "and nobody gave it up");
      case "unsendable":
        return hold(called.form !== "json", "and it can be written");
      case "queueFull":
        return hold(push.ahead >= page.maxQueued, `with ${push.ahead} ahead of it`);
      case "left":
        return hold(page.left.has(called.topic) || page.left.has("*"), "and nobody left");
      case "disconnected":
        return hold(!page.isOpen || page.wasShutAt >= push.at, "and the connection is up");
      case "notJoined":
        return hold(
          ["idle", "errored"].includes(called.state) ||
            (page.erroredAt.get(called.topic) ?? Number.NEGATIVE_INFINITY) >= push.at,
          `in the state ${called.state}`,
        );
      case "channelCrashed":
      case "channelClosed":
        return hold(called.state !== "idle", "and nobody had asked to join");
      default:
        return hold(false, "which is no outcome of the closed set");
    }
  }

  #lifeEnded(page: Page, observation: ClientObservation & { type: "lifeEnded" }, at: number): void {
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

type Rejected = Extract<Settled, { type: "rejected" }>;
type Hold = (holds: boolean, sentence: string) => void;

function keptIn(state: Called["state"]): Push["kept"] {
  switch (state) {
    case "joined":
      return "flying";
    case "waiting":
    case "joining":
    case "leaving":
      return "queued";
    case "idle":
    case "left":
    case "errored":
      return "nowhere";
  }
}
