// One session of long polling: what waits for its client, and the poll that waits for it.
import type { Carrier, Look } from "../connection/carrier.ts";
import { fromWire } from "../frame.ts";
import type { WebSocketListener } from "../connection/web-socket-listener.ts";

/** What a poll is answered: the statuses of Phoenix, which travel in the body. */
export type PollAnswer =
  | { readonly status: 200; readonly messages: readonly string[] }
  /** Nothing came in time: poll again. */
  | { readonly status: 204 }
  /** The session is over: begin another. `code`, for clients of ours, is what a WebSocket would have been closed with. */
  | { readonly status: 410; readonly code?: number };

export type Poll = (answer: PollAnswer) => void;

export interface PollTimes {
  /** How long a poll waits for a message, in ms. */
  readonly window: number;
  /** How long a session lives without a poll, in ms. */
  readonly patience: number;
}

export class PollSession implements Carrier {
  readonly kind = "longpoll";
  readonly inflating = null;
  readonly #times: PollTimes;
  readonly #tellsCode: boolean;
  #listener: WebSocketListener | null = null;
  #isOpen = true;
  #queue: string[] = [];
  #bytes = 0;
  #poll: Poll | null = null;
  #window: NodeJS.Timeout | null = null;
  #heardAt = performance.now();
  #flush: NodeJS.Immediate | null = null;
  #onDrained: (() => void) | null = null;

  constructor(times: PollTimes, tellsCode: boolean) {
    this.#times = times;
    this.#tellsCode = tellsCode;
  }

  /** Told of what the connection has to know. To be called once, before anything else. */
  listen(listener: WebSocketListener): void {
    this.#listener = listener;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get buffered(): number {
    return this.#bytes;
  }

  /** Messages of the client, as they came. */
  take(message: string): void {
    this.#heardAt = performance.now();
    this.#listener?.received(Buffer.from(message), false);
  }

  /**
   * Waits for messages, and is answered once: with all that wait, or when the window is over. A poll
   * that comes while another waits takes its place.
   */
  poll(poll: Poll): void {
    this.#answer({ status: 204 });
    if (!this.#isOpen) return poll({ status: 410 });
    this.#poll = poll;
    this.#window = setTimeout(() => this.#answer({ status: 204 }), this.#times.window);
    if (this.#queue.length > 0) this.#flushNow();
  }

  /** The poll's client has gone away. What waits is kept for the next one. */
  abandon(poll: Poll): void {
    if (this.#poll === poll) this.#forgetPoll();
  }

  write(wire: Buffer): void {
    const frame = fromWire(wire);
    if (typeof frame !== "string" || !this.#isOpen) return;
    this.#queue.push(frame);
    this.#bytes += wire.length;
    // What is said in one go is answered in one go.
    if (this.#poll !== null) this.#flush ??= setImmediate(() => this.#flushNow());
  }

  onceDrained(callback: () => void): boolean {
    if (this.#bytes === 0) return false;
    this.#onDrained = callback;
    return true;
  }

  /** By either side. What waits is still delivered to the poll that is there. */
  close(code: number): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (this.#queue.length > 0) this.#flushNow();
    this.#answer(this.#tellsCode ? { status: 410, code } : { status: 410 });
    this.#listener?.closing(code);
    this.#end(code);
  }

  reset(): void {
    this.#isOpen = false;
    this.#answer({ status: 410 });
    this.#end(1006);
  }

  look(now: number): Look {
    const unheard = this.#poll === null ? now - this.#heardAt : 0;
    return { silentFor: unheard >= this.#times.patience ? Infinity : 0, stuckFor: 0 };
  }

  #flushNow(): void {
    if (this.#flush !== null) clearImmediate(this.#flush);
    this.#flush = null;
    if (this.#poll === null) return;
    const messages = this.#queue;
    this.#queue = [];
    this.#bytes = 0;
    this.#answer({ status: 200, messages });
    const drained = this.#onDrained;
    this.#onDrained = null;
    drained?.();
  }

  #answer(answer: PollAnswer): void {
    const poll = this.#poll;
    this.#forgetPoll();
    poll?.(answer);
  }

  #forgetPoll(): void {
    if (this.#window !== null) clearTimeout(this.#window);
    this.#window = null;
    this.#poll = null;
    this.#heardAt = performance.now();
  }

  /** The connection is told in its own time, as by any carrier. */
  #end(code: number): void {
    const listener = this.#listener;
    this.#listener = null;
    if (this.#flush !== null) clearImmediate(this.#flush);
    this.#queue = [];
    this.#bytes = 0;
    if (listener !== null) queueMicrotask(() => listener.gone(code));
  }
}
