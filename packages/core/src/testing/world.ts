// A session among everything that can happen to it: a program that commands what it likes, a
// network that delays and breaks, a server in changing moods, and a clock. Each step is chosen by
// numbers from outside, so that a run can be replayed; an Oracle watches all of them.
import type { SessionOptions } from "../context.ts";
import type { ClientMessage, ServerMessage } from "../message.ts";
import type { Push } from "../push/push.ts";
import { tableDelay } from "../retry.ts";
import type { SessionInput, TransportEnd } from "../session/input.ts";
import { Session } from "../session/session.ts";
import type { TestChannel, TestEffect } from "./driver.ts";
import { Oracle } from "./oracle.ts";
import { SimulatedServer, type Mood } from "./simulated-server.ts";

/** Two channels share a topic, to get into each other's way. */
const TOPICS: readonly [channel: string, topic: string][] = [
  ["a", "room:a"],
  ["b", "room:b"],
  ["c", "__proto__"],
  ["a too", "room:a"],
];
const TIMES: readonly number[] = [
  0, 1, 10, 10, 50, 50, 200, 200, 400, 1_000, 3_000, 11_000, 31_000,
];
const MOODS: readonly Mood[] = [
  ...Array.from({ length: 9 }, (): Mood => "kind"),
  "silent",
  "refusing",
  "crashing",
];
const HEARTBEAT = { interval: 20_000, timeout: 5_000 };
/** How late a timer must be for the heartbeat to call it sleep, with a margin. */
const LATE = 1_000;

interface Connection {
  state: "dialling" | "open" | "ending";
  /** What our own side did to it. */
  ours: "nothing" | "close" | "reset";
  readonly server: SimulatedServer;
  readonly toServer: ClientMessage[];
  readonly toClient: ServerMessage[];
}

/** Something that can happen now, and how likely it is next to the others. */
type Option = readonly [weight: number, name: string, act: (choice: number) => void];

export class World {
  readonly trace: string[] = [];
  readonly session: Session<string, string>;
  readonly #oracle: Oracle;
  readonly #hasHeartbeat: boolean;
  readonly #channels: readonly TestChannel[];
  readonly #pushes: Push<string>[] = [];
  #now = 0;
  #credentials: number[] = [];
  #params: { readonly channel: TestChannel; readonly joinRef: string }[] = [];
  #connection: Connection | null = null;
  #version = 1;
  #dialled = 0;
  #made = 0;

