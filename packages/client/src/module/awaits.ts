// Awaiting in the middle of a callback: what is awaited is taken out of the mailbox, or caught before
// it gets there, so that it comes although the callback that waits for it holds up everything else.
import { onAbort } from "../abort.ts";
import { Outcome, type Tally } from "../outcome.ts";
import type { Alarm } from "./alarms.ts";
import { AwaitError } from "./errors.ts";
import type { Mail } from "./mail.ts";
import type { Mailbox } from "./mailbox.ts";

/** What an await makes of a piece of mail. */
export type Verdict<T> =
  /** It is what was awaited, and nobody else gets it. */
  | { readonly type: "take"; readonly value: T }
  /** It says that what was awaited failed, and nobody else gets it. */
  | { readonly type: "takeFailure"; readonly error: unknown }
  /** What was awaited will not come. The mail is not ours: a callback is told of it too. */
  | { readonly type: "giveUp"; readonly error: unknown }
  /** It is about something else. */
  | { readonly type: "pass" };

export const PASS: Verdict<never> = { type: "pass" };

/** What to wait for. */
export interface Awaited<T> {
  /** In words, such as "the answer to the join of room:lobby". */
  readonly what: string;
  readonly from: "control" | "messages";
  /** Judges what waits in the mailbox, and whatever comes. May throw. */
  judge(mail: Mail): Verdict<T>;
  /** Asked when the mailbox has none: settles it at once, or passes to wait for what comes. */
  otherwise?(): Verdict<T>;
  /** Judges what comes, and ends the waiting without taking it. */
  gone?(mail: Mail): Verdict<never>;
}

/** Options of every `await…`. */
export interface AwaitOptions {
  /** Ms to wait; Infinity for as long as it takes. Default: 5,000. */
  readonly timeout?: number;
  /** Gives the waiting up. */
  readonly signal?: AbortSignal;
}

export interface Patience {
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}

interface Waiting {
  /** Whether it took the mail. */
  offer(mail: Mail): boolean;
  stop(): void;
}

export class Awaits {
  readonly #mailbox: Mailbox;
  readonly #tally: Tally;
  readonly #alarm: Alarm;
  readonly #waiting = new Set<Waiting>();

  constructor(mailbox: Mailbox, tally: Tally, alarm: Alarm) {
    this.#mailbox = mailbox;
    this.#tally = tally;
    this.#alarm = alarm;
  }

  /** Waits for the mail that is judged to be it: what waits in the mailbox first, then what comes. */
  receive<T>(awaited: Awaited<T>, { timeout, signal }: Patience): Outcome<T> {
    const { what } = awaited;
    const outcome = new Outcome<T>(this.#tally);
    const wants = (mail: Mail): boolean =>
      !outcome.settled && settle(outcome, judged(awaited, mail));
    if (awaited.from === "control") this.#mailbox.claimControl(wants);
    else this.#mailbox.claimMessage(wants);
    if (!outcome.settled) settle(outcome, awaited.otherwise?.() ?? PASS);
    if (outcome.settled) return outcome;

    const waiting: Waiting = {
      offer(mail) {
        if (awaited.gone !== undefined) settle(outcome, awaited.gone(mail));
        return wants(mail);
      },
      stop: () => outcome.reject(new AwaitError(what, { type: "stopped" })),
    };
    this.#waiting.add(waiting);
    outcome.releaseWhenSettled(() => this.#waiting.delete(waiting));
    const late = (): void => outcome.reject(new AwaitError(what, { type: "timeout", timeout }));
    outcome.releaseWhenSettled(this.#alarm(timeout, late));
    const aborted = (cause: unknown): void =>
      outcome.reject(new AwaitError(what, { type: "aborted", cause }));
    outcome.releaseWhenSettled(onAbort(signal, aborted));
    return outcome;
  }

  /** Offers mail to those who wait, the longest waiting first. Returns whether one of them took it. */
  offer(mail: Mail): boolean {
    for (const waiting of [...this.#waiting]) if (waiting.offer(mail)) return true;
    return false;
  }

  /** Nothing will come any more. */
  stop(): void {
    for (const waiting of [...this.#waiting]) waiting.stop();
  }
}

/** A judge may be the user's, and throw: then the waiting has failed, and the mail is left to others. */
function judged<T>(awaited: Awaited<T>, mail: Mail): Verdict<T> {
  try {
    return awaited.judge(mail);
  } catch (error) {
    return { type: "giveUp", error };
  }
}

/** Settles it as the verdict says. Returns whether the mail is taken by that. */
function settle<T>(outcome: Outcome<T>, verdict: Verdict<T>): boolean {
  switch (verdict.type) {
    case "take":
      outcome.resolve(verdict.value);
      return true;
    case "takeFailure":
      outcome.reject(verdict.error);
      return true;
    case "giveUp":
      outcome.reject(verdict.error);
      return false;
    case "pass":
      return false;
  }
}
