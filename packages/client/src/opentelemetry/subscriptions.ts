// What was subscribed to, so that all of it can be let go of.
import {
  channel,
  tracingChannel,
  type CallbackName,
  type Events,
  type Subscriber,
  type Traces,
  type CallbackTrace,
  type TraceSubscribers,
} from "../telemetry/index.ts";

export class Subscriptions {
  readonly #releases: (() => void)[] = [];

  event<Name extends keyof Events>(name: Name, subscriber: Subscriber<Events[Name]>): void {
    const events = channel(name);
    events.subscribe(subscriber);
    this.onRelease(() => events.unsubscribe(subscriber));
  }

  trace<Name extends keyof Traces>(name: Name, subscribers: TraceSubscribers<Traces[Name]>): void {
    const traces = tracingChannel<keyof Traces>(name);
    const all = subscribers as TraceSubscribers<Traces[keyof Traces]>;
    traces.subscribe(all);
    this.onRelease(() => traces.unsubscribe(all));
  }

  callback(name: CallbackName, subscribers: TraceSubscribers<CallbackTrace>): void {
    const traces = tracingChannel<CallbackName>(name);
    traces.subscribe(subscribers);
    this.onRelease(() => traces.unsubscribe(subscribers));
  }

  onRelease(release: () => unknown): void {
    this.#releases.push(release);
  }

  release(): void {
    for (const release of this.#releases.splice(0)) release();
  }
}
