// A session among everything that can happen to it: a program that commands what it likes, a
// network that delays and breaks, a server in changing moods, and a clock. Each step is chosen by
// numbers from outside, so that a run can be replayed; an Oracle watches all of them.
import type { SessionOptions } from "../context.ts";
import type { Push } from "../push/push.ts";
import { seededRandom } from "../random.ts";
import { tableDelay } from "../retry.ts";
import type { SessionInput } from "../session/input.ts";
import { Reader } from "../session/reading.ts";
import { Session } from "../session/session.ts";
import { MAX_WAKES, type TestChannel, type TestEffect } from "./driver.ts";
import { Network, type Option } from "./network.ts";
import { Oracle } from "./oracle.ts";

/** Two channels share a topic, to get into each other's way. */
const CHANNELS: readonly [name: string, topic: string][] = [
  ["a", "room:a"],
  ["b", "room:b"],
  ["c", "__proto__"],
  ["a too", "room:a"],
];
const TOPICS = CHANNELS.map(([, topic]) => topic);
const TIMES: readonly number[] = [
  0, 1, 10, 10, 50, 50, 200, 200, 400, 1_000, 3_000, 11_000, 31_000,
];
/** Who may stop the reading. */
const holder = (choice: number): string => (choice % 3 === 0 ? "one" : "other");
const DELAYS: readonly number[] = [0, 10, 100, 2_000, 15_000];
/** How late a wake must be for the heartbeat to call it sleep. */
const LATE = 1_000;

export class World {
  /** What happened, for whoever has to understand a failure. */
  readonly trace: string[] = [];
  readonly #session: Session<string, string>;
  readonly #oracle: Oracle;
  readonly #network: Network;
  readonly #channels: ReadonlyMap<string, TestChannel>;
  readonly #pushes: Push<string>[] = [];
  #now = 0;
  #credentials: number[] = [];
  #params: { readonly channel: TestChannel; readonly joinRef: string }[] = [];
  /** Credentials have versions. */
  #version = 1;
  #dialled = 0;

