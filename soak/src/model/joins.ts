// P6: a join resolves only if the server let the client in, and a leave only once the server's
// channel has ended or the connection is gone.
import { fromPayload } from "../decisions/order.ts";
import { SLACK } from "../settings.ts";
import { LifeBook, MEMORY, valueOf, type Check } from "./check.ts";
import type { ClientObservation, Observation } from "./observation.ts";
import type { Verdicts } from "./verdicts.ts";

interface Topic {
  /** Memberships that the server granted, in order. */
  readonly letIn: { readonly m: number; readonly attempt: number }[];
  turnedAway: number;
  joinsAborted: number;
  left: boolean;
  /** Memberships that the client was told of. */
  readonly told: Set<number>;
  readonly joining: Map<number, number>;
  readonly leaving: Map<number, Leave>;
}

interface Leave {
  readonly at: number;
  /** The connection, if it was open and the channel joined: then the server's word is waited for. */
  readonly connection: number | null;
  /** The one that is left. */
  readonly membership: number | null;
}

interface Page {
  readonly topics: Map<string, Topic>;
  /** Memberships that have not ended on the server, and whether a handler of theirs is at work. */
  readonly live: Map<number, number>;
  /** Counts up whenever the connection is told not to be open. */
  connection: number;
  /** The attempt to connect that is or was the last. */
  attempt: number;
  joinTimeout: number;
  disconnected: boolean;
}

