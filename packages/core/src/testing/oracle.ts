// What must hold of a session whatever happens: an account kept apart from it, from its inputs and
// effects alone, that throws when they do not fit together. The letters are those of SPEC.md.
import type { ChannelState } from "../channel/state.ts";
import type { SessionOptions } from "../context.ts";
import type { ServerMessage } from "../message.ts";
import type { Push, PushOutcome } from "../push/push.ts";
import { STABLE_AFTER } from "../retry.ts";
import type { SessionInput } from "../session/input.ts";
import type { Session } from "../session/session.ts";
import type { SessionState } from "../session/state.ts";
import type { TestChannel, TestEffect } from "./driver.ts";

export type Step = SessionInput<string, string> | { readonly type: "wake" };

/** Which states may follow which. "ended" and "left" may be told in passing. */
const SESSION_MOVES: Readonly<Record<SessionState["type"], readonly SessionState["type"][]>> = {
  idle: ["connecting", "ended"],
  connecting: ["connecting", "open", "closing", "waiting", "ended"],
  open: ["closing", "waiting", "ended"],
  closing: ["closing", "waiting", "ended"],
  waiting: ["connecting", "ended"],
  ended: ["connecting"],
};
const CHANNEL_MOVES: Readonly<Record<ChannelState["type"], readonly ChannelState["type"][]>> = {
  idle: ["waiting", "joining", "left", "errored"],
  waiting: ["waiting", "joining", "left", "errored"],
  joining: ["joining", "joined", "leaving", "waiting", "left", "errored"],
  joined: ["leaving", "waiting", "left", "errored"],
  leaving: ["leaving", "left"],
  left: ["waiting", "joining", "errored"],
  errored: ["waiting", "joining", "left", "errored"],
};

interface PushAccount {
  readonly channel: string | null;
  readonly push: Push<string>;
  readonly deadline: number;
  readonly order: number;
  ref: string | number | null;
  settled: boolean;
}

interface ChannelAccount {
  readonly channel: TestChannel;
  state: ChannelState;
  since: number;
  /** The last place in the order of pushes that was sent. */
  lastSent: number;
  leaveBy: number;
}

function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

export class Oracle {
  readonly #session: Session<string, string>;
  readonly #options: SessionOptions;
  readonly channels = new Map<string, ChannelAccount>();
  readonly #pushes = new Map<string, PushAccount>();
  /** Those of them that have no outcome yet. */
  readonly #unsettled = new Set<PushAccount>();
  #transport: "none" | "dialling" | "open" | "closing" = "none";
  #wasReset = false;
  #attemptLives = false;
  #attempts = 0;
  #ends: Record<string, number> = {};
  #outcomes: Record<string, number> = {};
  #ignored: Record<string, number> = {};
  #received = 0;
  #state: SessionState;
  #since = 0;
  #openedAt = 0;
  #heardAt = 0;
  #refs = new Set<string | number>();
  #joinRefs = new Set<string>();
  #retries = 0;
  #asked: number[] = [];
  #refusedVersion: number | null = null;
  #dialledVersion = 0;
  /** Which credentials were given last, by the world that gave them. */
  version = 0;
  #now = 0;

  constructor(session: Session<string, string>, options: SessionOptions) {
    this.#session = session;
    this.#state = session.state;
    this.#options = options;
  }

  add(name: string, channel: TestChannel): void {
    const { state } = channel;
    this.channels.set(name, { channel, state, since: 0, lastSent: -1, leaveBy: Infinity });
  }

  /** The policy for reconnects was asked. */
  asked(attempt: number): void {
    this.#asked.push(attempt);
  }

