// Named channels that anybody may publish to and subscribe to: those of Node's `diagnostics_channel`
// where the runtime has it, and ours with the same shape elsewhere. Nothing here knows what is told.

/** Takes what is published. `name` is the channel's. */
export type Subscriber<T> = (message: T, name: string) => void;

/** One name, and who listens to it. What a subscriber throws never reaches the publisher. */
export interface NamedChannel<T> {
  readonly name: string;
  /** Whether anybody listens: look here before making something to publish. */
  readonly hasSubscribers: boolean;
  subscribe(subscriber: Subscriber<T>): void;
  /** Returns whether it was subscribed. */
  unsubscribe(subscriber: Subscriber<T>): boolean;
  publish(message: T): void;
}

/** The part of `node:diagnostics_channel` that is used here. */
interface DiagnosticsChannel {
  channel(this: void, name: string): NamedChannel<unknown>;
}

/** A channel for runtimes that have none. */
export class EmitterChannel<T> implements NamedChannel<T> {
  readonly name: string;
  /** Replaced, never changed, so that a subscriber may come and go while one is told. */
  #subscribers: readonly Subscriber<T>[] = [];

  constructor(name: string) {
    this.name = name;
  }

  get hasSubscribers(): boolean {
    return this.#subscribers.length > 0;
  }

  subscribe(subscriber: Subscriber<T>): void {
    this.#subscribers = [...this.#subscribers, subscriber];
  }

  unsubscribe(subscriber: Subscriber<T>): boolean {
    const index = this.#subscribers.indexOf(subscriber);
    if (index < 0) return false;
    this.#subscribers = this.#subscribers.toSpliced(index, 1);
    return true;
  }

  publish(message: T): void {
    for (const subscriber of this.#subscribers) {
      try {
        subscriber(message, this.name);
      } catch (error) {
        // As Node does it: what a subscriber throws is uncaught, and stops nothing here.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

const emitters = new Map<string, NamedChannel<unknown>>();

function emitter(name: string): NamedChannel<unknown> {
  const known = emitters.get(name) ?? new EmitterChannel<unknown>(name);
  emitters.set(name, known);
  return known;
}

type Open = (name: string) => NamedChannel<unknown>;

/** Node's, found without an import, which bundles for browsers could not resolve. */
function findOpen(): Open {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => unknown };
  };
  const module = process?.getBuiltinModule?.("node:diagnostics_channel");
  return (module as DiagnosticsChannel | undefined)?.channel ?? emitter;
}

const open: Open = /* @__PURE__ */ findOpen();

/** The channel of a name. Every call with the same name gives the same one. */
export function channel<T>(name: string): NamedChannel<T> {
  return open(name) as NamedChannel<T>;
}
