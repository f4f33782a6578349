// The account of who has stopped the reading, and for how long: S15 and S16 of SPEC.md.
import type { SessionOptions } from "../context.ts";
import type { Reading } from "../session/reading.ts";
import { check } from "./check.ts";
import type { TestEffect } from "./driver.ts";
import type { Step } from "./oracle.ts";

export class ReadingAccount {
  readonly #options: SessionOptions;
  readonly #holders = new Set<string>();
  /** When the transport was told to stop, or null while it reads. */
  #stoppedAt: number | null = null;
  #resumedAt = 0;
  /** The pauses of this connection that are over. */
  #pauses: (readonly [from: number, to: number])[] = [];
  #told: Reading = { type: "flowing" };

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  opened(now: number): void {
    this.#pauses = [];
    this.#resumedAt = now;
  }

  /** Whatever stopped it has gone with the connection. */
  closed(): void {
    this.#holders.clear();
    this.#stoppedAt = null;
  }

  /** An input to an open session. */
  take(step: Step, now: number): void {
    if (step.type === "pauseReading") this.#holders.add(step.holder);
    else if (step.type === "resumeReading") this.#holders.delete(step.holder);
    else if (step.type === "wake" && this.#isOver(now)) this.#holders.clear();
  }

  effect(effect: TestEffect, now: number): void {
    switch (effect.type) {
      case "pauseTransport":
        check(this.#stoppedAt === null, "S15: it stops the reading twice.");
        this.#stoppedAt = now;
        return;
      case "resumeTransport":
        check(this.#stoppedAt !== null, "S15: it resumes what goes on.");
        this.#pauses.push([this.#stoppedAt, now]);
        this.#stoppedAt = null;
        this.#resumedAt = now;
        return;
      case "readingChanged":
        this.#told = effect.reading;
        return;
      default:
    }
  }

  account(reading: Reading): void {
    check(reading === this.#told || reading.type === this.#told.type, "S15: it was not told.");
    const by = reading.type === "paused" ? reading.by : [];
    check(by.join() === [...this.#holders].join(), "S15: it is held by others.");
    check(by.length > 0 === (this.#stoppedAt !== null), "S15: it reads, and does not.");
  }

  timely(now: number): void {
    check(!this.#isOver(now), "S15: it does not read for ever.");
  }

  /** How much of the time from `from` to `now` was spent without reading. */
  deafSince(from: number, now: number): number {
    const pauses = [...this.#pauses, ...(this.#stoppedAt === null ? [] : [[this.#stoppedAt, now]])];
    return pauses.reduce(
      (sum, [start = 0, end = 0]) => sum + Math.max(0, end - Math.max(start, from)),
      0,
    );
  }

  /** Since when it has been reading. */
  readSince(now: number): number {
    return this.#stoppedAt === null ? this.#resumedAt : now;
  }

  #isOver(now: number): boolean {
    return this.#stoppedAt !== null && now >= this.#stoppedAt + this.#options.maxPause;
  }
}