  /** An input was handled, and these effects followed. */
  step(step: Step, emitted: readonly TestEffect[], now: number): void {
    check(now >= this.#now, "The clock went back.");
    this.#now = now;
    const wasOpen = this.#transport === "open";
    this.#take(step, wasOpen);
    for (const effect of emitted) this.#effect(effect, step, wasOpen);
    if (step.type === "messageReceived") this.#delivery(step.message, emitted, wasOpen);
    this.#account();
  }

  #take(step: Step, wasOpen: boolean): void {
    switch (step.type) {
      case "transportOpened":
        if (this.#transport === "dialling") {
          this.#transport = "open";
          this.#openedAt = this.#now;
          this.#heardAt = this.#now;
        }
        return;
      case "closeReceived":
        if (wasOpen) this.#lose();
        return;
      case "transportClosed":
        if (wasOpen) this.#lose();
        if (step.end.rejected?.status === 401 || step.end.rejected?.status === 403) {
          if (this.#transport === "dialling") this.#refusedVersion = this.#dialledVersion;
        }
        this.#transport = "none";
        return;
      case "messageReceived":
      case "frameRejected":
        if (wasOpen) this.#heardAt = this.#now;
        if (wasOpen && step.type === "messageReceived") this.#received += 1;
        return;
      case "pushMessage":
        this.#made(step.channel.owner, step.push, step.timeout);
        return;
      case "pingServer":
        this.#made(null, step.push, step.timeout);
        return;
      case "leaveTopic": {
        const account = this.#channel(step.channel.owner);
        if (account.state.type !== "leaving") account.leaveBy = this.#now + step.timeout;
        return;
      }
      case "connectSocket":
        // Whoever connects after the end may try anything again.
        if (this.#state.type === "ended" || this.#state.type === "idle") this.#startSeries();
        return;
      default:
    }
  }

  #startSeries(): void {
    this.#refusedVersion = null;
    this.#retries = 0;
  }

  #made(channel: string | null, push: Push<string>, timeout: number): void {
    const deadline = this.#now + timeout;
    const order = this.#pushes.size;
    const account = { channel, push, deadline, order, ref: null, settled: false };
    this.#pushes.set(push.owner, account);
    this.#unsettled.add(account);
  }

  /** The connection is no longer open. */
  #lose(): void {
    this.#transport = "closing";
    if (this.#now - this.#openedAt >= STABLE_AFTER) this.#retries = 0;
  }

