// Whether frames are read. The program may stop the reading of TCP, and only for so long: one
// connection carries every topic, and what is not read here piles up at the server.
import type { Context } from "../context.ts";
import type { Deadline } from "../deadlines.ts";
import type { Heartbeat } from "./heartbeat.ts";

/** Whether frames are read, and if not, who wants it so. Holders are kept, since two of them must not fight. */
export type Reading =
  | { readonly type: "flowing" }
  /** It flows again when the last one of these lets go, or after `maxPause`. */
  | { readonly type: "paused"; readonly by: readonly string[] };

/** Why reading stopped or went on. */
export type ReadingChange =
  /** The program asked for it. */
  | "asked"
  /** It had been stopped for `maxPause`. */
  | "maxPause"
  /** The connection is not open any more. */
  | "closed";

export const FLOWING: Reading = { type: "flowing" };

/** Ms that the server is given at least when reading goes on: what it said meanwhile is unread. */
const UNREAD = 1_000;

/** Stops reading, and lets it go on. Made by `readerOf`, by whoever can pause at all. */
export class Reader<C, P> implements Deadline {
  at: number = Infinity;
  slot: number = -1;
  readonly #context: Context<C, P>;
  readonly #heartbeat: Heartbeat<C, P>;
  #reading: Reading = FLOWING;
  /** When reading was stopped. */
  #since = 0;

  constructor(context: Context<C, P>, heartbeat: Heartbeat<C, P>) {
    this.#context = context;
    this.#heartbeat = heartbeat;
  }

  get reading(): Reading {
    return this.#reading;
  }

  get #holders(): readonly string[] {
    return this.#reading.type === "paused" ? this.#reading.by : [];
  }

  /** Stops the reading, or joins those who have stopped it. That does not make it last longer. */
  hold(holder: string): void {
    const by = this.#holders;
    if (by.includes(holder)) return;
    if (by.length === 0) {
      const { deadlines, now, options } = this.#context;
      deadlines.set(this, now + options.maxPause);
      this.#since = now;
      this.#heartbeat.isDeaf = true;
      this.#heartbeat.wait();
      this.#context.emit({ type: "pauseTransport" });
    }
    this.#become({ type: "paused", by: [...by, holder] }, "asked");
  }

  /** Takes back one hold. The last one lets reading go on. */
  letGo(holder: string): void {
    const held = this.#holders;
    const by = held.filter((other) => other !== holder);
    if (by.length === held.length) return;
    if (by.length === 0) this.#resume("asked");
    else this.#become({ type: "paused", by }, "asked");
  }

  expire(): void {
    this.#resume("maxPause");
  }

  /** The connection is not open any more. Its transport goes on reading by itself, to see the end. */
  stop(): void {
    if (this.#reading.type === "flowing") return;
    this.#context.deadlines.clear(this);
    this.#become(FLOWING, "closed");
  }

  #resume(why: ReadingChange): void {
    const { deadlines, now, options } = this.#context;
    deadlines.clear(this);
    // The silence before the pause counts; the pause itself does not.
    const silence = Math.max(0, this.#since - this.#heartbeat.silentSince);
    const counted = Math.max(0, (options.heartbeat?.timeout ?? 0) - UNREAD);
    this.#heartbeat.isDeaf = false;
    this.#heartbeat.heard(now - Math.min(silence, counted));
    this.#heartbeat.wait();
    this.#context.emit({ type: "resumeTransport" });
    this.#become(FLOWING, why);
  }

  #become(reading: Reading, why: ReadingChange): void {
    this.#reading = reading;
    this.#context.emit({ type: "readingChanged", reading, why });
  }
}
