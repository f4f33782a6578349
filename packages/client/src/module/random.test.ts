// A client in module style among random commands, its own and its server's: whatever comes when, its
// callbacks run one at a time, each push and each wait has one outcome, and nothing is left at the end.
import {
  seededRandom,
  V2,
  type ClientMessage,
  type EndReason,
  type Frame,
  type Ref,
} from "@slipstream/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Client, type Doing } from "../fixtures/clients.ts";
import { MemoryLink } from "../testing/memory-link.ts";
import { TestClock } from "../testing/test-clock.ts";
import type { Dial } from "../transport.ts";

const TOPICS = ["room:a", "room:b"] as const;
type Topic = (typeof TOPICS)[number];

type Command =
  | { readonly type: "start" | "stop" | "connect" | "reconnect" | "disconnect" }
  | { readonly type: "join" | "rejoin" | "leave" | "push" | "announce"; readonly topic: Topic }
  | { readonly type: "awaitJoin" | "awaitLeave" | "awaitMessage"; readonly topic: Topic }
  | { readonly type: "awaitConnect" | "awaitDisconnect" | "awaitReply" }
  | { readonly type: "call" | "cast" | "continue" | "crash" | "later" | "muchLater" }
  /** A callback that takes so many ms. */
  | { readonly type: "slow"; readonly ms: number }
  /** Done in a callback, rather than from outside. */
  | { readonly type: "inside"; readonly command: Command }
  | { readonly type: "advance"; readonly ms: number }
  /** What the server does. */
  | { readonly type: "closeChannel" | "crashChannel" | "message"; readonly topic: Topic }
  | { readonly type: "close" | "cut" };

const topic = fc.constantFrom(...TOPICS);
const plain = fc.constantFrom<Command["type"][]>(
  "connect",
  "reconnect",
  "disconnect",
  "awaitConnect",
  "awaitDisconnect",
  "awaitReply",
  "call",
  "cast",
  "continue",
  "later",
  "muchLater",
  "crash",
  "start",
  "stop",
  "close",
  "cut",
);
const ofTopic = fc.constantFrom<Command["type"][]>(
  "join",
  "join",
  "rejoin",
  "leave",
  "push",
  "push",
  "announce",
  "awaitJoin",
  "awaitLeave",
  "awaitMessage",
  "closeChannel",
  "crashChannel",
  "message",
  "message",
);
const ms = fc.constantFrom(0, 1, 100, 1_000, 5_000, 12_000, 40_000);
const simple: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: plain }) as fc.Arbitrary<Command> },
  { weight: 5, arbitrary: fc.record({ type: ofTopic, topic }) as fc.Arbitrary<Command> },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("slow" as const), ms }) },
);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: simple },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("inside" as const), command: simple }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("advance" as const), ms }) },
);

/** A server that lets in, refuses, answers, or does not, as its seed says; calm, it does all that is asked. */
class MoodyServer {
  calm = false;
  readonly links = new Set<MemoryLink>();
  readonly #members = new Map<MemoryLink, Map<string, Ref | null>>();
  readonly #random: () => number;
  readonly #clock: TestClock;

  constructor(seed: number, clock: TestClock) {
    this.#random = seededRandom(seed);
    this.#clock = clock;
  }

