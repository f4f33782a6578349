// P7: messages of a topic come in order, each once, all of them up to the last, from the membership
// that there is, and none after leave() or disconnect(). The stamps of the messages say where each
// belongs; the server's own record says which broadcasts a membership was not meant to get.
import { fromPayload, type Stamp } from "../decisions/order.ts";
import { LifeBook, MEMORY, valueOf, type Check } from "./check.ts";
import type { ClientObservation, Observation } from "./observation.ts";
import type { Verdicts } from "./verdicts.ts";

/** What is known of one topic in one life. */
interface Topic {
  listen: "early" | "late" | null;
  /** Nothing may be delivered: it was left, or the socket disconnected. */
  quiet: boolean;
  /** The membership that the client was told of, while it lasts. */
  joined: number | null;
  /** The membership whose messages are being seen. */
  seen: { readonly m: number; readonly g: number; seq: number; b: number } | null;
}

/** Broadcasts by generation and topic. */
interface Broadcasts {
  last: number;
  /** The number of a broadcast and the membership that was not to get it. */
  readonly except: Map<number, number>;
}

export class Messages implements Check {
  /** How many were seen, for the report. */
  seen = 0;
  readonly #verdicts: Verdicts;
  readonly #book = new LifeBook<Map<string, Topic>>(() => new Map());
  readonly #memberships = new Map<number, { life: string; topic: string; g: number; at: number }>();
  readonly #broadcasts = new Map<string, Broadcasts>();

  constructor(verdicts: Verdicts) {
    this.#verdicts = verdicts;
  }

