// A session with its hands on a table: tests say what happens and what time it is, and see every
// effect. It answers as the client's interpreter does where there is only one answer to give.
import type { ChannelMachine } from "../channel/machine.ts";
import type { ChannelState } from "../channel/state.ts";
import type { SessionOptions } from "../context.ts";
import type { Effect } from "../effect.ts";
import type { ClientMessage, ServerMessage } from "../message.ts";
import type { Push, PushOutcome } from "../push/push.ts";
import { seededRandom } from "../random.ts";
import type { SessionInput, TransportEnd } from "../session/input.ts";
import { Reader } from "../session/reading.ts";
import { Session } from "../session/session.ts";
import type { ConnectionEnd, SessionState } from "../session/state.ts";

/** Channels and pushes are known to the program by their names. */
export type TestChannel = ChannelMachine<string, string>;
export type TestEffect = Effect<string, string>;

/** Round numbers that tell each other apart. Retries come after 100 ms, 200 ms, 300 ms, ... */
export const OPTIONS: Omit<SessionOptions, "random"> = {
  connectTimeout: 10_000,
  closeTimeout: 5_000,
  joinTimeout: 8_000,
  heartbeat: { interval: 30_000, timeout: 7_000 },
  maxPause: 5_500,
  maxQueued: 3,
  maxInFlight: 5,
  reconnect: ({ attempt }) => (attempt + 1) * 100,
  credentialsMustChange: true,
  rejoin: ({ attempt, again }) => again && (attempt + 1) * 100,
};

/** TCP is gone, and no close frame came. */
export const LOST: TransportEnd = { code: null, reason: "", clean: false };

/** Close frames went both ways, and TCP ended. */
export const CLOSED: TransportEnd = { code: 1000, reason: "", clean: true };

/** More than any stretch of time in a test can need. */
export const MAX_WAKES = 10_000;

export class Driver {
  readonly session: Session<string, string>;
  now = 0;
  #seen: TestEffect[] = [];

  constructor(options: Partial<SessionOptions> = {}) {
    this.session = new Session({ ...OPTIONS, random: seededRandom(1), ...options }, Reader);
  }

  /** Takes an input and performs what follows. */
  handle(input: SessionInput<string, string>): void {
    this.session.handle(input, this.now);
    this.#perform();
  }

  /** Lets time pass, waking the session at each moment that it asks for. */
  pass(ms: number): void {
    const until = this.now + ms;
    for (let wakes = 0; this.session.wakeAt <= until; wakes++) {
      if (wakes === MAX_WAKES) throw new Error("It asks to be woken again and again.");
      this.now = Math.max(this.now, this.session.wakeAt);
      this.session.wake(this.now);
      this.#perform();
    }
    this.now = until;
  }

  /** Lets time pass while nothing runs, then wakes the session late. */
  sleep(ms: number): void {
    this.now += ms;
    this.session.wake(this.now);
    this.#perform();
  }