  readonly transport: Dial = (request, events) => {
    const link = new MemoryLink(request, events);
    this.links.add(link);
    link.server = {
      received: (frame) => this.#received(link, frame),
      closeReceived: (code, reason) => {
        if (this.#chance(0.8)) link.answerClose(code, reason);
      },
      ended: () => {
        this.links.delete(link);
        this.#members.delete(link);
      },
    };
    if (this.#chance(0.7)) {
      this.#members.set(link, new Map());
      link.open();
    } else if (this.#chance(0.5)) {
      link.refuse({ rejected: { status: 503, headers: {}, body: "" } });
    } // else it answers never
    return link;
  };

  each(act: (link: MemoryLink, members: Map<string, Ref | null>) => void): void {
    for (const [link, members] of this.#members) act(link, members);
  }

  /** Ends the members of a topic, as Phoenix does when a channel stops or crashes. */
  endChannel(topic: string, how: "closeChannel" | "crashChannel"): void {
    const type = how === "crashChannel" ? "error" : "close";
    this.each((link, members) => {
      const joinRef = members.get(topic);
      if (joinRef !== undefined && members.delete(topic)) {
        link.deliver(V2.encode({ type, topic, joinRef, payload: {} }));
      }
    });
  }

  /** Sends news to everybody, member of the topic or not. */
  push(topic: string): void {
    this.each((link, members) => {
      const joinRef = members.get(topic) ?? null;
      link.deliver(V2.encode({ type: "serverPush", topic, joinRef, event: "news", payload: {} }));
    });
  }

  /** True with this probability, and always while it is calm. */
  #chance(probability: number): boolean {
    return this.#random() < probability || this.calm;
  }

  #received(link: MemoryLink, frame: Frame): void {
    const message = V2.decode(frame, "client");
    const answer = (): void => this.#answer(link, message);
    if (!this.#chance(0.85)) return;
    if (this.#chance(0.6)) answer();
    else this.#clock.setTimer(this.#random() * 3_000, answer, undefined);
  }

  #answer(link: MemoryLink, message: ClientMessage): void {
    const members = this.#members.get(link);
    if (members === undefined || message.ref === null) return;
    const { ref } = message;
    if (message.type === "heartbeat") {
      const reply = { type: "reply", topic: "phoenix", joinRef: null, ref } as const;
      return link.deliver(V2.encode({ ...reply, status: "ok", response: {} }));
    }
    const { topic, joinRef } = message;
    const status = this.#chance(0.85) ? "ok" : "error";
    link.deliver(V2.encode({ type: "reply", topic, joinRef, ref, status, response: { ref } }));
    if (status !== "ok") return;
    if (message.type === "join") members.set(topic, joinRef);
    if (message.type === "leave") {
      link.deliver(V2.encode({ type: "close", topic, joinRef, payload: {} }));
      members.delete(topic);
    }
  }
}

/** What a client may throw at who asks for what it cannot do now. */
const EXPECTED: ReadonlySet<string> = new Set([
  "NotRunningError",
  "OptionError",
  "MailboxFullError",
  "ConnectError",
]);

/** The client, the server, and the book that is kept of both. */
class Trial {
  readonly clock = new TestClock();
  readonly server: MoodyServer;
  readonly client: Client;
  /** How often the outcome of a push was told or awaited, by ref, in this life. */
  outcomes = new Map<string, number>();
  /** Whatever was promised, by name, until it is settled. */
  readonly open = new Map<Promise<unknown>, string>();
  /** What must not be, seen in callbacks, whose errors are the client's to take. */
  readonly faults: string[] = [];
  /** Whether the last word on the connection was to have one. */
  wanted = false;
  #lastRef: string | null = null;
  #running: string | null = null;

  constructor(seed: number) {
    this.server = new MoodyServer(seed, this.clock);
    const { clock } = this;
    this.client = new Client("ws://slipstream.test/socket", this.#doing(), {
      transport: this.server.transport,
      clock,
      reconnect: [100, 1_000],
      rejoin: [100, 1_000],
      restart: [500],
      shutdownTimeout: 60_000,
      mailbox: { limit: 5 },
    });
  }

  do(command: Command): void {
    try {
      this.#do(command);
    } catch (error) {
      const { name } = error as Error;
      if (!EXPECTED.has(name)) this.faults.push(`${command.type} threw ${name}`);
    }
  }

