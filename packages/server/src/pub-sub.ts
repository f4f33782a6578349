// Who is subscribed to which topic within this process, and handing broadcasts to them.
import { V2, type EncodeError } from "@slipstream/core";
import { Broadcast } from "./broadcast.ts";

/** Whoever receives broadcasts. `deliver` must return at once and must not throw. */
export interface Subscriber {
  deliver(broadcast: Broadcast): void;
}

/** Topics with at least one subscriber. */
export class PubSub {
  readonly #topics = new Map<string, Set<Subscriber>>();

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
   * Hands a message to every subscriber of the topic but `except`.
   * @throws {EncodeError} The payload cannot be written: nobody was sent it.
   */
  broadcast(
    topic: string,
    event: string,
    payload: unknown,
    except: Subscriber | null = null,
  ): void {
    const subscribers = this.#topics.get(topic);
    if (subscribers === undefined) return;
    const broadcast = new Broadcast(topic, event, payload);
    // What V2 cannot write, nothing can; the author of the message is here to be told.
    const wire: Buffer | EncodeError = broadcast.wire(V2);
    if (wire instanceof Error) throw wire;
    for (const subscriber of subscribers) {
      if (subscriber !== except) subscriber.deliver(broadcast);
    }
  }
}
