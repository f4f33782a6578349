// Who hears a channel's messages: handlers by event, handlers of everything, and readers.
import { SmallMap } from "@slipstream/core";
import { Listeners, type Gate, type Reporter } from "./listeners.ts";

export interface RoutedMessage {
  readonly event: string;
  readonly payload: unknown;
}

/** Where messages that reach nobody are counted. */
export type Dropped = "droppedMessages" | "unclaimedMessages";

/** What a router needs of its socket. */
export interface RouterHost {
  readonly options: { readonly logger: Reporter };
  /**
   * Takes count of messages that reach nobody: a reader was too slow and its policy dropped them, or
   * nobody listened and too many were held.
   */
  dropped(topic: string, count: number, why: Dropped): void;
}

/** Takes messages until it is told that no more will come. */
export interface MessageReader {
  /** The event that it reads; undefined for every event. */
  readonly event: string | undefined;
  /** How many messages wait for it. */
  readonly size: number;
  put(message: RoutedMessage): void;
  /** No more messages will come, because of `error` if it is given. */
  end(error?: Error): void;
}

/** How many messages are held for the first listener. */
const MAX_HELD = 1_000;

const NO_READERS: readonly never[] = [];

/** One function for all channels. */
const EVERY_EVENT = (): boolean => true;

export class MessageRouter implements Gate, Reporter {
  /** Set by `end`: what is being delivered reaches nobody else. */
  stopped = false;
  /** Whether an event is one that the channel's types know. Only who asks for another by name gets it. */
  declares: (event: string) => boolean = EVERY_EVENT;
  readonly topic: string;
  readonly #host: RouterHost;
  #handlers: SmallMap<Listeners<[payload: unknown, message: RoutedMessage]>> | null = null;
  #everything: Listeners<[message: RoutedMessage]> | null = null;
  #readers: readonly MessageReader[] = NO_READERS;
  /**
   * What came before anybody listened: the server may send right behind its answer to the join,
   * before the code that awaits the join can run. Null once somebody has listened.
   */
  #held: RoutedMessage[] | null = [];

  constructor(topic: string, host: RouterHost) {
    this.topic = topic;
    this.#host = host;
  }

  /** What a handler of `event`, or of "messages" of all events, failed with. */
  report(error: unknown, event: string): void {
    this.#host.options.logger.report(error, `a handler of ${event} on ${this.topic}`);
  }

  /** How many messages wait: for slow readers, or for the first listener. */
  get waiting(): number {
    return this.#readers.reduce((sum, { size }) => sum + size, this.#held?.length ?? 0);
  }

  deliver(message: RoutedMessage): void {
    if (this.#held !== null) this.#hold(this.#held, message);
    else this.#dispatch(message);
  }

  on(event: string, handler: (payload: unknown, message: RoutedMessage) => unknown): () => void {
    const handlers = (this.#handlers ??= new SmallMap<Listeners<[unknown, RoutedMessage]>>());
    const listeners = handlers.get(event) ?? new Listeners(event, this, this);
    handlers.set(event, listeners);
    return this.#listening(listeners.add(handler));
  }

  onEverything(handler: (message: RoutedMessage) => unknown): () => void {
    this.#everything ??= new Listeners("messages", this, this);
    return this.#listening(this.#everything.add(handler));
  }

  /** Returns the function that removes the reader. */
  addReader(reader: MessageReader): () => void {
    this.#readers = [...this.#readers, reader];
    return this.#listening(() => {
      this.#readers = this.#readers.filter((other) => other !== reader);
    });
  }

  /** No more messages will come: readers end, or throw `error` after what waits. */
  end(error?: Error): void {
    this.stopped = true;
    if (this.#held !== null) this.#held = [];
    for (const reader of this.#readers) reader.end(error);
  }

  /** A reader was too slow for `count` messages. */
  countDropped(count: number): void {
    this.#host.dropped(this.topic, count, "droppedMessages");
  }

  #dispatch(message: RoutedMessage): void {
    this.stopped = false;
    this.#handlers?.get(message.event)?.call(message.payload, message);
    const declared = this.declares(message.event);
    if (declared) this.#everything?.call(message);
    if (this.stopped) return;
    for (const reader of this.#readers) {
      const reads = reader.event === undefined ? declared : reader.event === message.event;
      if (reads) reader.put(message);
    }
  }

  #hold(held: RoutedMessage[], message: RoutedMessage): void {
    if (held.length < MAX_HELD) {
      held.push(message);
      return;
    }
    this.#host.dropped(this.topic, held.length + 1, "unclaimedMessages");
    this.#held = null;
  }

  /** The first listener gets what was held, once those that are added in the same breath are there too. */
  #listening<T>(result: T): T {
    if (this.#held !== null) queueMicrotask(() => this.#release());
    return result;
  }

  #release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const message of held) {
      this.#dispatch(message);
      if (this.stopped) return;
    }
  }
}