export class Joins implements Check {
  readonly #verdicts: Verdicts;
  readonly #book = new LifeBook<Page>(() => ({
    topics: new Map(),
    live: new Map(),
    connection: 0,
    attempt: 0,
    joinTimeout: 0,
    disconnected: false,
  }));
  /** Memberships that the server's code has granted and not seen the end of. */
  readonly live: Set<number> = new Set();

  constructor(verdicts: Verdicts) {
    this.#verdicts = verdicts;
  }

  see(observation: Observation, at: number): void {
    if (observation.type === "letIn") this.live.add(observation.m);
    if (observation.type === "terminated") {
      const known = this.live.delete(observation.m);
      this.#verdicts.hold(
        known,
        "P17",
        observation.life,
        () => `the membership ${observation.m} was terminated twice.`,
      );
    }
    if (!("life" in observation)) return;
    const { life } = observation;
    if (observation.type === "lifeBegan") {
      this.#book.begin(life);
      const page = this.#book.of(life);
      if (page !== undefined) page.joinTimeout = observation.options.joinTimeout;
      return;
    }
    const page = this.#book.of(life);
    if (page !== undefined) this.#seePage(page, observation, at);
  }

  tick(at: number): void {
    for (const [life, page] of this.#book.entries()) {
      for (const [name, topic] of page.topics) {
        for (const { at: since } of topic.leaving.values()) {
          this.#verdicts.hold(
            at - since < page.joinTimeout + SLACK,
            "P6",
            life,
            () => `a leave of ${name} is not settled ${Math.round(at - since)} ms after its call.`,
          );
        }
      }
    }
    this.#book.forget(at - MEMORY);
  }

  #seePage(page: Page, observation: Exclude<Observation, { type: "broadcast" }>, at: number): void {
    switch (observation.type) {
      case "letIn":
        page.live.set(observation.m, 0);
        valueOf(page.topics, observation.topic, blank).letIn.push(observation);
        return;
      case "credentialsGiven":
        page.attempt += 1;
        return;
      case "turnedAway":
        valueOf(page.topics, observation.topic, blank).turnedAway += 1;
        return;
      case "terminated":
        page.live.delete(observation.m);
        return;
      case "working":
        if (page.live.has(observation.m)) {
          page.live.set(observation.m, (page.live.get(observation.m) ?? 0) + observation.by);
        }
        return;
      case "sessionChanged":
        if (observation.state.type !== "open") page.connection += 1;
        return;
      case "disconnectCalled":
      case "connectAborted":
      case "socketAborted":
        page.disconnected = true;
        return;
      case "lifeEnded":
        return this.#lifeEnded(page, observation.life, at);
      case "joinCalled":
      case "joinAborted":
      case "joinSettled":
      case "leaveCalled":
      case "leaveSettled":
      case "channelChanged": {
        const topic = valueOf(page.topics, observation.topic, blank);
        return this.#seeTopic(page, topic, observation, at);
      }
      default:
    }
  }

  #seeTopic(page: Page, topic: Topic, observation: TopicObservation, at: number): void {
    const { life, topic: name } = observation;
    switch (observation.type) {
      case "joinCalled":
        topic.joining.set(observation.call, at);
        return;
      case "joinAborted":
        topic.joinsAborted += 1;
        topic.left = true;
        return;
      case "joinSettled":
        topic.joining.delete(observation.call);
        return this.#joinSettled(page, topic, observation);
      case "channelChanged": {
        const { state } = observation;
        if (state.type !== "joined") return;
        const m = this.#admitted(page, topic, observation, state.response);
        this.#verdicts.hold(!topic.told.has(m), "P6", life, `${name}: joined told twice, as ${m}.`);
        topic.told.add(m);
        return;
      }
      case "leaveCalled": {
        topic.left = true;
        const waits = observation.isOpen && observation.state === "joined";
        const connection = waits ? page.connection : null;
        // A leave that is asked for again is the one that is under way.
        const since = Math.min(at, ...[...topic.leaving.values()].map((leave) => leave.at));
        const membership = newest(topic, page.attempt);
        topic.leaving.set(observation.call, { at: since, connection, membership });
        return;
      }
      case "leaveSettled":
        return this.#leaveSettled(page, topic, observation, at);
    }
  }

  #joinSettled(page: Page, topic: Topic, observation: JoinSettled): void {
    const { life, topic: name, settled } = observation;
    if (settled.type === "resolved") {
      this.#admitted(page, topic, observation, settled.value);
      return;
    }
    const hold = (holds: boolean, sentence: string): boolean =>
      this.#verdicts.hold(
        holds,
        "P6",
        life,
        `a join of ${name} failed as ${settled.code}, ${sentence}.`,
      );
    switch (settled.code) {
      case "refused": {
        const { reason } = fromPayload(settled.response);
        const reasons = ["unmatched topic", "too many channels joined", "join crashed"];
        hold(topic.turnedAway > 0 || reasons.includes(String(reason)), "and the server did not");
        return;
      }
      case "aborted":
        hold(topic.joinsAborted > 0, "and nobody gave it up");
        return;
      case "left":
        hold(topic.left || page.disconnected, "and nobody left");
        return;
      default: {
        const others = ["timeout", "crashed", "closed", "disconnected", "paramsFailed"];
        hold(others.includes(settled.code), "which is not of the closed set");
      }
    }
  }

  /** Holds a response of a join against what the server granted, and gives its membership. */
  #admitted(
    { attempt }: Page,
    topic: Topic,
    { life, topic: name }: TopicObservation,
    response: unknown,
  ): number {
    const m = Number(fromPayload(response)["m"]);
    const expected = newest(topic, attempt);
    this.#verdicts.hold(
      m === expected,
      "P6",
      life,
      () => `${name}: joined as ${m}, and on this connection the server let in ${expected} last.`,
    );
    return m;
  }

  #leaveSettled(page: Page, topic: Topic, observation: LeaveSettled, at: number): void {
    const { life, topic: name, call, settled, isOpen } = observation;
    const leave = topic.leaving.get(call);
    topic.leaving.delete(call);
    if (leave === undefined) return;
    if (settled.type === "rejected") {
      this.#verdicts.hold(
        settled.code === "timeout",
        "P6",
        life,
        `a leave failed as ${settled.code}.`,
      );
      this.#verdicts.hold(
        at - leave.at >= page.joinTimeout - 1,
        "P6",
        life,
        () => `a leave of ${name} timed out after ${at - leave.at} of ${page.joinTimeout} ms.`,
      );
      return;
    }
    if (leave.connection !== page.connection || !isOpen) return;
    // A handler that is still at work holds up only its channel's last callback.
    const { membership } = leave;
    this.#verdicts.hold(
      membership === null || page.live.get(membership) !== 0,
      "P6",
      life,
      () => `a leave of ${name} resolved, and the server has not ended ${membership}.`,
    );
  }

  #lifeEnded(page: Page, life: string, at: number): void {
    for (const [name, { joining, leaving }] of page.topics) {
      this.#verdicts.hold(joining.size === 0, "P6", life, `a join of ${name} is not settled.`);
      this.#verdicts.hold(leaving.size === 0, "P6", life, `a leave of ${name} is not settled.`);
    }
    this.#book.end(life, at);
  }
}

type TopicObservation = Extract<
  ClientObservation,
  {
    type:
      | "joinCalled"
      | "joinAborted"
      | "joinSettled"
      | "leaveCalled"
      | "leaveSettled"
      | "channelChanged";
  }
>;
type JoinSettled = Extract<ClientObservation, { type: "joinSettled" }>;
type LeaveSettled = Extract<ClientObservation, { type: "leaveSettled" }>;

/** The membership that was granted last on the connection of this attempt. */
function newest({ letIn }: Topic, attempt: number): number | null {
  return letIn.findLast((one) => one.attempt === attempt)?.m ?? null;
}

function blank(): Topic {
  return {
    letIn: [],
    turnedAway: 0,
    joinsAborted: 0,
    left: false,
    told: new Set(),
    joining: new Map(),
    leaving: new Map(),
  };
}
