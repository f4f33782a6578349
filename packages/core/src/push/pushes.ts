// The pushes of one channel, or of the socket itself. Those that wait to be sent and those that
// wait for a reply are different things, and live apart.
import type { Context } from "../context.ts";
import type { Ref, ReplyMessage } from "../message.ts";
import type { Push, PushFailure, PushHome } from "./push.ts";

const REPLY_OK = "ok";

/** Gives every push that it is handed exactly one outcome. */
export class Pushes<C, P> implements PushHome<P> {
  readonly #context: Context<C, P>;
  /** In the order of the calls. Made when first needed: most channels never queue. */
  #queued: Set<Push<P>> | null = null;
  #inFlight: Map<Ref, Push<P>> | null = null;
  /** How many that expect no reply the transport has not taken yet. */
  #unsent = 0;

  constructor(context: Context<C, P>) {
    this.#context = context;
  }

  get queued(): number {
    return this.#queued?.size ?? 0;
  }

  /** How many are on their way, and have no outcome. */
  get inFlight(): number {
    return (this.#inFlight?.size ?? 0) + this.#unsent;
  }

  /** Keeps a push until it can be sent, or fails it when too many wait. */
  enqueue(push: Push<P>): void {
    this.#queued ??= new Set();
    if (this.#queued.size >= this.#context.options.maxQueued) {
      this.fail(push, "queueFull");
    } else {
      this.#queued.add(push);
    }
  }

  /** Takes out, in order, all that wait to be sent. */
  dequeueAll(): Iterable<Push<P>> {
    const queued = this.#queued ?? [];
    this.#queued = null;
    return queued;
  }

  /** Sends a push, and awaits its reply if it expects one. Fails it when too many are on their way. */
  send(push: Push<P>, topic: string, joinRef: Ref): void {
    if (!this.hasRoom(push)) return;
    const ref = this.#context.nextRef();
    if (push.expectsReply === "reply") this.awaitReply(push, ref);
    else this.#unsent += 1;
    const { event, payload } = push;
    this.#context.send({ type: "push", topic, joinRef, ref, event, payload }, push);
  }

  /** Whether one more may be on its way. Fails the push if not. */
  hasRoom(push: Push<P>): boolean {
    if (this.inFlight < this.#context.options.maxInFlight) return true;
    this.fail(push, "queueFull");
    return false;
  }

  /** Keeps a push until the reply to `ref` comes. */
  awaitReply(push: Push<P>, ref: Ref): void {
    push.ref = ref;
    this.#inFlight ??= new Map();
    this.#inFlight.set(ref, push);
  }

  /** Settles the push that `reply` answers. */
  receive(reply: ReplyMessage): void {
    const push = reply.ref === null ? undefined : this.#inFlight?.get(reply.ref);
    if (push === undefined) {
      this.#context.ignore("unmatchedReply");
      return;
    }
    this.#inFlight?.delete(push.ref as Ref);
    const { status, response } = reply;
    this.#context.settle(
      push,
      status === REPLY_OK ? { type: "ok", response } : { type: "refused", status, response },
    );
  }

  sent(push: Push<P>): void {
    if (push.expectsReply === "reply") return;
    this.#unsent -= 1;
    this.#context.settle(push, { type: "sent" });
  }

  cancel(push: Push<P>, code: PushFailure, cause?: unknown): void {
    const waited = this.#queued?.delete(push) ?? false;
    const flew = push.ref !== null && (this.#inFlight?.delete(push.ref) ?? false);
    const unsent = code === "unsendable" && push.expectsReply === "none";
    if (unsent) this.#unsent -= 1;
    if (waited || flew || unsent) this.fail(push, code, cause);
  }

  /** Fails a push that is kept nowhere. */
  fail(push: Push<P>, code: PushFailure, cause?: unknown): void {
    const sent = push.ref !== null && code !== "unsendable";
    this.#context.settle(push, { type: "failed", code, sent, cause });
  }

  /** Fails all that await a reply: it can no longer come. */
  failInFlight(code: PushFailure): void {
    const inFlight = this.#inFlight;
    this.#inFlight = null;
    for (const push of inFlight?.values() ?? []) this.fail(push, code);
  }

  /** Fails all that wait to be sent. */
  failQueued(code: PushFailure): void {
    for (const push of this.dequeueAll()) this.fail(push, code);
  }
}
