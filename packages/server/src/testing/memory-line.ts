// A client's end of a connection that is no network: what it says and hears, by the server's own
// serializer. What a test makes of it is the TestSocket's business.
import { V2, type ClientMessage, type Frame } from "@slipstream/core";
import { Mailbox } from "@slipstream/core/expectations";
import type { ServerScope } from "../server-scope.ts";
import { TestSocketError } from "./errors.ts";
import { HeardClose } from "./heard.ts";
import type { LastFailure } from "./last-failure.ts";
import { Membership } from "./membership.ts";
import { MemoryCarrier, type ClientEnd } from "./memory-carrier.ts";
import { afterRealTime, realTime, untilAtRest } from "./runtime.ts";
import type { RefuteOptions, TestLine } from "./test-line.ts";

/** For how long callbacks that are at work may hold up a refutation, in ms. */
const GRACE = 100;

export class MemoryLine implements ClientEnd, TestLine {
  readonly carrier: MemoryCarrier = new MemoryCarrier(this);
  readonly timeout: number;
  /** What became of the connection. */
  readonly ends: Mailbox<HeardClose> = new Mailbox("the server", afterRealTime);
  /** Resolves when the server has nothing left of it. */
  readonly gone: Promise<void>;
  readonly #scope: ServerScope;
  readonly #failure: LastFailure;
  readonly #memberships: Membership[] = [];
  #setGone: () => void = () => {};
  #refs = 0;
  #heard = 0;
  #over: string | null = null;

  constructor(scope: ServerScope, failure: LastFailure, timeout: number) {
    this.#scope = scope;
    this.#failure = failure;
    this.timeout = timeout;
    this.gone = new Promise((resolve) => {
      this.#setGone = resolve;
    });
  }

  get isOpen(): boolean {
    return this.#over === null;
  }

  nextRef(): string {
    this.#refs += 1;
    return String(this.#refs);
  }

  send(message: ClientMessage): void {
    if (this.#over !== null) {
      const what = `Nothing can be sent any more. ${this.#over} Connect again.`;
      throw new TestSocketError("connectionOver", what);
    }
    this.carrier.send(V2.encode(message));
  }

  /** A membership that may come to be, which hears what is broadcast on its topic from now on. */
  expect(topic: string): Membership {
    const membership = new Membership(topic, this.nextRef(), () => {
      this.#heard += 1;
    });
    this.#memberships.push(membership);
    this.#scope.pubSub.subscribe(topic, membership);
    return membership;
  }

  /** It has not come to be. */
  giveUp(membership: Membership): void {
    this.#scope.pubSub.unsubscribe(membership.topic, membership);
  }

  async pass({ within }: RefuteOptions): Promise<void> {
    if (within === undefined) await this.#untilAtRest(GRACE);
    else await realTime(within);
  }

  rest(): Promise<void> {
    return this.#untilAtRest(this.timeout);
  }

  #untilAtRest(bound: number): Promise<void> {
    const { activity } = this.#scope;
    return untilAtRest({ working: () => activity.count, heard: () => this.#heard }, bound);
  }

  /** Nothing more is said. */
  end(why: string): void {
    if (this.#over !== null) return;
    this.#over = why;
    this.ends.end(why);
    for (const membership of this.#memberships) membership.end(why);
  }

  received(frame: Frame): void {
    this.#heard += 1;
    const message = V2.decode(frame, "server");
    const membership = this.#memberships.findLast((one) => one.isFor(message));
    membership?.hear(message, this.#failure.now);
  }

  closed(code: number, reason: string): void {
    this.#heard += 1;
    const close = new HeardClose(code, reason);
    this.ends.put(close);
    this.end(`The server has ended the connection: ${close.toString()}.`);
  }

  /** The server has nothing left of it. What its last callbacks broadcast is still heard. */
  async vanish(): Promise<void> {
    this.#setGone();
    await this.rest();
    for (const membership of this.#memberships) {
      this.giveUp(membership);
      membership.broadcasts.end(this.#over ?? "The connection has ended.");
    }
  }
}