  /** @param seed the session's; one in four has no heartbeat. */
  constructor(seed: number) {
    const options: SessionOptions = {
      connectTimeout: 4_000,
      closeTimeout: 2_000,
      joinTimeout: 3_000,
      heartbeat: seed % 4 === 0 ? null : { interval: 20_000, timeout: 5_000 },
      maxPause: 2_500,
      maxQueued: 2,
      maxInFlight: 4,
      reconnect: ({ attempt, random }) => {
        this.#oracle.connection.asked(attempt);
        return random() < 0.1 ? false : tableDelay(DELAYS, attempt, 0.5, random);
      },
      credentialsMustChange: true,
      rejoin: ({ attempt, random }) =>
        random() < 0.3 ? false : tableDelay(DELAYS, attempt, 0.5, random),
      random: seededRandom(seed),
    };
    this.#session = new Session(options, Reader);
    this.#oracle = new Oracle(this.#session, options);
    this.#network = new Network(TOPICS, (input) => this.#handle(input));
    this.#channels = new Map(
      CHANNELS.map(([name, topic]) => [name, this.#session.channel(topic, name)]),
    );
    for (const [name, channel] of this.#channels) this.#oracle.channels.add(name, channel);
  }

  /** Lets one of the things that can happen now happen. */
  step(which: number, choice: number): void {
    const options = [...this.#program(), ...this.#network.options(), ...this.#clock()];
    let left = which % options.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, name, act] of options) {
      left -= weight;
      if (left >= 0) continue;
      this.trace.push(`${this.#now} ms: ${name} (${choice})`);
      act(choice);
      return;
    }
  }

  /** Ends everything, and sees that nothing is left. */
  end(): void {
    this.trace.push(`${this.#now} ms: the end`);
    this.#handle({ type: "disconnectSocket", code: 1000, reason: "" });
    this.#pass(10_000);
    this.#network.end(0);
    this.#oracle.end();
  }

  #program(): Option[] {
    const { type } = this.#session.state;
    const isOff = type === "idle" || type === "ended";
    const options: Option[] = [
      [isOff ? 60 : 2, "connect", () => this.#handle({ type: "connectSocket" })],
      [1, "disconnect", () => this.#handle({ type: "disconnectSocket", code: 1000, reason: "" })],
      [1, "reset", () => this.#handle({ type: "resetSocket" })],
      [10, "join", (which) => this.#handle({ type: "joinTopic", channel: this.#channel(which) })],
      [3, "leave", (which) => this.#leave(this.#channel(which))],
      [20, "push", (choice) => this.#push(choice)],
      [2, "ping", (choice) => this.#ping(choice)],
      [2, "cancel", (choice) => this.#cancel(choice)],
      [3, "pause", (which) => this.#handle({ type: "pauseReading", holder: holder(which) })],
      [3, "resume", (which) => this.#handle({ type: "resumeReading", holder: holder(which) })],
      [1, "hide", () => this.#handle({ type: "hidePage" })],
      [2, "check", () => this.#handle({ type: "checkConnection" })],
      [1, "overflow", () => this.#handle({ type: "queueOverflowed", queue: "messages" })],
    ];
    if (this.#credentials.length > 0) {
      options.push([40, "credentials", (choice) => this.#giveCredentials(choice)]);
    }
    if (this.#params.length > 0) options.push([40, "params", (choice) => this.#giveParams(choice)]);
    return options;
  }

  #clock(): Option[] {
    const due = Math.min(this.#session.wakeAt - this.#now, 60_000);
    return [
      [12, "time passes", (choice) => this.#pass(TIMES[choice % TIMES.length] ?? 0)],
      [2, "the next deadline", () => this.#pass(due)],
      [1, "sleep", (choice) => this.#sleep(choice * 40)],
    ];
  }

  #channel(choice: number): TestChannel {
    const name = CHANNELS.at(choice % CHANNELS.length)?.[0] ?? "";
    const channel = this.#channels.get(name);
    if (channel === undefined) throw new Error(`There is no channel ${name}.`);
    return channel;
  }

  #leave(channel: TestChannel): void {
    this.#handle({ type: "leaveTopic", channel, timeout: 1_000 });
  }

  #push(choice: number): void {
    const channel = this.#channel(choice);
    const expects = choice % 3 === 0 ? "none" : "reply";
    const event = choice % 17 === 0 ? "unsendable" : "event";
    const push = this.#session.push(channel, `push ${this.#pushes.length}`, event, {}, expects);
    this.#pushes.push(push);
    this.#handle({ type: "pushMessage", channel, push, timeout: 500 + choice * 10 });
  }

  #ping(choice: number): void {
    const push = this.#session.ping(`push ${this.#pushes.length}`);
    this.#pushes.push(push);
    this.#handle({ type: "pingServer", push, timeout: 500 + choice });
  }

  #cancel(choice: number): void {
    const push = this.#pushes.at(choice % Math.max(1, this.#pushes.length));
    if (push !== undefined) this.#handle({ type: "cancelPush", push, code: "aborted" });
  }

  /** Answers for any attempt that asked, be it long over. */
  #giveCredentials(choice: number): void {
    const [serial = 0] = this.#credentials.splice(choice % this.#credentials.length, 1);
    if (choice % 15 === 0) {
      this.#handle({ type: "credentialsFailed", serial, cause: null });
      return;
    }
    if (choice % 3 === 0) this.#version += 1;
    this.#oracle.connection.giving(this.#version);
    const changed = this.#version !== this.#dialled;
    this.#handle({ type: "credentialsResolved", serial, changed });
  }

  #giveParams(choice: number): void {
    const [asked] = this.#params.splice(choice % this.#params.length, 1);
    if (asked === undefined) return;
    if (choice % 9 === 0) this.#handle({ type: "paramsFailed", ...asked, cause: null });
    else this.#handle({ type: "paramsResolved", ...asked, params: {} });
  }

  /** Lets time pass, the session being woken at each moment that it asks for. */
  #pass(ms: number): void {
    const until = this.#now + ms;
    for (let wakes = 0; this.#session.wakeAt <= until; wakes++) {
      if (wakes === MAX_WAKES) throw new Error("It asks to be woken again and again.");
      this.#now = Math.max(this.#now, this.#session.wakeAt);
      this.#wake();
      if (this.#session.wakeAt > this.#now) this.#oracle.timely(this.#now);
    }
    this.#now = until;
    this.#oracle.timely(until);
  }

  /** Lets time pass while nothing runs. */
  #sleep(ms: number): void {
    this.#now += ms;
    if (this.#session.wakeAt + LATE < this.#now) this.#oracle.connection.slept(this.#now);
    this.#wake();
    this.#pass(0);
  }

  #wake(): void {
    this.#take({ type: "wake" }, () => this.#session.wake(this.#now));
  }

  #handle(input: SessionInput<string, string>): void {
    this.#take(input, () => this.#session.handle(input, this.#now));
  }

  /** As the client's interpreter: effects are performed to the end before the next input's. */
  #take(step: Parameters<Oracle["step"]>[0], act: () => void): void {
    const { effects } = this.#session;
    const before = effects.length;
    act();
    this.#oracle.step(step, effects.slice(before), this.#now);
    if (before > 0) return;
    // The list grows while it is performed.
    for (const effect of effects) this.#perform(effect);
    effects.length = 0;
  }

  #perform(effect: TestEffect): void {
    switch (effect.type) {
      case "resolveCredentials":
        this.#credentials.push(effect.serial);
        return;
      case "dialServer":
        this.#dialled = this.#version;
        this.#network.dial();
        return;
      case "resolveParams": {
        const channel = this.#channels.get(effect.channel);
        if (channel !== undefined) this.#params.push({ channel, joinRef: effect.joinRef });
        return;
      }
      case "sendMessage":
        this.#send(effect);
        return;
      case "pauseTransport":
      case "resumeTransport":
        this.#network.reads(effect.type === "resumeTransport");
        return;
      case "closeTransport":
      case "resetTransport":
        this.#network.unwanted();
        return;
      default:
    }
  }

  #send({ message, push }: TestEffect & { type: "sendMessage" }): void {
    if (push?.event === "unsendable") {
      this.#handle({ type: "messageUnsendable", message, push, cause: null });
      return;
    }
    this.#network.send(message);
    if (push?.expectsReply === "none") this.#handle({ type: "pushSent", push });
  }
}
