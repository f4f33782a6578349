// What must hold of a session whatever happens: an account kept apart from it, from its inputs and
// effects alone, that throws when they do not fit together. The letters are those of SPEC.md.
import type { SessionOptions } from "../context.ts";
import type { ServerMessage } from "../message.ts";
import type { SessionInput } from "../session/input.ts";
import type { Session } from "../session/session.ts";
import { ChannelAccount } from "./channel-account.ts";
import { check, Tally } from "./check.ts";
import { ConnectionAccount } from "./connection-account.ts";
import type { TestEffect } from "./driver.ts";
import { PushAccount } from "./push-account.ts";

/** An input to the session, or a wake. */
export type Step = SessionInput<string, string> | { readonly type: "wake" };

export class Oracle {
  readonly #session: Session<string, string>;
  readonly connection: ConnectionAccount;
  readonly channels: ChannelAccount;
  readonly #pushes: PushAccount;
  readonly #ignored = new Tally();

  constructor(session: Session<string, string>, options: SessionOptions) {
    this.#session = session;
    this.connection = new ConnectionAccount(options, session.state);
    this.channels = new ChannelAccount(options);
    this.#pushes = new PushAccount(options, (channel) => this.channels.stateOf(channel));
  }

  /** An input was handled at `now`, and these effects followed. */
  step(step: Step, emitted: readonly TestEffect[], now: number): void {
    const wasOpen = this.connection.isOpen;
    this.connection.take(step, now);
    this.channels.take(step, now);
    this.#pushes.take(step, now);
    if (step.type === "messageReceived") this.#delivery(step.message, emitted, wasOpen);
    for (const effect of emitted) {
      this.connection.effect(effect, now);
      this.#pushes.effect(effect, step, now);
      this.channels.effect(effect, step, now);
      if (effect.type === "frameIgnored") this.#ignored.add(effect.why);
    }
    this.#account();
  }

  /** C10: a message is handed over once if it is for the member that there is, and counted otherwise. */
  #delivery(message: ServerMessage, emitted: readonly TestEffect[], wasOpen: boolean): void {
    const ignored = emitted.filter(({ type }) => type === "frameIgnored").length;
    const member = wasOpen ? this.channels.memberFor(message) : null;
    const delivered = emitted.filter(({ type }) => type === "messageReceived");
    if (member === null) {
      check(delivered.length === 0, "C10: it is delivered to nobody's.");
      const isEvent = message.type === "broadcast" || message.type === "serverPush";
      check(ignored === 1 || (wasOpen && !isEvent), "A frame is not accounted for.");
      check(wasOpen || emitted.length === 1, "S3: something is made of a late message.");
      return;
    }
    const [effect, ...others] = emitted;
    const isRight =
      effect?.type === "messageReceived" && effect.message === message && effect.channel === member;
    check(isRight && others.length === 0, "C10: it is not delivered as it should be.");
  }

  /** What must hold between any two inputs. */
  #account(): void {
    const session = this.#session;
    const { isOpen } = this.connection;
    this.connection.account(session);
    this.channels.account(session, isOpen);
    this.#pushes.account(session, isOpen);
    this.#ignored.check(session.counters.ignored, "Ignored frames");
    if (session.state.type !== "ended") return;
    check(session.wakeAt === Infinity, "S14: an ended session waits for something.");
    check(session.channels.size === 0, "S14: an ended session keeps channels.");
  }

  /** What must have happened by `now`, the session having been woken for all that was due. */
  timely(now: number): void {
    this.connection.timely(now);
    this.channels.timely(now);
    this.#pushes.timely(now);
  }

  /** At the end of everything. */
  end(): void {
    check(this.#session.state.type === "ended", `It ends as ${this.#session.state.type}.`);
    this.#pushes.settledAll();
  }
}
