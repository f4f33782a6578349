// P6: a join resolves only if the server let the client in, and a leave only once the server's
// channel has ended or the connection is gone.
import { fromPayload } from "../decisions/order.ts";
import { SLACK } from "../settings.ts";
import { MEMORY, valueOf, type Check } from "./check.ts";
import {
  blankTopic,
  joinBook,
  newest,
  type JoinBook,
  type JoinPage,
  type JoinTopic,
} from "./join-page.ts";
import type { ClientObservation, Observation } from "./observation.ts";
import type { Verdicts } from "./verdicts.ts";

export class Joins implements Check {
  readonly #verdicts: Verdicts;
  readonly #book: JoinBook = joinBook();
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
        for (const { at: since, timeout } of topic.leaving.values()) {
          this.#verdicts.hold(
            at - since < timeout + SLACK,
            "P6",
            life,
            () => `a leave of ${name} is not settled ${Math.round(at - since)} ms after its call.`,
          );
        }
      }
    }
    this.#book.forget(at - MEMORY);
  }

  #seePage(
    page: JoinPage,
    observation: Exclude<Observation, { type: "broadcast" }>,
    at: number,
  ): void {
    switch (observation.type) {
      case "letIn":
        page.live.set(observation.m, 0);
        valueOf(page.topics, observation.topic, blankTopic).letIn.push(observation);
        return;
      case "credentialsGiven":
        page.attempt += 1;
        return;
      case "turnedAway":
        valueOf(page.topics, observation.topic, blankTopic).turnedAway += 1;
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
        page.gaveUp ||= observation.state.type === "ended";
        return;
      case "disconnectCalled":
      case "connectAborted":
      case "socketAborted":
        page.disconnected = true;
        return;
      case "lifeEnded":
        return this.#lifeEnded(page, observation.life, at);
      case "readerOpened":
        if (observation.overflow !== "leave") return;
        valueOf(page.topics, observation.topic, blankTopic).left = true;
        return;
      case "joinCalled":
      case "joinAborted":
      case "joinSettled":
      case "leaveCalled":
      case "leaveSettled":
      case "channelChanged": {
        const topic = valueOf(page.topics, observation.topic, blankTopic);
        return this.#seeTopic(page, topic, observation, at);
      }
      default:
    }
  }

  #seeTopic(page: JoinPage, topic: JoinTopic, observation: TopicObservation, at: number): void {
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
        if (state.type !== "leaving") topic.begun = null;
        else if (topic.begun?.leaveRef !== state.leaveRef) {
          topic.begun = { at, leaveRef: state.leaveRef };
        }
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
        const membership = newest(topic, page.attempt);
        // A leave that is asked for again is the one that is under way. One that nobody asked for,
        // of a join that was given up, has the socket's time from when it began.
        const [first] = topic.leaving.values();
        const begun = observation.state === "leaving" ? topic.begun : null;
        const own = { at, timeout: observation.timeout ?? page.joinTimeout };
        const { at: since, timeout } =
          first ?? (begun === null ? own : { at: begun.at, timeout: page.joinTimeout });
        topic.leaving.set(observation.call, { at: since, timeout, connection, membership });
        return;
      }
      case "leaveSettled":
        return this.#leaveSettled(page, topic, observation, at);
    }
  }

  #joinSettled(page: JoinPage, topic: JoinTopic, observation: JoinSettled): void {
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
        hold(topic.left, "and nobody left");
        return;
      case "disconnected":
        hold(page.disconnected || page.gaveUp, "and nobody disconnected");
        return;
      default: {
        const others = ["timeout", "crashed", "closed", "paramsFailed"];
        hold(others.includes(settled.code), "which is not of the closed set");
      }
    }
  }

  /** Holds a response of a join against what the server granted, and gives its membership. */
  #admitted(
    { attempt }: JoinPage,
    topic: JoinTopic,
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

  #leaveSettled(page: JoinPage, topic: JoinTopic, observation: LeaveSettled, at: number): void {
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
        at - leave.at >= leave.timeout - 1,
        "P6",
        life,
        () => `a leave of ${name} timed out after ${at - leave.at} of ${leave.timeout} ms.`,
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

  #lifeEnded(page: JoinPage, life: string, at: number): void {
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
