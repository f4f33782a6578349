// The turns of one channel, on its connection's account: what waits weighs on it, what takes its time
// holds it open, and each callback is told to whoever wants to know.
import type { Line, Lingering } from "./membership-host.ts";
import { callbackOf, eventOf } from "./call-for.ts";
import type { ChannelEnd } from "../end-reason.ts";
import { quote } from "../logger.ts";
import type { Item } from "./membership-phase.ts";
import type { Outcome } from "./outcome.ts";
import { callbackSpan, fail, settle, type Placed } from "../telemetry/callback-span.ts";
import type { Span } from "../telemetry/span.ts";
import type { CallbackTrace } from "../telemetry/traces.ts";
import { Turns } from "./turns.ts";

export abstract class ChannelTurns extends Turns<Item> implements Placed, Lingering {
  abstract readonly topic: string;
  abstract readonly pattern: string;
  protected readonly line: Line;
  /** Of the callback that is at work, if anybody wants to know. */
  #span: Span<CallbackTrace> | null = null;

  constructor(line: Line) {
    super(line.limits.maxQueued);
    this.line = line;
  }

  get server(): object {
    return this.line.scope.server;
  }

  get path(): string {
    return this.line.endpoint.path;
  }

  /** Is the item one for a callback, as things are now? */
  protected abstract hasCallback(item: Item): boolean;
  /** Ends it from outside, if it has not ended. */
  abstract end(reason: ChannelEnd): void;
  /** Calls the callback that the item is for. May return a promise, and may throw. */
  protected abstract callback(item: Item): unknown;

  protected override call(item: Item): unknown {
    if (!this.hasCallback(item)) return undefined;
    this.#span = callbackSpan(item, this);
    return this.#span === null ? this.callback(item) : this.#span.call(() => this.callback(item));
  }

  /** What became of the last call. @param wasOver the channel had ended before it returned. */
  protected told(outcome: Outcome, wasOver: boolean): void {
    if (this.#span !== null) settle(this.#span, outcome, wasOver);
    this.#span = null;
  }

  protected toldFailure(item: Item, error: unknown): void {
    if (this.#span !== null) fail(this.#span, error);
    this.#span = null;
    const { counters, logger } = this.line.scope;
    const callback = callbackOf(item);
    if (callback !== null) counters.callbacksFailed[callback] += 1;
    const channel = `channel ${quote(this.topic)}`;
    const event = eventOf(item);
    logger.error(
      callback === "terminate"
        ? `The terminate of the ${channel} failed.`
        : `The ${channel} crashed at ${event === undefined ? callback : quote(event)}.`,
      error,
    );
  }

  look(now: number): boolean {
    const { limits, scope } = this.line;
    const item = this.overdue(now, limits.handlerTimeout);
    const callback = item === null ? null : callbackOf(item);
    if (item === null || callback === null) {
      return this.isTimed && limits.handlerTimeout < Infinity;
    }
    scope.counters.callbacksOverdue[callback] += 1;
    const event = eventOf(item);
    const at = event === undefined ? "" : ` at ${quote(event)}`;
    scope.logger.error(
      `The ${callback} of the channel ${quote(this.topic)} exceeds handlerTimeout${at}.`,
    );
    this.end({ type: "handlerTimeout" });
    return false;
  }

  /** A message was handled by nobody. */
  protected dropped(): void {
    this.line.scope.counters.messagesDropped += 1;
  }

  protected override began(): void {
    this.line.began();
  }

  protected override finished(): void {
    this.line.finished();
  }

  protected override hasRoom(bytes: number): boolean {
    const { queuedBytes, limits } = this.line;
    return queuedBytes === 0 || queuedBytes + bytes <= limits.maxQueuedBytes;
  }

  protected override weighed(items: 1 | -1, bytes: number): void {
    const { counters } = this.line.scope;
    counters.queuedMessages += items;
    counters.queuedBytes += bytes;
    this.line.queuedBytes += bytes;
  }
}
