// The account of a session's connection and its attempts: the letters S of SPEC.md.
import type { SessionOptions } from "../context.ts";
import type { EndReason } from "../end-reason.ts";
import { STABLE_AFTER } from "../retry.ts";
import type { Session } from "../session/session.ts";
import type { SessionState } from "../session/state.ts";
import { check, Tally } from "./check.ts";
import type { TestEffect } from "./driver.ts";
import type { Step } from "./oracle.ts";
import { ReadingAccount } from "./reading-account.ts";

/** How late, in ms, a retry must be for its delay to begin anew, and how long it is then at most. */
const SLEPT = 10_000;
const SPREAD = 1_000;

/** Which states may follow which. "ended" may be told in passing, and waiting begins anew after sleep. */
const MOVES: Readonly<Record<SessionState["type"], readonly SessionState["type"][]>> = {
  idle: ["connecting", "ended"],
  connecting: ["connecting", "open", "closing", "waiting", "ended"],
  open: ["closing", "waiting", "ended"],
  closing: ["closing", "waiting", "ended"],
  waiting: ["connecting", "waiting", "ended"],
  ended: ["connecting"],
};

export class ConnectionAccount {
  readonly #options: SessionOptions;
  #transport: "none" | "dialling" | "open" | "closing" = "none";
  #wasReset = false;
  #state: SessionState;
  #since = 0;
  #attempts = 0;
  #attemptLives = false;
  readonly #ends = new Tally();
  #openedAt = 0;
  #heardAt = 0;
  readonly #reading: ReadingAccount;
  /** When a wake came late: the silence before it says nothing. */
  #sleptUntil = 0;
  #received = 0;
  /** How many retries there were since the connection last was stable, and for which one was asked. */
  #retries = 0;
  #asked: number[] = [];
  /** Credentials have versions. Which one was given, dialled with, and refused. */
  #given = 0;
  #dialled = 0;
  #refused: number | null = null;

  constructor(options: SessionOptions, state: SessionState) {
    this.#options = options;
    this.#state = state;
    this.#reading = new ReadingAccount(options);
  }

  get isOpen(): boolean {
    return this.#transport === "open";
  }

  /** The policy for reconnects was asked. */
  asked(attempt: number): void {
    this.#asked.push(attempt);
  }

  /** Credentials of this version will be given next. */
  giving(version: number): void {
    this.#given = version;
  }

