// Who is subscribed to which topic on this node, and handing broadcasts to them and to other nodes.
import { V2 } from "@slipstream/core";
import { Broadcast } from "./broadcast.ts";
import type { Counters } from "../counters.ts";
import { checkEvent } from "../channel/reserved-event.ts";

/** Whoever receives broadcasts. `deliver` must return at once and must not throw. */
export interface Subscriber {
  deliver(broadcast: Broadcast): void;
}

/** Takes a broadcast to the other nodes, as V2 frames it. Must not throw. */
export type Forward = (topic: string, event: string, wire: Buffer) => void;

/** Topics with at least one subscriber. */
export class PubSub {
  readonly #topics = new Map<string, Set<Subscriber>>();
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
   * @throws {EncodeError} The payload cannot be written: nobody was sent it.
   * @throws {ReservedEventError}
   */
  broadcast(
    topic: string,
    event: string,
    payload: unknown,
    except: Subscriber | null = null,
  ): void {
    checkEvent(event);
    const subscribers = this.#topics.get(topic);
    if (subscribers === undefined && this.#forward === null) return;
    const broadcast = Broadcast.of(topic, event, payload);
    this.#deliver(subscribers, broadcast, except);
    this.#forward?.(topic, event, broadcast.wire(V2) as Buffer);
  }

  /** The same for the subscribers of this node alone. */
  broadcastHere(topic: string, event: string, payload: unknown): void {
    const subscribers = this.#topics.get(topic);
    if (subscribers === undefined) return;
    this.#deliver(subscribers, Broadcast.of(topic, event, payload), null);
  }

  /** Delivers what another node has forwarded. False if it is no broadcast. */
  forwarded(topic: string, wire: Buffer): boolean {
    const subscribers = this.#topics.get(topic);
    if (subscribers === undefined) return true;
    const broadcast = Broadcast.fromWire(wire);
    if (broadcast === null || broadcast.message.topic !== topic) return false;
    this.#deliver(subscribers, broadcast, null);
    return true;
  }

  #deliver(
    subscribers: ReadonlySet<Subscriber> | undefined,
    broadcast: Broadcast,
    except: Subscriber | null,
  ): void {
    if (subscribers === undefined) return;
    this.#counters.broadcasts += 1;
    for (const subscriber of subscribers) {
      if (subscriber !== except) subscriber.deliver(broadcast);
    }
  }
}
