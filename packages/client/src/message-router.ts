// Who hears a channel's messages: handlers by event, handlers of everything, and bounded readers.
import { Inbox, type Overflow } from "./inbox.ts";
import { Listeners, type Gate, type Reporter } from "./listeners.ts";
import type { Tally } from "./outcome.ts";

export interface RoutedMessage {
  readonly event: string;
  readonly payload: unknown;
}

export interface ReaderOptions {
  readonly event: string | undefined;
  readonly limit: number;
  readonly overflow: Overflow;
  /** Called when the overflow policy is to leave. */
  readonly leave: () => void;
}

interface Reader {
  readonly event: string | undefined;
  readonly inbox: Inbox<RoutedMessage>;
}

/** How many messages are held for the first listener. */
const MAX_HELD = 1_000;

export class MessageRouter implements Gate {
  /** Set by `end`: what is being delivered reaches nobody else. */
  stopped = false;
  readonly #topic: string;
  readonly #host: Reporter & Tally;
  #handlers: Map<string, Listeners<[payload: unknown, message: RoutedMessage]>> | null = null;
  #everything: Listeners<[message: RoutedMessage]> | null = null;
  #readers: readonly Reader[] = [];
  /**
   * What came before anybody listened: the server may send right behind its answer to the join,
   * before the code that awaits the join can run. Null once somebody has listened.
   */
  #held: RoutedMessage[] | null = [];

  constructor(topic: string, host: Reporter & Tally) {
    this.#topic = topic;
    this.#host = host;
  }

  deliver(message: RoutedMessage): void {
    if (this.#held !== null) this.#hold(this.#held, message);
    else this.#dispatch(message);
  }

  on(event: string, handler: (payload: unknown, message: RoutedMessage) => unknown): () => void {
    this.#handlers ??= new Map();
    let listeners = this.#handlers.get(event);
    if (listeners === undefined) {
      listeners = new Listeners(`a handler of ${event} on ${this.#topic}`, this.#host, this);
      this.#handlers.set(event, listeners);
    }
    return this.#listening(listeners.add(handler));
  }

  onEverything(handler: (message: RoutedMessage) => unknown): () => void {
    this.#everything ??= new Listeners(`a handler of messages on ${this.#topic}`, this.#host, this);
    return this.#listening(this.#everything.add(handler));
  }

  read({ event, limit, overflow, leave }: ReaderOptions): Inbox<RoutedMessage> {
    const inbox = new Inbox<RoutedMessage>({
      what: `Messages of ${this.#topic}`,
      limit,
      overflow,
      onDropped: (count) => {
        this.#host.droppedMessages += count;
      },
      onClosed: (why) => {
        this.#readers = this.#readers.filter((reader) => reader.inbox !== inbox);
        if (why === "overflow" && overflow === "leave") leave();
      },
    });
    this.#readers = [...this.#readers, { event, inbox }];
    this.#listening(null);
    return inbox;
  }

  /** No more messages will come: readers end, or throw `error` after what waits. */
  end(error?: Error): void {
    this.stopped = true;
    if (this.#held !== null) this.#held = [];
    for (const { inbox } of this.#readers) inbox.end(error);
  }

  #dispatch(message: RoutedMessage): void {
    this.stopped = false;
    this.#handlers?.get(message.event)?.call(message.payload, message);
    this.#everything?.call(message);
    if (this.stopped) return;
    for (const { event, inbox } of this.#readers) {
      if (event === undefined || event === message.event) inbox.put(message);
    }
  }

  #hold(held: RoutedMessage[], message: RoutedMessage): void {
    if (held.length < MAX_HELD) {
      held.push(message);
      return;
    }
    this.#host.unclaimedMessages += held.length + 1;
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
