// One life of a client in module style, from its init to its end: turns are taken one at a time, and
// nothing that belongs to it is left behind.
import { OverflowError } from "../errors.ts";
import { Outcome } from "../outcome.ts";
import { sayCrashed } from "../sentences.ts";
import type { Dial } from "../transport.ts";
import { Alarms } from "./alarms.ts";
import { Awaits, type Awaited, type Patience } from "./awaits.ts";
import { Call, REPLY_LATER } from "./call.ts";
import { AwaitError, CallError, MailboxFullError, whyNotBegun } from "./errors.ts";
import { giveWay, isThenable } from "./give-way.ts";
import {
  CALLBACKS,
  type CallbackName,
  type ControlMail,
  type Crash,
  type MessageMail,
  type TerminateReason,
  type Turn,
} from "./mail.ts";
import { Mailbox } from "./mailbox.ts";
import { ManualSocket } from "./manual-socket.ts";
import type { Program } from "./program.ts";
import { within } from "./within.ts";

type Phase =
  | "running"
  /** It is to end, and waits for the callback that runs. */
  | "stopping"
  /** Its `terminate` runs. */
  | "terminating"
  | "over";

/** After so many turns, others get one. */
const TURNS = 100;

export class Life {
  readonly socket: ManualSocket;
  readonly alarms: Alarms;
  /** Resolves when `init` is done, and rejects with what it threw. */
  readonly begun: Outcome<void>;
  /** Resolves when nothing is left. */
  readonly ended: Promise<TerminateReason>;
  readonly #program: Program;
  readonly #mailbox: Mailbox;
  readonly #awaits: Awaits;
  /** Calls without an answer yet. */
  readonly #calls = new Set<Call>();
  /** Turns that come before all mail: the init, and what callbacks go on with. */
  readonly #ahead: Turn[] = [{ type: "init" }];
  #phase: Phase = "running";
  /** The turns that are being taken, or null while there are none to take. */
  #taking: Promise<void> | null = null;
  #hasBegun = false;
  /** Whether there is anything that `terminate` could put in order. */
  #initWasCalled = false;
  /** Whether it was said that there is no room for what `sendAfter` sends. */
  #saidFull = false;
  #resolveEnded: (reason: TerminateReason) => void = () => {};

