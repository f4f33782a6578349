// P7 and P8 for those who listen: a handler of an event is called once for each message, and a
// bounded reader gives each message that came, in order, but those that its policy dropped and
// counted, and never keeps more than its limit. What came is what the tap has seen.
import type { Stamp } from "../decisions/order.ts";
import { LifeBook, MEMORY, valueOf, type Check } from "./check.ts";
import type { ClientObservation, Observation } from "./observation.ts";
import type { Verdicts } from "./verdicts.ts";

interface Handler {
  readonly event: string;
  /** Called since the tap last saw a message. */
  calls: string[];
}

interface Reader {
  readonly event: string | undefined;
  readonly limit: number;
  readonly overflow: string;
  /** Messages that came and have not been read. */
  coming: string[];
  skipped: number;
  /** Nothing more comes: its channel ended, or is no longer the topic's. */
  isOver: boolean;
}

interface Topic {
  /** It was joined, or asked to: a disconnect ends what is read. */
  wasAsked: boolean;
  /** There was a reader that leaves rather than overflow. */
  mayHaveLeft: boolean;
  /** The ref of the leave that was told last: it may be a reader's own, or of a join that was given up. */
  leaveRef: string | null;
  readonly handlers: Map<number, Handler>;
  readonly readers: Map<number, Reader>;
}

export class Listening implements Check {
  readonly #verdicts: Verdicts;
  readonly #book = new LifeBook<Map<string, Topic>>(() => new Map());

  constructor(verdicts: Verdicts) {
    this.#verdicts = verdicts;
  }

  see(observation: Observation, at: number): void {
    switch (observation.type) {
      case "lifeBegan":
        return this.#book.begin(observation.life);
      case "lifeEnded":
        return this.#lifeEnded(observation.life, at);
      case "disconnectCalled":
      case "socketAborted":
        for (const topic of this.#book.of(observation.life)?.values() ?? []) {
          if (topic.wasAsked) endReaders(topic);
        }
        return;
      case "leaveCalled":
      case "channelChanged":
      case "channelReplaced":
      case "messageSeen":
      case "handlerAdded":
      case "handlerCalled":
      case "handlerRemoved":
      case "readerOpened":
      case "readerRead":
      case "readerEnded": {
        const topics = this.#book.of(observation.life);
        if (topics === undefined) return;
        const topic = valueOf(topics, observation.topic, () => ({
          wasAsked: false,
          mayHaveLeft: false,
          leaveRef: null,
          handlers: new Map(),
          readers: new Map(),
        }));
        return this.#seeTopic(topic, observation);
      }
      default:
    }
  }

  tick(at: number): void {
    this.#book.forget(at - MEMORY);
  }

