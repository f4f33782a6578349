// Who is subscribed to which topic on this node, and handing broadcasts to them and to other nodes.
import { V2 } from "@slipstream/core";
import { Broadcast } from "./broadcast.ts";
import type { Counters } from "../counters.ts";
import { OptionError } from "../errors.ts";
import { checkEvent } from "../channel/reserved-event.ts";

/** Whoever receives broadcasts. `deliver` must return at once and must not throw. */
export interface Subscriber {
  deliver(broadcast: Broadcast): void;
}

/** Takes a broadcast to the other nodes, as V2 frames it. Must not throw. */
export type Forward = (topic: string, event: string, wire: Buffer) => void;

interface Delivery {
  readonly topic: string;
  readonly broadcast: Broadcast;
  readonly except: Subscriber | null;
}

/**
 * A broadcast may lead to another one while it is delivered, as where each member's end is broadcast
 * and ends the next. So deep they nest; the next one waits until the stack is empty.
 */
const DEEPEST = 32;

/** Topics with at least one subscriber. */
export class PubSub {
  readonly #topics = new Map<string, Set<Subscriber>>();
  #depth = 0;
  /** What waits, and all that was broadcast since: the order is kept. */
  #waiting: Delivery[] = [];
  readonly #counters: Pick<Counters, "broadcasts">;
  readonly #forward: Forward | null;

  /** @param forward null where there are no other nodes. */
  constructor(counters: Pick<Counters, "broadcasts">, forward: Forward | null) {
    this.#counters = counters;
    this.#forward = forward;
  }

  subscribe(topic: string, subscriber: Subscriber): void {
    const subscribers = this.#topics.get(topic);
    if (subscribers === undefined) this.#topics.set(topic, new Set([subscriber]));
    else subscribers.add(subscriber);
  }

  unsubscribe(topic: string, subscriber: Subscriber): void {
    const subscribers = this.#topics.get(topic);
    if (subscribers === undefined) return;
    subscribers.delete(subscriber);
    if (subscribers.size === 0) this.#topics.delete(topic);
  }

  /**
   * Hands a message to every subscriber of the topic but `except`, on every node.
   * @throws {EncodeError} The payload cannot be written: nobody was sent it. It is not written where
   * nobody would get it.
   * @throws {OptionError | ReservedEventError}
   */
  broadcast(
    topic: string,
    event: string,
    payload: unknown = {},
    except: Subscriber | null = null,
  ): void {
    if (typeof topic !== "string") throw new OptionError("topic", topic, "a text");
    checkEvent(event);
    if (!this.#topics.has(topic) && this.#forward === null) return;
    const broadcast = Broadcast.of(topic, event, payload);
    this.#deliver({ topic, broadcast, except });
    this.#forward?.(topic, event, broadcast.wire(V2) as Buffer);
  }

  /** The same for the subscribers of this node alone. */
  broadcastHere(topic: string, event: string, payload: unknown): void {
    if (!this.#topics.has(topic)) return;
    this.#deliver({ topic, broadcast: Broadcast.of(topic, event, payload), except: null });
  }

  /** Delivers what another node has forwarded. False if it is no broadcast. */
  forwarded(topic: string, wire: Buffer): boolean {
    if (!this.#topics.has(topic)) return true;
    const broadcast = Broadcast.fromWire(wire);
    if (broadcast === null || broadcast.message.topic !== topic) return false;
    this.#deliver({ topic, broadcast, except: null });
    return true;
  }

  #deliver(delivery: Delivery): void {
    if (this.#depth < DEEPEST && this.#waiting.length === 0) return this.#deliverNow(delivery);
    if (this.#waiting.push(delivery) === 1) setImmediate(() => this.#deliverWaiting());
  }

  #deliverNow({ topic, broadcast, except }: Delivery): void {
    const subscribers = this.#topics.get(topic);
    if (subscribers === undefined) return;
    this.#counters.broadcasts += 1;
    this.#depth += 1;
    try {
      for (const subscriber of subscribers) {
        if (subscriber !== except) subscriber.deliver(broadcast);
      }
    } finally {
      this.#depth -= 1;
    }
  }

  #deliverWaiting(): void {
    const waiting = [...this.#waiting];
    try {
      for (const delivery of waiting) this.#deliverNow(delivery);
    } finally {
      // What these have led to has come behind them, and has the next turn.
      this.#waiting.splice(0, waiting.length);
      if (this.#waiting.length > 0) setImmediate(() => this.#deliverWaiting());
    }
  }
}
