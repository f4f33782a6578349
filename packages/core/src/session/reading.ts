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

export class Reader<C, P> implements Deadline {
  at: number = Infinity;
  slot: number = -1;
  readonly #context: Context<C, P>;
  readonly #heartbeat: Heartbeat<C, P>;
  #reading: Reading = FLOWING;

  constructor(context: Context<C, P>, heartbeat: Heartbeat<C, P>) {
    this.#context = context;
    this.#heartbeat = heartbeat;
  }

  get reading(): Reading {
    return this.#reading;
  }

  /** Stops the reading, or joins those who have stopped it. That does not make it last longer. */
  hold(holder: string): void {
    const by = this.#reading.type === "paused" ? this.#reading.by : [];
    if (by.includes(holder)) return;
    if (by.length === 0) {
      const { deadlines, now, options } = this.#context;
      deadlines.set(this, now + options.maxPause);
      this.#heartbeat.pause();
      this.#context.emit({ type: "pauseTransport" });
    }
    this.#become({ type: "paused", by: [...by, holder] }, "asked");
  }

  /** Takes back one hold. The last one lets reading go on. */
  letGo(holder: string): void {
    if (this.#reading.type === "flowing" || !this.#reading.by.includes(holder)) return;
    const by = this.#reading.by.filter((other) => other !== holder);
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
    this.#context.deadlines.clear(this);
    this.#heartbeat.resume();
    this.#context.emit({ type: "resumeTransport" });
    this.#become(FLOWING, why);
  }

  #become(reading: Reading, why: ReadingChange): void {
    this.#reading = reading;
    this.#context.emit({ type: "readingChanged", reading, why });
  }
}