  #perform(): void {
    const { effects } = this.session;
    for (let effect = effects.shift(); effect !== undefined; effect = effects.shift()) {
      this.#seen.push(effect);
      if (effect.type === "sendMessage" && effect.push?.expectsReply === "none") {
        this.session.handle({ type: "pushSent", push: effect.push }, this.now);
      }
    }
  }

  /** What was done and told since this was last asked. */
  effects(): TestEffect[] {
    return this.#seen.splice(0);
  }

  #of<T extends TestEffect["type"]>(type: T): Extract<TestEffect, { type: T }>[] {
    const isOne = (effect: TestEffect): effect is Extract<TestEffect, { type: T }> =>
      effect.type === type;
    return this.effects().filter((effect) => isOne(effect)) as Extract<TestEffect, { type: T }>[];
  }

  /** The types of what was done and told. These, like all the following, take the effects out. */
  types(): string[] {
    return this.effects().map(({ type }) => type);
  }

  sent(): ClientMessage[] {
    return this.#of("sendMessage").map(({ message }) => message);
  }

  states(): SessionState[] {
    return this.#of("sessionChanged").map(({ state }) => state);
  }

  ends(): ConnectionEnd[] {
    return this.#of("connectionEnded").map(({ end }) => end);
  }

  channelStates(): ChannelState[] {
    return this.#of("channelChanged").map(({ state }) => state);
  }

  /** The events that were handed over. */
  messages(): string[] {
    return this.#of("messageReceived").map(({ message }) => message.event);
  }

  settled(): (readonly [push: string, outcome: PushOutcome])[] {
    return this.#of("pushSettled").map(({ push, outcome }) => [push, outcome] as const);
  }

  /** The pushes that failed, each with its code. */
  failed(): string[] {
    return this.settled().map(([push, outcome]) =>
      outcome.type === "failed" ? `${push} ${outcome.code}` : `${push} did not fail`,
    );
  }

  ignored(): string[] {
    return this.#of("frameIgnored").map(({ why }) => why);
  }

  connect(): void {
    this.handle({ type: "connectSocket" });
  }

  /** Answers the question for credentials that was asked last. */
  credentials(changed: boolean): void {
    this.handle({ type: "credentialsResolved", serial: this.session.counters.attempts, changed });
  }

  /** Goes from "connecting" to "dialling". */
  dial(): void {
    this.credentials(true);
  }

  /** Connects, up to "open". */
  open(): this {
    this.connect();
    this.dial();
    this.handle({ type: "transportOpened" });
    this.effects();
    return this;
  }

  disconnect(): void {
    this.handle({ type: "disconnectSocket", code: 1000, reason: "" });
  }

  closed(end: TransportEnd): void {
    this.handle({ type: "transportClosed", end });
  }

  channel(topic: string): TestChannel {
    return this.session.channel(topic, topic);
  }

  join(channel: TestChannel): void {
    this.handle({ type: "joinTopic", channel });
  }

  /** Answers the question for a join's params. */
  params(channel: TestChannel, params: unknown = {}): void {
    this.handle({ type: "paramsResolved", channel, joinRef: joinRefOf(channel), params });
  }

  /** Joins, up to the join that was sent. */
  joining(topic: string): TestChannel {
    const channel = this.channel(topic);
    this.join(channel);
    this.params(channel);
    this.effects();
    return channel;
  }

  /** Joins, up to the server's word. */
  joined(topic: string): TestChannel {
    const channel = this.joining(topic);
    this.answer(channel, "ok");
    this.effects();
    return channel;
  }

  /** The server answers the join of `channel`. */
  answer(channel: TestChannel, status: string, response: unknown = {}): void {
    const joinRef = joinRefOf(channel);
    const { topic } = channel;
    this.receive({ type: "reply", topic, joinRef, ref: joinRef, status, response });
  }

  leave(channel: TestChannel, timeout = 6_000): void {
    this.handle({ type: "leaveTopic", channel, timeout });
  }

  /** The server answers the leave of `channel`. */
  answerLeave(channel: TestChannel): void {
    const { topic, state } = channel;
    if (state.type !== "leaving") throw new Error(`${topic} is ${state.type}, not leaving.`);
    const { joinRef, leaveRef: ref } = state;
    this.receive({ type: "reply", topic, joinRef, ref, status: "ok", response: {} });
  }

  push(
    channel: TestChannel,
    name: string,
    expects: "reply" | "none" = "reply",
    timeout = 4_000,
  ): Push<string> {
    const push = this.session.push(channel, name, name, {}, expects);
    this.handle({ type: "pushMessage", channel, push, timeout });
    return push;
  }

  receive(message: ServerMessage): void {
    this.handle({ type: "messageReceived", message });
  }

  /** The server replies to what was sent with `ref`. */
  reply(topic: string, ref: string | number | null, status = "ok", response: unknown = {}): void {
    this.receive({ type: "reply", topic, joinRef: null, ref, status, response });
  }
}

/** The membership at hand. */
export function joinRefOf({ topic, state }: TestChannel): string {
  if ("joinRef" in state) return state.joinRef;
  throw new Error(`${topic} is ${state.type} and has no join_ref.`);
}