  see(observation: Observation, at: number): void {
    switch (observation.type) {
      case "lifeBegan":
        return this.#book.begin(observation.life);
      case "lifeEnded":
        return this.#book.end(observation.life, at);
      case "broadcast":
        return this.#broadcast(observation);
      case "letIn": {
        const { m, life, topic, g } = observation;
        this.#memberships.set(m, { life, topic, g, at });
        return;
      }
      case "disconnectCalled":
      case "socketAborted":
        for (const topic of this.#book.of(observation.life)?.values() ?? []) topic.quiet = true;
        return;
      case "tapped":
      case "leaveCalled":
      case "channelChanged":
      case "messageSeen":
      case "pushSettled": {
        const topics = this.#book.of(observation.life);
        if (topics === undefined) return;
        const topic = valueOf(topics, observation.topic, unheard);
        return this.#seeTopic(topic, observation);
      }
      default:
    }
  }

  tick(at: number): void {
    this.#book.forget(at - MEMORY);
    for (const [m, { life }] of this.#memberships) {
      if (this.#book.of(life) === undefined) this.#memberships.delete(m);
    }
    for (const { last, except } of this.#broadcasts.values()) {
      for (const b of except.keys()) if (b < last - 100_000) except.delete(b);
    }
  }

  #broadcast({ g, topic, b, except }: Observation & { type: "broadcast" }): void {
    const broadcasts = valueOf(this.#broadcasts, `${g} ${topic}`, () => ({
      last: 0,
      except: new Map<number, number>(),
    }));
    broadcasts.last = b;
    if (except !== null) broadcasts.except.set(b, except);
  }

  #seeTopic(topic: Topic, observation: TopicObservation): void {
    switch (observation.type) {
      case "tapped":
        topic.listen = observation.listen;
        return;
      case "leaveCalled":
        topic.quiet = true;
        return;
      case "channelChanged": {
        const { state } = observation;
        topic.joined = state.type === "joined" ? Number(fromPayload(state.response)["m"]) : null;
        if (state.type === "joined" && observation.isCurrent) topic.quiet = false;
        return;
      }
      case "messageSeen":
        this.seen += 1;
        return this.#message(topic, observation);
      case "pushSettled": {
        const { settled } = observation;
        if (settled.type === "resolved") this.#complete(topic, observation, settled.value);
      }
    }
  }

  #message(topic: Topic, { life, topic: name, event, stamp }: Seen): void {
    const hold = (holds: boolean, sentence: string): boolean =>
      this.#verdicts.hold(
        holds,
        "P7",
        life,
        `${name}: ${event} ${JSON.stringify(stamp)} ${sentence}.`,
      );
    hold(!topic.quiet, "was delivered after leave() or disconnect()");
    if (stamp.m === undefined) this.#news(topic, name, stamp, hold);
    else this.#own(topic, life, name, stamp as Required<Stamp>, hold);
    if (topic.listen !== "early") return;
    hold(topic.joined === topic.seen?.m, `was delivered while the membership was ${topic.joined}`);
  }

  /** A message for this membership alone. */
  #own(topic: Topic, life: string, name: string, stamp: Required<Stamp>, hold: Hold): void {
    const { m, seq, g, b } = stamp;
    const known = this.#memberships.get(m);
    hold(known?.life === life && known.topic === name, `is for ${JSON.stringify(known)}`);
    const { seen } = topic;
    if (seen === null || m > seen.m) {
      hold(seq === 1, "is the first that was seen of its membership");
      topic.seen = { m, g, seq, b };
      return;
    }
    if (!hold(m === seen.m, `is from before the membership ${seen.m}`)) return;
    hold(seq === seen.seq + 1, `came after number ${seen.seq}`);
    seen.seq = seq;
    const expected = this.#lastBefore(name, seen, b);
    hold(seen.b >= expected, `came before the broadcast ${expected}; the last was ${seen.b}`);
    hold(seen.b <= b, `came after the broadcast ${seen.b}`);
  }

  /** A broadcast. */
  #news(topic: Topic, name: string, stamp: Stamp, hold: Hold): void {
    const { seen } = topic;
    if (!hold(seen !== null, "came before the membership's first message") || seen === null) return;
    hold(stamp.g === seen.g, `is of another server than the membership's, ${seen.g}`);
    hold(stamp.from !== seen.m, "came back to its sender");
    const next = this.#nextAfter(name, seen);
    hold(stamp.b === next, `is out of turn: the last broadcast was ${seen.b}, the next is ${next}`);
    seen.b = Math.max(seen.b, stamp.b);
  }

  /** A reply came: all that was sent before it must have come, too. */
  #complete(
    topic: Topic,
    { life, topic: name, push }: TopicObservation & { push: string },
    value: unknown,
  ): void {
    const { m, seq, b } = fromPayload(value) as Partial<Required<Stamp>>;
    const { seen } = topic;
    if (topic.quiet || m === undefined || seen?.m !== m || seq === undefined || b === undefined)
      return;
    this.#verdicts.hold(
      seen.seq >= seq,
      "P7",
      life,
      () =>
        `${name}: the reply to ${push} came before the message ${seq}; the last was ${seen.seq}.`,
    );
    const expected = this.#lastBefore(name, seen, b);
    this.#verdicts.hold(
      seen.b >= expected,
      "P7",
      life,
      () =>
        `${name}: the reply to ${push} came before the broadcast ${expected}; the last was ${seen.b}.`,
    );
  }

  /** The last broadcast up to `b` that the membership was meant to get. */
  #lastBefore(name: string, { m, g }: { m: number; g: number }, b: number): number {
    const except = this.#broadcasts.get(`${g} ${name}`)?.except;
    let last = b;
    while (except?.get(last) === m) last -= 1;
    return last;
  }

  #nextAfter(name: string, { m, g, b }: { m: number; g: number; b: number }): number {
    const except = this.#broadcasts.get(`${g} ${name}`)?.except;
    let next = b + 1;
    while (except?.get(next) === m) next += 1;
    return next;
  }
}

type TopicObservation = Extract<
  ClientObservation,
  { type: "tapped" | "leaveCalled" | "channelChanged" | "messageSeen" | "pushSettled" }
>;
type Seen = Extract<ClientObservation, { type: "messageSeen" }>;
type Hold = (holds: boolean, sentence: string) => boolean;

const unheard = (): Topic => ({ listen: null, quiet: false, joined: null, seen: null });