  #channel(name: string): ChannelAccount {
    const account = this.channels.get(name);
    check(account !== undefined, `Nobody knows the channel ${name}.`);
    return account;
  }

  #effect(effect: TestEffect, step: Step, wasOpen: boolean): void {
    switch (effect.type) {
      case "resolveCredentials":
        check(!this.#attemptLives, "S1: an attempt begins while another lives.");
        this.#attemptLives = true;
        this.#attempts += 1;
        return;
      case "dialServer":
        check(this.#transport === "none", "S2: it dials while a transport lives.");
        check(effect.serial === this.#attempts, "S7: it dials for an attempt that is over.");
        check(this.#refusedVersion !== this.version, "S9: refused credentials are sent again.");
        this.#refusedVersion = null;
        this.#dialledVersion = this.version;
        this.#transport = "dialling";
        this.#wasReset = false;
        return;
      case "closeTransport":
        check(this.#transport === "open", "S3: it closes what is not open.");
        this.#lose();
        return;
      case "resetTransport":
        check(this.#transport !== "none", "S5: it resets what is not there.");
        check(!this.#wasReset, "S5: it resets twice.");
        if (this.#transport === "open") this.#lose();
        this.#transport = "closing";
        this.#wasReset = true;
        return;
      case "resolveParams":
        check(this.#transport === "open", "C1: it joins without a connection.");
        check(!this.#joinRefs.has(effect.joinRef), "C3: a join_ref is used again.");
        this.#joinRefs.add(effect.joinRef);
        return;
      case "sendMessage":
        check(this.#transport === "open", "S3: it sends on what is not open.");
        this.#sent(effect);
        return;
      case "connectionEnded":
        check(this.#attemptLives, "S1: an attempt ends twice.");
        check(this.#transport === "none", "S1: an attempt ends before its transport.");
        this.#attemptLives = false;
        count(this.#ends, effect.end.reason.type);
        return;
      case "sessionChanged":
        this.#sessionChanged(effect.state);
        return;
      case "channelChanged":
        this.#channelChanged(this.#channel(effect.channel), effect.state, step, wasOpen);
        return;
      case "messageReceived": {
        check(step.type === "messageReceived" && effect.message === step.message, "C10: invented.");
        return;
      }
      case "pushSettled":
        this.#settled(effect.push, effect.outcome, step, wasOpen);
        return;
      case "frameIgnored":
        count(this.#ignored, effect.why);
    }
  }

  #sent({ message, push }: TestEffect & { type: "sendMessage" }): void {
    check(message.ref !== null && !this.#refs.has(message.ref), "R5: a ref is used again.");
    this.#refs.add(message.ref);
    if (push === null) return;
    const account = this.#pushes.get(push.owner);
    check(account !== undefined && account.ref === null, "R3: a push is sent twice.");
    check(!account.settled, "R4: a push that is settled is sent.");
    account.ref = message.ref;
    if (account.channel === null || message.type !== "push") return;
    const channel = this.#channel(account.channel);
    check(channel.lastSent < account.order, "R2: a push overtakes another.");
    channel.lastSent = account.order;
    check(channel.state.type === "joined", "R2: a push is sent by no member.");
    check(message.joinRef === channel.state.joinRef, "R2: a push names another membership.");
  }

  #sessionChanged(state: SessionState): void {
    const { type } = this.#state;
    check(
      SESSION_MOVES[type].includes(state.type),
      `The session goes from ${type} to ${state.type}.`,
    );
    if (state.type === "waiting") {
      const asked = this.#asked.shift();
      check(asked === this.#retries, `S8: attempt ${asked}, and ${this.#retries} was expected.`);
      this.#retries += 1;
    }
    if (state.type === "ended") {
      this.#asked = [];
      this.#startSeries();
    }
    const { step: before } = { step: "", ...this.#state };
    const { step: after } = { step: "", ...state };
    const goesOn = state.type === type && (type === "connecting" || before === after);
    if (!goesOn) this.#since = this.#now;
    this.#state = state;
  }

  #channelChanged(
    account: ChannelAccount,
    state: ChannelState,
    step: Step,
    wasOpen: boolean,
  ): void {
    const { type } = account.state;
    check(
      CHANNEL_MOVES[type].includes(state.type),
      `A channel goes from ${type} to ${state.type}.`,
    );
    if (state.type === "joined") {
      const isWord =
        wasOpen &&
        step.type === "messageReceived" &&
        step.message.type === "reply" &&
        step.message.status === "ok" &&
        step.message.ref === state.joinRef;
      check(isWord, "C2: joined without the server's word.");
      check(this.#refs.has(state.joinRef), "C2: joined without having asked.");
    }
    if (state.type !== type || (state.type === "joining" && state.step === "reply")) {
      account.since = this.#now;
    }
    account.state = state;
  }

  #settled(name: string, outcome: PushOutcome, step: Step, wasOpen: boolean): void {
    const account = this.#pushes.get(name);
    check(account !== undefined && !account.settled, "R1: a push is settled twice.");
    account.settled = true;
    this.#unsettled.delete(account);
    count(this.#outcomes, outcome.type === "failed" ? outcome.code : outcome.type);
    if (outcome.type === "ok" || outcome.type === "refused") {
      check(
        wasOpen && step.type === "messageReceived" && step.message.type === "reply",
        "R5: invented.",
      );
      check(step.message.ref === account.ref && account.ref !== null, "R5: another's reply.");
    }
    if (outcome.type === "sent") check(account.push.expectsReply === "none", "R6: not that kind.");
    if (outcome.type === "failed" && outcome.code === "timeout") {
      check(this.#now >= account.deadline, "R4: a push times out early.");
    }
  }

  /** C10: a message is handed over once if it is for the member there is, and counted otherwise. */
  #delivery(message: ServerMessage, emitted: readonly TestEffect[], wasOpen: boolean): void {
    const delivered = emitted.filter(({ type }) => type === "messageReceived").length;
    const ignored = emitted.filter(({ type }) => type === "frameIgnored").length;
    check(
      wasOpen || (delivered === 0 && ignored === 1),
      "S3: something is made of a late message.",
    );
    if (
      !wasOpen ||
      message.type === "reply" ||
      message.type === "close" ||
      message.type === "error"
    ) {
      return;
    }
    const member = [...this.channels.values()].find(
      ({ channel, state }) => channel.topic === message.topic && state.type === "joined",
    );
    const isFor =
      member?.state.type === "joined" &&
      (message.type === "broadcast" || message.joinRef === member.state.joinRef);
    check(delivered === (isFor ? 1 : 0), "C10: a message is delivered wrongly, or not.");
    check(ignored === (isFor ? 0 : 1), "A frame is not accounted for.");
  }

  /** What must hold between any two inputs. */
  #account(): void {
    const { counters, state } = this.#session;
    check(state === this.#state, "A state of the session was not told.");
    const lives = state.type === "connecting" || state.type === "open" || state.type === "closing";
    check(lives === this.#attemptLives, "S1: the state does not fit the attempts.");
    check(counters.attempts === this.#attempts, "S1: attempts are counted wrongly.");
    same(counters.endsByReason, this.#ends, "S1: ends");
    same(counters.pushes, this.#outcomes, "R1: outcomes");
    same(counters.ignored, this.#ignored, "Ignored frames");
    check(counters.messagesReceived === this.#received, "Messages are counted wrongly.");
    check((state.type === "open") === (this.#transport === "open"), "S3: open, and not open.");
    this.#accountChannels();
    this.#accountPushes();
    if (state.type === "ended") {
      check(this.#session.wakeAt === Infinity, "S14: an ended session waits for something.");
      check(this.#session.channels.size === 0, "S14: an ended session keeps channels.");
    }
  }

  #accountChannels(): void {
    const holders = new Set<string>();
    for (const { channel, state } of this.channels.values()) {
      check(channel.state === state, "A state of a channel was not told.");
      const { type } = state;
      const needsConnection = type === "joining" || type === "joined" || type === "leaving";
      check(!needsConnection || this.#transport === "open", `C4: ${type} without a connection.`);
      if (!needsConnection && type !== "waiting") continue;
      check(!holders.has(channel.topic), "C3: two channels of one topic.");
      holders.add(channel.topic);
      check(this.#session.channels.get(channel.topic) === channel, "C3: a channel is not found.");
    }
    check(holders.size === this.#session.channels.size, "C3: a channel is kept for nothing.");
  }

  #accountPushes(): void {
    const queued = new Map<string, number>();
    for (const { channel: name, ref, push } of this.#unsettled) {
      if (name === null) {
        check(this.#transport === "open", "R3: a ping outlives its connection.");
        continue;
      }
      const { state } = this.#channel(name);
      if (ref !== null) {
        const isOnItsWay = state.type === "joined" || push.expectsReply === "none";
        check(isOnItsWay, "R3: a push outlives its membership.");
        continue;
      }
      const waits =
        state.type === "waiting" ||
        state.type === "joining" ||
        (state.type === "leaving" && state.then === "join");
      check(waits, `R2: a push waits in ${state.type}.`);
      queued.set(name, (queued.get(name) ?? 0) + 1);
    }
    for (const size of queued.values()) check(size <= this.#options.maxQueued, "R2: no bound.");
  }

  /** What must have happened by `now`, the session having been woken for all that was due. */
  timely(now: number): void {
    const { connectTimeout, closeTimeout, joinTimeout } = this.#options;
    const lasted = now - this.#since;
    if (this.#state.type === "connecting")
      check(lasted < connectTimeout, "S6: it connects for ever.");
    if (this.#state.type === "closing" && this.#state.step !== "reset") {
      check(lasted < closeTimeout, "S5: it closes for ever.");
    }
    if (this.#state.type === "waiting") check(lasted < this.#state.delay, "S8: it waits too long.");
    for (const { state, since, leaveBy } of this.channels.values()) {
      if (state.type === "joining") check(now - since < joinTimeout, "C5: it joins for ever.");
      if (state.type === "leaving") check(now < leaveBy, "C7: it leaves for ever.");
      if (state.type === "waiting" && state.for === "delay") {
        check(now - since < state.delay, "C5: a rejoin is late.");
      }
    }
    for (const { deadline } of this.#unsettled) {
      check(now < deadline, "R4: a push outlives its timeout.");
    }
  }

  /** A wake came late: the silence before it says nothing. */
  slept(now: number): void {
    this.#heardAt = Math.max(this.#heardAt, now);
  }

  /** How long nothing was heard on the connection that is open, in ms. */
  silence(now: number): number {
    return this.#transport === "open" ? now - this.#heardAt : 0;
  }
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function same(
  actual: Readonly<Record<string, number>>,
  expected: Record<string, number>,
  what: string,
): void {
  for (const [name, value] of Object.entries(actual)) {
    check(
      value === (expected[name] ?? 0),
      `${what}: ${value} ${name}, and ${expected[name] ?? 0} were told.`,
    );
  }
}