  constructor(program: Program, url: string | URL, dial: Dial) {
    const { tally, options } = program;
    this.#program = program;
    this.begun = new Outcome<void>(tally);
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.alarms = new Alarms(options.socket.clock);
    this.#mailbox = new Mailbox({
      limit: options.limit,
      overflow: options.overflow,
      onDropped: () => {
        tally.droppedMessages += 1;
      },
      onOverflow: (topic, policy) => this.#overflow(topic, policy),
    });
    this.#awaits = new Awaits(this.#mailbox, tally, this.alarms.set);
    this.socket = new ManualSocket(url, options, dial, this.alarms.set, (mail) => this.#tell(mail));
    this.#wake();
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Whether its `init` is done. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** How much waits to be handled. */
  get waiting(): number {
    return this.#mailbox.size;
  }

  /** Hands a message of the program to a callback, in its turn. */
  send(type: "info" | "cast", message: unknown): void {
    if (!this.#mailbox.putProgram({ type, message })) {
      throw new MailboxFullError(this.#program.options.limit);
    }
    this.#wake();
  }

  /** The same for `handleInfo`, `delay` ms from now. Nobody is left to be refused then: it is counted, and said once. */
  sendAfter(delay: number, message: unknown): () => void {
    return this.alarms.set(delay, () => {
      if (this.#phase !== "running") return;
      if (this.#mailbox.putProgram({ type: "info", message })) return this.#wake();
      const { limit, socket } = this.#program.options;
      this.#program.lost(1);
      if (this.#saidFull) return;
      this.#saidFull = true;
      const { message: why } = new MailboxFullError(limit);
      socket.logger.warn(`slipstream: what sendAfter was to send now is lost, and counted: ${why}`);
    });
  }

  /** Asks the program's `handleCall`, in its turn. */
  call(request: unknown, patience: Patience): Outcome<unknown> {
    const { tally, options } = this.#program;
    const call = new Call(tally, patience, this.alarms.set);
    if (call.settled) return call;
    // Those that are to be answered later wait elsewhere, and are as many at most.
    const room = this.#calls.size < options.limit;
    if (!room || !this.#mailbox.putProgram({ type: "call", request, call })) {
      call.reject(new MailboxFullError(options.limit));
      return call;
    }
    this.#calls.add(call);
    call.releaseWhenSettled(() => this.#calls.delete(call));
    this.#wake();
    return call;
  }

  /** Goes on with `message` right after the callback that runs, before anything that waits. */
  continueWith(message: unknown): void {
    const { limit } = this.#program.options;
    if (this.#ahead.length >= limit) throw new MailboxFullError(limit);
    this.#ahead.push({ type: "continue", message });
    this.#wake();
  }

  receive<T>(awaited: Awaited<T>, patience: Patience): Outcome<T> {
    if (this.#phase === "running" || this.#phase === "terminating") {
      return this.#awaits.receive(awaited, patience);
    }
    const outcome = new Outcome<T>(this.#program.tally);
    outcome.reject(new AwaitError(awaited.what, { type: "stopped" }));
    return outcome;
  }

  /** Ends it: the callback that runs is waited for, `terminate` is run, and the connection is closed. */
  stop(reason: TerminateReason): Promise<TerminateReason> {
    if (this.#phase === "running") void this.#end(reason);
    return this.ended;
  }

  #tell(mail: MessageMail | ControlMail): void {
    if (this.#phase === "over" || this.#awaits.offer(mail)) return;
    if (this.#phase !== "running") return;
    if (mail.type === "message") this.#mailbox.putMessage(mail);
    else this.#mailbox.putControl(mail);
    this.#wake();
  }

  #wake(): void {
    if (this.#phase === "running") this.#taking ??= this.#takeTurns();
  }

  async #takeTurns(): Promise<void> {
    // Whatever is being told right now is told to the end first.
    await Promise.resolve();
    for (let turns = 1; this.#phase === "running"; turns++) {
      const turn = this.#ahead.shift() ?? this.#mailbox.take();
      if (turn === undefined) break;
      try {
        const result = this.#take(turn);
        // Most callbacks return nothing: those that do not wait are not waited for.
        if (isThenable(result)) await result;
      } catch (error) {
        this.#failed(CALLBACKS[turn.type], error);
      }
      if (turns % TURNS === 0) await giveWay();
    }
    this.#taking = null;
  }

  #take(turn: Turn): unknown {
    switch (turn.type) {
      case "init":
        return this.#begin(turn);
      case "call":
        // The caller may have given up meanwhile.
        return turn.call.settled ? undefined : this.#answer(turn, turn.call);
      default:
        return this.#program.handle(turn);
    }
  }

  async #begin(turn: Turn): Promise<void> {
    this.#program.reset();
    this.#initWasCalled = true;
    await this.#program.handle(turn);
    this.#hasBegun = true;
    this.begun.resolve();
  }

  async #answer(turn: Turn, call: Call): Promise<void> {
    const answer = await this.#program.handle(turn);
    if (answer !== REPLY_LATER) call.reply(answer);
  }

  #failed(callback: CallbackName, error: unknown): void {
    const { logger } = this.#program.options.socket;
    const { gaveUp } = this.socket;
    if (this.#phase === "running" && gaveUp !== null && error === gaveUp) {
      // No fault of the program's: one line says it all.
      logger.error(`slipstream: the client ends. ${gaveUp.message}`);
      void this.#end({ type: "gaveUp", error: gaveUp });
    } else if (this.#phase === "running") {
      this.#crashed({ type: "crashed", callback, error });
    } else if (!(error instanceof AwaitError && error.code === "stopped")) {
      logger.error(sayCrashed(callback, null), error);
    }
  }

  #crashed(reason: Crash): void {
    // The policy is the program's, and may stop the client.
    this.#phase = "stopping";
    const delay = this.#program.crashed(reason, this.#hasBegun);
    this.#program.options.socket.logger.error(sayCrashed(reason.callback, delay), reason.error);
    void this.#end(reason);
  }

  #overflow(topic: string, policy: "leave" | "close" | "fail"): void {
    const { limit, socket } = this.#program.options;
    const error = new OverflowError(`Messages of ${topic}`, limit);
    switch (policy) {
      case "fail":
        return this.#failed("handleMessage", error);
      case "close":
        socket.logger.warn(`slipstream: the connection is closed: ${error.message}`);
        return this.socket.core.overflow(`the mailbox of ${topic}`);
      case "leave":
        socket.logger.warn(`slipstream: ${topic} is left: ${error.message}`);
        return this.socket.topics.leave(topic);
    }
  }

  async #end(reason: TerminateReason): Promise<void> {
    this.#phase = "stopping";
    this.#awaits.stop();
    if (this.#taking !== null) {
      await this.#within("The callback that was running", this.#taking);
    }
    this.#phase = "terminating";
    this.#refuseWhatWaits(reason);
    if (this.#initWasCalled) await this.#within("terminate", this.#terminate(reason));
    this.#phase = "over";
    this.#awaits.stop();
    this.alarms.clear();
    await this.socket.disconnect(1000, "");
    if (!this.#hasBegun) this.begun.reject(whyNotBegun(reason));
    this.#resolveEnded(reason);
  }

  #refuseWhatWaits(reason: TerminateReason): void {
    this.#ahead.length = 0;
    const waiting = this.#mailbox.clear();
    this.#program.lost(waiting.filter(({ type }) => type !== "call").length);
    for (const call of this.#calls) {
      call.reject(
        new CallError(
          reason.type === "crashed"
            ? { type: "crashed", cause: reason.error }
            : { type: "stopped" },
        ),
      );
    }
  }

  async #terminate(reason: TerminateReason): Promise<void> {
    try {
      await this.#program.handle({ type: "terminate", reason });
    } catch (error) {
      this.#failed("terminate", error);
    }
  }

  /** Waits for `work`, but not longer than `shutdownTimeout`. `what` names it. */
  #within(what: string, work: Promise<void>): Promise<void> {
    const { shutdownTimeout, socket } = this.#program.options;
    return within(shutdownTimeout, what, work, this.alarms.set, socket.logger);
  }
}
