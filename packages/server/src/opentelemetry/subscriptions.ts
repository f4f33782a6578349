// What was subscribed to of one server, so that all of it can be let go of.
import { tracingChannel, type Trace, type Traces } from "../telemetry/index.ts";

/** What is done at the beginning and at the end of each trace. */
interface Tellers<T extends Trace> {
  readonly start?: (trace: T) => void;
  readonly asyncEnd: (trace: T) => void;
}

export class Subscriptions {
  readonly #server: object;
  readonly #releases: (() => void)[] = [];

  constructor(server: object) {
    this.#server = server;
  }

  trace<Name extends keyof Traces>(name: Name, { start, asyncEnd }: Tellers<Traces[Name]>): void {
    const mine =
      (tell: (trace: Traces[Name]) => void) =>
      (trace: Traces[Name]): void => {
        if (trace.server === this.#server) tell(trace);
      };
    const subscribers = {
      ...(start !== undefined && { start: mine(start) }),
      asyncEnd: mine(asyncEnd),
    };
    const channel = tracingChannel(name);
    channel.subscribe(subscribers);
    this.onRelease(() => void channel.unsubscribe(subscribers));
  }

  onRelease(release: () => void): void {
    this.#releases.push(release);
  }

  release(): void {
    for (const release of this.#releases.splice(0)) release();
  }
}
