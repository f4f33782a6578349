// The lives of a client in module style: the first, and after a crash the next, if its policy says so.
import { STABLE_AFTER } from "@slipstream/core";
import { onAbort } from "../abort.ts";
import { Outcome, type Tally } from "../outcome.ts";
import type { Dial } from "../transport.ts";
import { Alarms } from "./alarms.ts";
import { NotRunningError, whyNotBegun } from "./errors.ts";
import { Life } from "./life.ts";
import type { Program } from "./program.ts";
import type { Crash, TerminateReason, Turn } from "./mail.ts";
import type { ResolvedModuleOptions } from "./options.ts";

/** Where a client in module style stands, as a value whose `type` tells the rest of its fields. */
export type ModuleState =
  /** `start()` has not been called. */
  | { readonly type: "idle" }
  | { readonly type: "running" }
  /** A callback is being waited for, `terminate` runs, or the connection is being closed. */
  | { readonly type: "stopping" }
  /** It crashed, and starts anew `delay` ms after the change to this state. */
  | {
      readonly type: "restarting";
      readonly attempt: number;
      readonly delay: number;
      readonly cause: TerminateReason;
    }
  /** Nothing is left, and nothing will happen until `start()` is called again. */
  | { readonly type: "stopped"; readonly reason: TerminateReason };

/** Whose lives these are. */
export interface Owner {
  /** A new life begins: what the last one kept is forgotten. */
  reset(): void;
  handle(turn: Turn): unknown;
}

export class Supervisor implements Program, Tally {
  readonly options: ResolvedModuleOptions;
  unobservedFailures = 0;
  unclaimedMessages = 0;
  droppedMessages = 0;
  invalidMessages = 0;
  invalidReplies = 0;
  lostMessages = 0;
  restarts = 0;
  readonly #owner: Owner;
  readonly #url: string | URL;
  readonly #dial: Dial;
  readonly #alarms: Alarms;
  #state: ModuleState = { type: "idle" };
  #life: Life | null = null;
  /** What the policy said of a life that crashed and has not ended yet; null if no other follows. */
  #restart: (ModuleState & { readonly type: "restarting" }) | null = null;
  /** Whether an `init` of this run was done. */
  #began = false;
  #attempt = 0;
  #bornAt = 0;
  #stopped: Promise<TerminateReason> | null = null;
  #resolveStopped: ((reason: TerminateReason) => void) | null = null;
  /** Why no other life is to begin when the present one, which crashed, has ended; null if one may. */
  #stopAsked: TerminateReason | null = null;
  /** For whoever asks to start while no life runs: settled when the next one has begun. */
  #next: Outcome<void> | null = null;
  #releaseSignal: (() => void) | null = null;

  constructor(owner: Owner, url: string | URL, options: ResolvedModuleOptions, dial: Dial) {
    this.options = options;
    this.#owner = owner;
    this.#url = url;
    this.#dial = dial;
    this.#alarms = new Alarms(options.socket.clock);
  }

  get tally(): Tally {
    return this;
  }

  get state(): ModuleState {
    const ending = this.#state.type === "running" && this.#life?.phase !== "running";
    return ending ? { type: "stopping" } : this.#state;
  }

  /** The present life. @throws {NotRunningError} where there is none. */
  get life(): Life {
    if (this.#life !== null && this.#life.phase !== "over") return this.#life;
    throw new NotRunningError(this.state.type);
  }

  /** The same, and it takes what the rest of the program sends. @throws {NotRunningError} where it does not. */
  get runningLife(): Life {
    if (this.#life?.phase === "running") return this.#life;
    throw new NotRunningError(this.state.type);
  }

  get waiting(): number {
    return this.#life?.waiting ?? 0;
  }

  /** Resolves with why it has ended for good; never, if it was not started. */
  get stopped(): Promise<TerminateReason> {
    this.#stopped ??= new Promise((resolve) => {
      this.#resolveStopped = resolve;
    });
    return this.#stopped;
  }

  start(): Outcome<void> {
    switch (this.state.type) {
      case "running":
        if (this.#life !== null) return this.#life.begun;
        break;
      case "stopping":
      case "restarting":
        return (this.#next ??= new Outcome<void>(this));
      case "stopped":
        this.#stopped = null;
        break;
      case "idle":
    }
    return this.#run();
  }

  stop(reason: TerminateReason): Promise<TerminateReason> {
    const { type } = this.state;
    if (type === "idle") return Promise.resolve(reason);
    this.#next?.reject(whyNotBegun(reason));
    this.#next = null;
    if (type === "restarting") this.#conclude(reason);
    else if (type === "stopping") this.#stopAsked ??= reason;
    else if (type === "running") void this.#life?.stop(reason);
    return this.stopped;
  }

  reset(): void {
    this.#owner.reset();
  }

  handle(turn: Turn): unknown {
    return this.#owner.handle(turn);
  }

  crashed(cause: Crash, hasBegun: boolean): number | false {
    this.#began ||= hasBegun;
    // Whoever starts it is told that it cannot start: nothing is gained by trying that again.
    if (!this.#began) return false;
    const now = this.options.socket.clock.now();
    if (now - this.#bornAt >= STABLE_AFTER) this.#attempt = 0;
    const attempt = this.#attempt;
    this.#attempt += 1;
    const delay = this.options.restart({ attempt, cause, again: true, random: Math.random });
    if (delay === false) return false;
    this.#restart = { type: "restarting", attempt, delay, cause };
    return this.#stopAsked === null && delay;
  }

  lost(count: number): void {
    this.lostMessages += count;
  }

  #run(): Outcome<void> {
    // Whoever asks from now on is told of the end of this run.
    void this.stopped;
    this.#began = false;
    this.#attempt = 0;
    this.#stopAsked = null;
    const life = this.#beginLife();
    this.#releaseSignal ??= onAbort(this.options.socket.signal, (cause) => {
      void this.stop({ type: "aborted", cause });
    });
    return life.begun;
  }

  #beginLife(): Life {
    this.#bornAt = this.options.socket.clock.now();
    this.#state = { type: "running" };
    const life = new Life(this, this.#url, this.#dial);
    this.#life = life;
    void life.ended.then((reason) => this.#ended(reason));
    return life;
  }

  #ended(reason: TerminateReason): void {
    const restart = this.#restart;
    this.#restart = null;
    if (restart === null) return this.#conclude(reason);
    if (this.#stopAsked !== null) return this.#conclude(this.#stopAsked);
    this.#state = restart;
    this.#alarms.set(restart.delay, () => {
      this.restarts += 1;
      this.#goOn(this.#beginLife().begun);
    });
  }

  #conclude(reason: TerminateReason): void {
    this.#alarms.clear();
    this.#releaseSignal?.();
    this.#releaseSignal = null;
    this.#state = { type: "stopped", reason };
    this.#resolveStopped?.(reason);
    this.#resolveStopped = null;
    if (this.#next !== null) this.#goOn(this.start());
  }

  /** Tells whoever waits for the next life whether it has begun. To all others, its end tells that it could not. */
  #goOn(begun: Outcome<void>): void {
    const next = this.#next;
    this.#next = null;
    begun.then(
      () => next?.resolve(),
      (error: unknown) => next?.reject(error),
    );
  }
}