  #do(command: Command): void {
    const { client } = this;
    switch (command.type) {
      case "start":
        return this.#promised(command.type, client.start());
      case "stop":
        return this.#promised(command.type, client.stop());
      case "connect":
        client.connect();
        this.wanted = true;
        return;
      case "reconnect":
        client.reconnect();
        this.wanted = true;
        return;
      case "disconnect":
        this.#promised(command.type, client.disconnect());
        this.wanted = false;
        return;
      case "join":
        return client.join(command.topic);
      case "rejoin":
        return client.rejoin(command.topic);
      case "leave":
        return client.leave(command.topic);
      case "push":
        this.#lastRef = client.push(command.topic, "ask", {}, { timeout: 2_000 });
        this.outcomes.set(this.#lastRef, 0);
        return;
      case "announce":
        client.push(command.topic, "tell", {}, { expects: "none" });
        return;
      case "awaitReply": {
        const ref = this.#lastRef;
        if (ref === null) return;
        const { outcomes } = this;
        const took = (): void => void outcomes.set(ref, (outcomes.get(ref) ?? 0) + 1);
        const told = client.awaitReply(ref);
        return this.#promised(
          command.type,
          told.then(took, (error: { readonly code?: unknown; readonly name: string }) => {
            if (error.name === "PushError") took();
          }),
        );
      }
      case "awaitConnect":
        // What it takes is told to no handleDisconnect.
        return this.#promised(
          command.type,
          client.awaitConnect().catch((error: { readonly name: string }) => {
            if (error.name === "ConnectError") this.do({ type: "reconnect" });
          }),
        );
      case "awaitDisconnect":
        return this.#promised(
          command.type,
          client.awaitDisconnect().then((reason) => {
            if (reason !== null && reason.type !== "requested") this.do({ type: "reconnect" });
          }),
        );
      case "awaitJoin":
        return this.#promised(command.type, client.awaitJoin(command.topic));
      case "awaitLeave":
        return this.#promised(command.type, client.awaitLeave(command.topic));
      case "awaitMessage":
        return this.#promised(command.type, client.awaitMessage(command.topic, "news"));
      case "call":
        return this.#promised(command.type, client.call("ask"));
      case "cast":
        return client.cast("word");
      case "continue":
        return client.continueWith("on");
      case "later":
        return void client.sendAfter(1_000, { type: "cast" } satisfies Command);
      case "muchLater":
        return void client.sendAfter(3_600_000, { type: "cast" } satisfies Command);
      case "crash":
      case "slow":
      case "inside":
        return client.send(command);
      case "advance":
        return;
      case "closeChannel":
      case "crashChannel":
        return this.server.endChannel(command.topic, command.type);
      case "message":
        return this.server.push(command.topic);
      case "close":
        return this.server.each((link) => link.closeByServer(1012, "restart"));
      case "cut":
        return this.server.each((link) => link.cut());
    }
  }

  #promised(name: string, promise: Promise<unknown>): void {
    this.open.set(promise, name);
    const settled = (): void => void this.open.delete(promise);
    promise.then(settled, settled);
  }

  /** Does what a command says in a callback. */
  async #inside(command: Command): Promise<void> {
    if (command.type === "crash") throw new Error("as asked");
    if (command.type === "slow") {
      await new Promise<void>(
        (resolve) => void this.clock.setTimer(command.ms, resolve, undefined),
      );
    } else if (command.type === "inside") {
      this.do(command.command);
    }
  }

  #doing(): Doing {
    const alone =
      (name: string, act: (...told: never[]) => unknown) =>
      async (...told: never[]): Promise<unknown> => {
        if (this.#running !== null) this.faults.push(`${name} during ${this.#running}`);
        this.#running = name;
        try {
          return await act(...told);
        } finally {
          this.#running = null;
        }
      };
    return {
      init: alone("init", () => {
        this.outcomes = new Map();
        this.#lastRef = null;
        this.#do({ type: "connect" });
      }),
      handleConnect: alone("handleConnect", () => this.client.join("room:a")),
      handleDisconnect: alone("handleDisconnect", ({ type }: EndReason) => {
        if (type !== "requested") this.#do({ type: "reconnect" });
      }),
      handleJoin: alone("handleJoin", () => {}),
      handleMessage: alone("handleMessage", () => {}),
      handleTopicClose: alone("handleTopicClose", (topic: string) => this.client.rejoin(topic)),
      handleLeave: alone("handleLeave", () => {}),
      handleReply: alone("handleReply", (ref: string) => {
        const told = this.outcomes.get(ref);
        if (told !== undefined) this.outcomes.set(ref, told + 1);
      }),
      handleInfo: alone("handleInfo", (command: Command) => this.#inside(command)),
      handleCast: alone("handleCast", () => {}),
      handleCall: alone("handleCall", () => "answer"),
      handleContinue: alone("handleContinue", () => {}),
      terminate: alone("terminate", () => {}),
    };
  }
}

/** How long the callbacks that it makes are busy, in ms. */
function timeOf(command: Command): number {
  if (command.type === "inside") return timeOf(command.command);
  return command.type === "slow" ? command.ms : 0;
}

async function run(seed: number, commands: readonly Command[]): Promise<void> {
  const trial = new Trial(seed);
  const { client, clock, server } = trial;
  trial.do({ type: "start" });
  for (const command of commands) {
    trial.do(command);
    if (command.type === "advance") await clock.advance(command.ms);
  }
  // Everything that was asked for has its time, of a server that does it.
  server.calm = true;
  await clock.advance(60_000 + commands.reduce((sum, command) => sum + timeOf(command), 0));
  expect([...trial.open.values()]).toEqual([]);
  if (client.state.type === "running") {
    expect([...trial.outcomes.values()].filter((count) => count !== 1)).toEqual([]);
    expect(client.stats.waiting).toBe(0);
    expect(client.isConnected()).toBe(trial.wanted);
    for (const topic of TOPICS) expect(client.joinStatus(topic)).not.toBe("requested");
  }
  await clock.advanceUntil(client.stop());
  expect(client.state.type).toMatch(/stopped|idle/);
  expect([...trial.open.values()]).toEqual([]);
  expect({ links: server.links.size, timers: clock.pending }).toEqual({ links: 0, timers: 0 });
  const { length } = client.heard;
  await clock.rest();
  expect(client.heard.length).toBe(length);
  expect(trial.faults).toEqual([]);
}

const RUNS = Number(process.env["MODULE_RUNS"] ?? 300);

test("among random commands, one callback at a time, one outcome for each, and nothing is left", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(command, { maxLength: 40, size: "max" }), run),
    { numRuns: RUNS },
  );
});