  constructor(seed: number) {
    this.#hasHeartbeat = seed % 4 !== 0;
    const table = [0, 10, 100, 2_000, 15_000];
    const options: SessionOptions = {
      connectTimeout: 4_000,
      closeTimeout: 2_000,
      joinTimeout: 3_000,
      heartbeat: this.#hasHeartbeat ? HEARTBEAT : null,
      maxQueued: 2,
      reconnect: ({ attempt, random }) => {
        this.#oracle.asked(attempt);
        return random() < 0.1 ? false : tableDelay(table, attempt, 0.5, random);
      },
      credentialsMustChange: true,
      rejoin: ({ attempt, random }) =>
        random() < 0.3 ? false : tableDelay(table, attempt, 0.5, random),
      seed,
    };
    this.session = new Session(options);
    this.#oracle = new Oracle(this.session, options);
    this.#channels = TOPICS.map(([name, topic]) => {
      const channel = this.session.channel(topic, name);
      this.#oracle.add(name, channel);
      return channel;
    });
  }

  /** Lets one of the things that can happen now happen. */
  step(which: number, choice: number): void {
    const options = this.#options();
    let left = which % options.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, name, act] of options) {
      left -= weight;
      if (left >= 0) continue;
      this.trace.push(`${this.#now} ms: ${name} ${choice}`);
      act(choice);
      return;
    }
  }

  /** Ends everything, and sees that nothing is left. */
  end(): void {
    this.trace.push(`${this.#now} ms: the end`);
    this.#handle({ type: "disconnectSocket", code: 1000, reason: "" });
    this.#pass(10_000);
    if (this.#connection !== null) this.#endTransport(0);
    const { session } = this;
    if (session.state.type !== "ended") throw new Error(`At the end it is ${session.state.type}.`);
    const unsettled = this.#made - Object.values(session.counters.pushes).reduce((a, b) => a + b);
    if (unsettled !== 0) throw new Error(`R1: ${unsettled} pushes have no outcome.`);
  }

  #options(): Option[] {
    return [...this.#program(), ...this.#answers(), ...this.#network(), ...this.#clock()];
  }

  #program(): Option[] {
    const { type } = this.session.state;
    return [
      [
        type === "idle" || type === "ended" ? 60 : 2,
        "connect",
        () => this.#handle({ type: "connectSocket" }),
      ],
      [1, "disconnect", () => this.#handle({ type: "disconnectSocket", code: 1000, reason: "" })],
      [10, "join", (choice) => this.#handle({ type: "joinTopic", channel: this.#channel(choice) })],
      [3, "leave", (choice) => this.#leave(choice)],
      [20, "push", (choice) => this.#push(choice)],
      [2, "ping", (choice) => this.#ping(choice)],
      [2, "cancel", (choice) => this.#cancel(choice)],
    ];
  }

  #answers(): Option[] {
    const options: Option[] = [];
    if (this.#credentials.length > 0) {
      options.push([40, "credentials", (choice) => this.#giveCredentials(choice)]);
    }
    if (this.#params.length > 0) options.push([40, "params", (choice) => this.#giveParams(choice)]);
    return options;
  }

  #network(): Option[] {
    const connection = this.#connection;
    if (connection === null) return [];
    const { state, ours, server, toServer, toClient } = connection;
    if (state === "dialling") {
      return [
        [60, "opened", () => this.#opened(connection)],
        [3, "not opened", (choice) => this.#endTransport(choice)],
      ];
    }
    const weight = ours === "nothing" && state === "open" ? 1 : 30;
    const options: Option[] = [[weight, "transport ends", (choice) => this.#endTransport(choice)]];
    if (state === "ending") return options;
    if (toServer.length > 0) options.push([50, "server", (choice) => this.#serve(choice)]);
    if (toClient.length > 0) options.push([50, "deliver", () => this.#deliver()]);
    const half = <T>(choice: number, one: T, other: T): T => (choice % 2 === 0 ? one : other);
    options.push(
      [weight, "close frame", () => this.#closeFrame(connection)],
      [1, "garbage", () => this.#handle({ type: "frameRejected" })],
      [8, "send", (to) => server.send(topicOf(to), `event ${to}`, half(to, "member", "topic"))],
      [2, "end a channel", (to) => server.end(topicOf(to), half(to, "close", "error"))],
      [2, "repeat", (which) => server.repeat(which)],
      [2, "invent", (which) => server.invent(topicOf(which), which)],
    );
    return options;
  }

  #clock(): Option[] {
    return [
      [12, "time", (choice) => this.#pass(TIMES[choice % TIMES.length] ?? 0)],
      [
        2,
        "until the next deadline",
        () => this.#pass(Math.min(this.session.wakeAt - this.#now, 60_000)),
      ],
      [1, "sleep", (choice) => this.#sleep(choice * 40)],
    ];
  }

  #channel(choice: number): TestChannel {
    return this.#channels[choice % this.#channels.length] as TestChannel;
  }

  #leave(choice: number): void {
    this.#handle({ type: "leaveTopic", channel: this.#channel(choice), timeout: 1_000 });
  }

  #push(choice: number): void {
    const channel = this.#channel(choice);
    const expects = choice % 3 === 0 ? "none" : "reply";
    const event = choice % 17 === 0 ? "unsendable" : "event";
    const push = this.session.push(channel, `push ${this.#made}`, event, {}, expects);
    this.#pushed(push);
    this.#handle({ type: "pushMessage", channel, push, timeout: 500 + choice * 10 });
  }

  #ping(choice: number): void {
    const push = this.session.ping(`push ${this.#made}`);
    this.#pushed(push);
    this.#handle({ type: "pingServer", push, timeout: 500 + choice });
  }

  #pushed(push: Push<string>): void {
    this.#made += 1;
    this.#pushes.push(push);
  }

  #cancel(choice: number): void {
    const push = this.#pushes[choice % Math.max(1, this.#pushes.length)];
    if (push !== undefined) this.#handle({ type: "cancelPush", push, code: "aborted" });
  }

  #giveCredentials(choice: number): void {
    const [serial = 0] = this.#credentials.splice(choice % this.#credentials.length, 1);
    if (choice % 15 === 0) {
      this.#handle({ type: "credentialsFailed", serial, cause: null });
      return;
    }
    if (choice % 3 === 0) this.#version += 1;
    this.#oracle.version = this.#version;
    const changed = this.#version !== this.#dialled;
    this.#handle({ type: "credentialsResolved", serial, changed });
  }

  #giveParams(choice: number): void {
    const [asked] = this.#params.splice(choice % this.#params.length, 1);
    if (asked === undefined) return;
    if (choice % 9 === 0) this.#handle({ type: "paramsFailed", ...asked, cause: null });
    else this.#handle({ type: "paramsResolved", ...asked, params: {} });
  }

  #opened(connection: Connection): void {
    connection.state = "open";
    this.#handle({ type: "transportOpened" });
  }

  #closeFrame(connection: Connection): void {
    connection.state = "ending";
    this.#handle({ type: "closeReceived" });
  }

  #serve(choice: number): void {
    const message = this.#connection?.toServer.shift();
    const mood = MOODS[choice % MOODS.length] ?? "kind";
    if (message !== undefined) this.#connection?.server.handle(message, mood);
  }

  #deliver(): void {
    const message = this.#connection?.toClient.shift();
    if (message !== undefined) this.#handle({ type: "messageReceived", message });
  }

  #endTransport(choice: number): void {
    const wasDialling = this.#connection?.state === "dialling";
    this.#connection = null;
    const ends: Partial<TransportEnd>[] = [
      {},
      wasDialling ? { rejected: { status: 401 } } : { code: 1000, clean: true },
      wasDialling ? { rejected: { status: 503 } } : { error: { cause: null, protocol: 1009 } },
    ];
    const end = { code: null, reason: "", clean: false, ...ends[choice % ends.length] };
    this.#handle({ type: "transportClosed", end });
  }

  /** Lets time pass, the session being woken at each moment that it asks for. */
  #pass(ms: number): void {
    const until = this.#now + ms;
    while (this.session.wakeAt <= until) {
      this.#now = Math.max(this.#now, this.session.wakeAt);
      this.#wake();
      if (this.session.wakeAt > this.#now) this.#oracle.timely(this.#now);
      this.#listen();
    }
    this.#now = until;
    this.#oracle.timely(until);
    this.#listen();
  }

  /** S10: whoever is silent for too long is given up. */
  #listen(): void {
    const { interval, timeout } = HEARTBEAT;
    const silence = this.#oracle.silence(this.#now);
    if (this.#hasHeartbeat && silence > Math.max(interval + timeout, 2 * timeout)) {
      throw new Error(`S10: ${silence} ms of silence, and it is still open.`);
    }
  }

  #sleep(ms: number): void {
    if (this.session.wakeAt + LATE < this.#now + ms) this.#oracle.slept(this.#now + ms);
    this.#now += ms;
    this.#wake();
    this.#pass(0);
  }

  #wake(): void {
    const { effects } = this.session;
    const before = effects.length;
    this.session.wake(this.#now);
    this.#oracle.step({ type: "wake" }, effects.slice(before), this.#now);
    this.#perform();
  }

  #handle(input: SessionInput<string, string>): void {
    const { effects } = this.session;
    const before = effects.length;
    this.session.handle(input, this.#now);
    this.#oracle.step(input, effects.slice(before), this.#now);
    if (before === 0) this.#perform();
  }

  #perform(): void {
    const { effects } = this.session;
    for (let index = 0; index < effects.length; index++)
      this.#performOne(effects[index] as TestEffect);
    effects.length = 0;
  }

  #performOne(effect: TestEffect): void {
    const connection = this.#connection;
    switch (effect.type) {
      case "resolveCredentials":
        this.#credentials.push(effect.serial);
        return;
      case "dialServer":
        this.#dial();
        return;
      case "resolveParams": {
        const channel = this.#channels.find(({ owner }) => owner === effect.channel);
        if (channel !== undefined) this.#params.push({ channel, joinRef: effect.joinRef });
        return;
      }
      case "sendMessage":
        this.#send(effect);
        return;
      case "closeTransport":
        if (connection !== null) connection.ours = "close";
        return;
      case "resetTransport":
        if (connection !== null) connection.ours = "reset";
        return;
      default:
    }
  }

  #dial(): void {
    this.#dialled = this.#version;
    const toClient: ServerMessage[] = [];
    const server = new SimulatedServer((message) => toClient.push(message));
    this.#connection = { state: "dialling", ours: "nothing", server, toServer: [], toClient };
  }

  #send({ message, push }: TestEffect & { type: "sendMessage" }): void {
    if (push?.event === "unsendable") {
      this.#handle({ type: "messageUnsendable", message, push, cause: null });
      return;
    }
    this.#connection?.toServer.push(message);
    if (push?.expectsReply === "none") this.#handle({ type: "pushSent", push });
  }
}

function topicOf(choice: number): string {
  return TOPICS[choice % TOPICS.length]?.[1] ?? "";
}
