// One channel of the client, every call on it and all that it tells reported to the model. Decides
// nothing: what is called when is the life's.
import type { Channel, Messages, Overflow } from "@slipstream/client";
import { fromPayload, type Stamp } from "../decisions/order.ts";
import type { ChannelObservation } from "../model/observation.ts";
import { settledOf, watchPromise } from "./settled.ts";
import { PUSH_TIMEOUT } from "./socket-options.ts";

export type See = (observation: ChannelObservation) => void;

export interface PushCall {
  readonly name: string;
  readonly event: string;
  readonly payload: unknown;
  readonly form: "json" | "bytes" | "unsendable";
  readonly expects: "reply" | "none";
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  readonly look: "observed" | "unobserved";
}

export interface ReadCall {
  readonly event: string | undefined;
  readonly limit: number;
  readonly overflow: Overflow;
  readonly count: number;
  /** Waits before each message. */
  readonly pace: () => Promise<void>;
}

export class WatchedChannel {
  readonly channel: Channel;
  readonly #see: See;
  readonly #isOpen: () => boolean;
  readonly #nextNumber: () => number;
  readonly #loops = new Set<Messages<unknown>>();
  #isTapped = false;

  constructor(channel: Channel, see: See, isOpen: () => boolean, nextNumber: () => number) {
    this.channel = channel;
    this.#see = see;
    this.#isOpen = isOpen;
    this.#nextNumber = nextNumber;
    channel.onState((state) => {
      see({ type: "channelChanged", state, isCurrent: state === channel.state });
    });
  }

  join(signal: AbortSignal | undefined, listen: "early" | "late"): void {
    if (listen === "early" || this.#isTapped) this.tap("early");
    const call = this.#nextNumber();
    this.#see({ type: "joinCalled", call });
    const joined = this.channel.join(signal === undefined ? {} : { signal });
    watchPromise(joined, (settled) => {
      this.#see({ type: "joinSettled", call, settled });
      if (settled.type === "resolved") this.tap("late");
    });
  }

  leave(timeout: number | null): void {
    const call = this.#nextNumber();
    const state = this.channel.state.type;
    this.#see({ type: "leaveCalled", call, timeout, state, isOpen: this.#isOpen() });
    watchPromise(this.channel.leave(timeout === null ? {} : { timeout }), (settled) => {
      this.#see({ type: "leaveSettled", call, settled, isOpen: this.#isOpen() });
    });
  }

  push(call: PushCall): void {
    const { name, event, payload, form, expects, signal, look } = call;
    const timeout = expects === "none" ? PUSH_TIMEOUT : call.timeout;
    const state = this.channel.state.type;
    this.#see({ type: "pushCalled", push: name, expects, timeout, form, look, state });
    if (signal?.aborted === true) this.#see({ type: "pushAborted", push: name });
    const pushed =
      expects === "none"
        ? this.channel.send(event, payload)
        : this.channel.push(
            event,
            payload,
            signal === undefined ? { timeout } : { timeout, signal },
          );
    if (look === "unobserved") return;
    watchPromise(pushed, (settled) => this.#see({ type: "pushSettled", push: name, settled }));
  }

  /** Hears everything from here on, behind all handlers by event. */
  tap(listen: "early" | "late"): void {
    if (this.#isTapped && listen === "late") return;
    this.#see({ type: "tapped", listen });
    if (this.#isTapped) return;
    this.#isTapped = true;
    this.channel.onMessage(({ event, payload }) => {
      this.#see({ type: "messageSeen", event, stamp: stampOf(payload) });
    });
  }

  /** Adds a handler. Returns the function that removes it. */
  listen(event: string, act: () => unknown): () => void {
    if (!this.#isTapped) this.tap("late");
    const handler = this.#nextNumber();
    this.#see({ type: "handlerAdded", handler, event });
    const remove = this.channel.on(event, (payload) => {
      this.#see({ type: "handlerCalled", handler, stamp: stampOf(payload) });
      return act();
    });
    return () => {
      remove();
      this.#see({ type: "handlerRemoved", handler });
    };
  }

  async read({ event, limit, overflow, count, pace }: ReadCall): Promise<void> {
    if (!this.#isTapped) this.tap("late");
    const reader = this.#nextNumber();
    this.#see({ type: "readerOpened", reader, event, limit, overflow });
    const messages = this.channel.messages(event, { limit, overflow });
    this.#loops.add(messages);
    let left = count;
    let how: "ended" | "broke" | "failed" = "ended";
    let code: string | null = null;
    try {
      for await (const { payload } of messages) {
        this.#see({ type: "readerRead", reader, stamp: stampOf(payload), size: messages.size });
        await pace();
        left -= 1;
        if (left > 0 && this.#loops.has(messages)) continue;
        how = "broke";
        break;
      }
    } catch (error) {
      how = "failed";
      const settled = settledOf(error);
      code = settled.code;
    }
    if (!this.#loops.delete(messages)) how = "broke";
    this.#see({ type: "readerEnded", reader, how, code, dropped: messages.dropped });
  }

  /**
   * To be called when nothing will be joined any more. Loops over what is left to read break off,
   * and those over a channel that never was joined: nothing else would end them.
   */
  endLoops(): void {
    const isIdle = this.channel.state.type === "idle";
    for (const loop of this.#loops) {
      if (!isIdle && loop.size === 0) continue;
      this.#loops.delete(loop);
      if (isIdle) void loop.return?.();
    }
  }
}

function stampOf(payload: unknown): Stamp {
  const { m, seq, g, b, from } = fromPayload(payload) as Partial<Stamp>;
  return {
    g: g ?? -1,
    b: b ?? -1,
    ...(m === undefined ? {} : { m }),
    ...(seq === undefined ? {} : { seq }),
    ...(from === undefined ? {} : { from }),
  };
}