  take(step: Step, now: number): void {
    if (this.isOpen) this.#reading.take(step, now);
    switch (step.type) {
      case "transportOpened":
        if (this.#transport !== "dialling") return;
        this.#transport = "open";
        this.#openedAt = now;
        this.#heardAt = now;
        this.#reading.opened(now);
        return;
      case "closeReceived":
        this.#lose(now);
        return;
      case "transportClosed":
        this.#lose(now);
        if (this.#transport === "dialling" && isRefusal(step.end.rejected?.status)) {
          this.#refused = this.#dialled;
        }
        this.#transport = "none";
        return;
      case "messageReceived":
        if (this.isOpen) this.#received += 1;
        this.#heardAt = now;
        return;
      case "frameRejected":
        this.#heardAt = now;
        return;
      case "connectSocket":
        // Whoever connects after the end may try anything again.
        if (this.#state.type === "ended" || this.#state.type === "idle") this.#startSeries();
        return;
      default:
    }
  }

  #startSeries(): void {
    this.#refused = null;
    this.#retries = 0;
  }

  #lose(now: number): void {
    if (!this.isOpen) return;
    this.#transport = "closing";
    this.#reading.closed();
    if (now - this.#openedAt >= STABLE_AFTER) this.#retries = 0;
  }

  effect(effect: TestEffect, now: number): void {
    switch (effect.type) {
      case "resolveCredentials":
        check(!this.#attemptLives, "S1: an attempt begins while another lives.");
        this.#attemptLives = true;
        this.#attempts += 1;
        return;
      case "dialServer":
        check(this.#transport === "none", "S2: it dials while a transport lives.");
        check(effect.serial === this.#attempts, "S7: it dials for an attempt that is over.");
        check(this.#refused !== this.#given, "S9: refused credentials are sent again.");
        this.#refused = null;
        this.#dialled = this.#given;
        this.#transport = "dialling";
        this.#wasReset = false;
        return;
      case "sendMessage":
        check(this.isOpen, "S3: it sends on what is not open.");
        return;
      case "resolveParams":
        check(this.isOpen, "C1: it joins without a connection.");
        return;
      case "pauseTransport":
      case "resumeTransport":
        check(this.isOpen, "S15: it stops or resumes the reading of what is not open.");
        this.#reading.effect(effect, now);
        return;
      case "readingChanged":
        this.#reading.effect(effect, now);
        return;
      case "closeTransport":
        check(this.isOpen, "S3: it closes what is not open.");
        this.#lose(now);
        return;
      case "resetTransport":
        check(this.#transport !== "none", "S5: it resets what is not there.");
        check(!this.#wasReset, "S5: it resets twice.");
        this.#lose(now);
        this.#transport = "closing";
        this.#wasReset = true;
        return;
      case "connectionEnded":
        this.#ended(effect.end.reason);
        return;
      case "sessionChanged":
        this.#changed(effect.state, now);
        return;
      default:
    }
  }

  #ended(reason: EndReason): void {
    check(this.#attemptLives, "S1: an attempt ends twice.");
    check(this.#transport === "none", "S1: an attempt ends before its transport.");
    this.#attemptLives = false;
    this.#ends.add(reason.type);
  }

  #changed(state: SessionState, now: number): void {
    const { type } = this.#state;
    check(MOVES[type].includes(state.type), `The session goes from ${type} to ${state.type}.`);
    if (state.type === "waiting" && this.#state.type === "waiting") {
      const late = now - this.#since - this.#state.delay;
      check(late >= SLEPT, "S17: its delay begins anew, and it did not sleep.");
      check(state.attempt === 0 && state.delay < SPREAD, "S17: it does not begin anew.");
      this.#retries = 0;
    } else if (state.type === "waiting") {
      const asked = this.#asked.shift();
      check(asked === this.#retries, `S8: retry ${asked}, and ${this.#retries} was expected.`);
      this.#retries += 1;
    } else if (state.type === "ended") {
      this.#asked = [];
      this.#startSeries();
    }
    if (state.type === "closing" && state.reason?.type === "heartbeatTimeout" && type === "open") {
      const silence = now - this.#heardAt - this.#reading.deafSince(this.#heardAt, now);
      check(silence >= (this.#options.heartbeat?.timeout ?? Infinity), "S10: it was not silent.");
    }
    if (!waitsOn(this.#state, state)) this.#since = now;
    this.#state = state;
  }

  account({ counters, state, reading }: Session<string, string>): void {
    this.#reading.account(reading);
    check(state === this.#state, "A state of the session was not told.");
    const lives = state.type === "connecting" || state.type === "open" || state.type === "closing";
    check(lives === this.#attemptLives, "S1: the state does not fit the attempts.");
    check(counters.attempts === this.#attempts, "S1: attempts are counted wrongly.");
    this.#ends.check(counters.endsByReason, "S1: ends");
    check(counters.messagesReceived === this.#received, "Messages are counted wrongly.");
    check((state.type === "open") === this.isOpen, "S3: open, and not open.");
  }

  timely(now: number): void {
    const state = this.#state;
    const lasted = now - this.#since;
    if (state.type === "connecting") {
      check(lasted < this.#options.connectTimeout, "S6: it connects for ever.");
    } else if (state.type === "closing" && state.step !== "reset") {
      check(lasted < this.#options.closeTimeout, "S5: it closes for ever.");
    } else if (state.type === "waiting") {
      check(lasted < state.delay, "S8: it waits too long.");
    }
    this.#reading.timely(now);
    const { heartbeat } = this.#options;
    if (heartbeat === null || !this.isOpen) return;
    const { interval, timeout } = heartbeat;
    const patience = Math.max(interval + timeout, 2 * timeout);
    const silence = now - Math.max(this.#heardAt, this.#sleptUntil, this.#reading.readSince(now));
    check(silence < patience, "S10: the server is silent, and it is still open.");
  }

  slept(until: number): void {
    this.#sleptUntil = until;
  }
}

function isRefusal(status: number | undefined): boolean {
  return status === 401 || status === 403;
}

/** Whether a change of state leaves the deadline as it is. */
function waitsOn(before: SessionState, after: SessionState): boolean {
  if (before.type === "closing" && after.type === "closing") return before.step === after.step;
  return before.type === "connecting" && after.type === "connecting";
}