  #seeTopic(topic: Topic, observation: ListeningObservation): void {
    switch (observation.type) {
      case "messageSeen":
        return this.#message(topic, observation);
      case "channelReplaced":
        topic.wasAsked = false;
        topic.handlers.clear();
        endReaders(topic);
        return;
      case "leaveCalled":
        endReaders(topic);
        return;
      case "channelChanged": {
        const { state } = observation;
        topic.wasAsked = true;
        if (state.type === "errored" || (state.type === "left" && observation.isCurrent)) {
          endReaders(topic);
        }
        if (state.type === "leaving" && state.leaveRef !== topic.leaveRef) {
          topic.leaveRef = state.leaveRef;
          endReaders(topic);
        }
        return;
      }
      case "handlerAdded":
        topic.handlers.set(observation.handler, { event: observation.event, calls: [] });
        return;
      case "handlerCalled": {
        const handler = topic.handlers.get(observation.handler);
        this.#hold(handler !== undefined, observation, "is called after it was removed");
        handler?.calls.push(keyOf(observation.stamp));
        return;
      }
      case "handlerRemoved":
        topic.handlers.delete(observation.handler);
        return;
      case "readerOpened": {
        const { event, limit, overflow } = observation;
        topic.mayHaveLeft ||= overflow === "leave";
        topic.readers.set(observation.reader, {
          event,
          limit,
          overflow,
          coming: [],
          skipped: 0,
          isOver: false,
        });
        return;
      }
      case "readerRead":
        return this.#read(topic.readers.get(observation.reader), observation);
      case "readerEnded":
        return this.#readerEnded(topic, observation);
    }
  }

  /** Handlers by event stand before the tap, readers behind it. */
  #message(topic: Topic, observation: ListeningObservation & { type: "messageSeen" }): void {
    const { event, stamp } = observation;
    const key = keyOf(stamp);
    for (const handler of topic.handlers.values()) {
      if (handler.event === event) {
        const times = handler.calls.filter((call) => call === key).length;
        this.#hold(times === 1, observation, `reached a handler ${times} times`);
      }
      // Whoever leaves in a handler stops the message there: the tap sees no more of it.
      handler.calls = [];
    }
    for (const reader of topic.readers.values()) {
      if (reader.isOver) continue;
      if (reader.event === undefined || reader.event === event) reader.coming.push(key);
    }
  }

  #read(
    reader: Reader | undefined,
    observation: ListeningObservation & { type: "readerRead" },
  ): void {
    if (reader === undefined) return;
    const key = keyOf(observation.stamp);
    const place = reader.coming.indexOf(key);
    if (!this.#hold(place !== -1, observation, "is read twice, out of order, or never came"))
      return;
    const mayDrop = reader.overflow === "dropOldest" || reader.overflow === "dropNewest";
    this.#hold(place === 0 || mayDrop, observation, `comes after ${place} that were not read`);
    reader.skipped += place;
    reader.coming.splice(0, place + 1);
    this.#verdicts.hold(
      observation.size <= reader.limit,
      "P8",
      observation.life,
      () =>
        `${observation.topic}: ${observation.size} messages wait for a reader whose limit is ${reader.limit}.`,
    );
  }

  #readerEnded(topic: Topic, observation: ListeningObservation & { type: "readerEnded" }): void {
    const reader = topic.readers.get(observation.reader);
    topic.readers.delete(observation.reader);
    if (reader === undefined || observation.how === "broke") return;
    const { dropped, code } = observation;
    // A reader that leaves does so while its message is handed over: others may not get that one.
    const left = topic.mayHaveLeft ? 1 : 0;
    const lost = reader.skipped + reader.coming.length;
    // "leave" drops the one message that it leaves for; what comes before the leave is done is lost.
    if (reader.overflow === "leave") return;
    if (observation.how === "failed" && code === "overflow") {
      this.#hold(reader.overflow === "fail" && lost >= dropped, observation, `overflows: ${lost}`);
      return;
    }
    const isTrue = lost === dropped || lost === dropped + left;
    this.#hold(isTrue, observation, `has lost ${lost} messages and says ${dropped}`);
  }

  #lifeEnded(life: string, at: number): void {
    for (const [name, topic] of this.#book.of(life) ?? []) {
      this.#verdicts.hold(
        topic.readers.size === 0,
        "P3",
        life,
        `${name}: a reader's loop has no end.`,
      );
    }
    this.#book.end(life, at);
  }

  #hold(holds: boolean, { life, topic, ...rest }: ListeningObservation, sentence: string): boolean {
    return this.#verdicts.hold(
      holds,
      "P7",
      life,
      () => `${topic}: ${JSON.stringify(rest)} ${sentence}.`,
    );
  }
}

type ListeningObservation = Extract<
  ClientObservation,
  {
    type:
      | "leaveCalled"
      | "channelChanged"
      | "channelReplaced"
      | "messageSeen"
      | "handlerAdded"
      | "handlerCalled"
      | "handlerRemoved"
      | "readerOpened"
      | "readerRead"
      | "readerEnded";
  }
>;

function endReaders({ readers }: Topic): void {
  for (const reader of readers.values()) reader.isOver = true;
}

function keyOf({ m, seq, g, b }: Stamp): string {
  return m === undefined ? `broadcast ${g}.${b}` : `${m}.${seq}`;
}
