// What sockets tell while they work, over real sockets: which events, in which order, and what they
// say. Node's own module listens to the same.
import * as diagnostics from "node:diagnostics_channel";
import { accept, refuse } from "@slipstream/server";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { Client } from "../fixtures/clients.ts";
import { failureOf } from "../fixtures/failure.ts";
import { serve, speak } from "../fixtures/servers.ts";
import { defineChannel } from "../index.ts";
import { newSocket, openSocket, turn, untilChannel, untilState } from "../fixtures/sockets.ts";
import { published, traced } from "../fixtures/telemetry.ts";
import { tracingChannel, type CallbackName, type CallbackTrace, type PushTrace } from "./index.ts";

const eventsOf = (told: readonly { readonly event: string }[]): string[] =>
  told.map(({ event }) => event);

describe("slipstream.client.connect and slipstream.connection.connect", () => {
  test("an attempt that succeeds, and the end of its connection", async () => {
    const connects = traced("slipstream.client.connect");
    const connections = traced("slipstream.connection.connect");
    const { url } = await serve();
    const socket = newSocket(`${url}?token=1`);
    const connecting = socket.connect();
    expect(eventsOf(connects)).toEqual(["start", "end"]);
    expect(connects[0]?.copy).toMatchObject({ attempt: 0, again: false });
    expect(connects[0]?.trace.socket.url).toBe(`${url}/websocket`);
    await connecting;
    expect(eventsOf(connects)).toEqual(["start", "end", "asyncStart", "asyncEnd"]);
    expect(connects.at(-1)?.copy.duration).toBeGreaterThan(0);
    expect(connects.at(-1)?.copy.error).toBeUndefined();
    expect(connects[0]?.trace.socket.state).toBe("open");
    expect(eventsOf(connections)).toEqual(["start", "end"]);
    await socket.disconnect();
    expect(eventsOf(connections)).toEqual(["start", "end", "asyncStart", "asyncEnd"]);
    expect(connections.at(-1)?.copy).toMatchObject({
      connection: connects[0]?.trace.connection,
      opened: true,
      reason: "requested",
      code: 1000,
      clean: true,
    });
  });

  test("attempts that fail, each told with its reason and its status, then one that does not", async () => {
    const connects = traced("slipstream.client.connect");
    const connections = traced("slipstream.connection.connect");
    const { url } = await serve((_, index) => (index === 0 ? refuse(503) : accept()));
    const socket = await openSocket(url);
    const error = { code: "upgradeRejected", status: 503 };
    expect(eventsOf(connects)).toEqual([
      ...["start", "end", "error", "asyncStart", "asyncEnd"],
      ...["start", "end", "asyncStart", "asyncEnd"],
    ]);
    expect(connects[2]?.copy).toMatchObject({ attempt: 0, again: false, error });
    expect(connects[5]?.copy).toMatchObject({ attempt: 1, again: false });
    expect(connections[2]?.copy).toMatchObject({ opened: false, reason: "upgradeRejected", error });
    expect(connects[5]?.trace.connection).not.toBe(connects[0]?.trace.connection);
    expect(connects[5]?.trace.socket).toBe(connects[0]?.trace.socket);
    expect(socket.state.type).toBe("open");
  });

  test("a connection that is lost has failed, and the next attempt is a reconnect", async () => {
    const { server, url } = await serve();
    const socket = await openSocket(url);
    const connects = traced("slipstream.client.connect");
    const states = published("slipstream.client.state");
    server.disconnect("everyone");
    await untilState(socket, "connecting");
    await untilState(socket, "open");
    expect(connects[0]?.copy).toMatchObject({ attempt: 1, again: true });
    expect(states.map(({ state }) => state)).toEqual([
      ...["closing", "waiting", "connecting", "connecting", "open"],
    ]);
  });

  test("who subscribes in the middle hears of what begins from then on, and nothing by halves", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    const silent = room.push("silent");
    const told = [
      traced("slipstream.connection.connect"),
      traced("slipstream.client.push"),
      traced("slipstream.client.join"),
    ];
    await socket.disconnect();
    expect(await failureOf(silent)).toMatchObject({ code: "disconnected" });
    expect(told).toEqual([[], [], []]);
  });
});

describe("slipstream.client.join and slipstream.client.leave", () => {
  test("a join, a rejoin and a leave", async () => {
    const joins = traced("slipstream.client.join");
    const leaves = traced("slipstream.client.leave");
    const { url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    expect(eventsOf(joins)).toEqual(["start", "end", "asyncStart", "asyncEnd"]);
    expect(joins[0]?.copy).toMatchObject({ topic: "room:a", attempt: 0, again: false });
    await failureOf(room.push("crash"));
    await untilChannel(room, "joining");
    await untilChannel(room, "joined");
    expect(joins[4]?.copy).toMatchObject({ topic: "room:a", again: true });
    await room.leave();
    expect(eventsOf(leaves)).toEqual(["start", "end", "asyncStart", "asyncEnd"]);
    expect(leaves.at(-1)?.copy.error).toBeUndefined();
  });

  test.each([
    ["refused", { deny: true }, { code: "refused", status: "error" }],
    ["a crash in the join", { crash: true }, { code: "refused", status: "error" }],
  ])("%s", async (_what, params, error) => {
    const joins = traced("slipstream.client.join");
    const { url } = await serve();
    const socket = await openSocket(url);
    await failureOf(socket.join("room:a", params));
    expect(eventsOf(joins)).toEqual(["start", "end", "error", "asyncStart", "asyncEnd"]);
    expect(joins[2]?.copy).toMatchObject({ error });
  });

  test("params that fail, a leave meanwhile, a connection that ends: each with its code", async () => {
    const joins = traced("slipstream.client.join");
    const { url } = await speak(async (speaker) => {
      while ((await speaker.hear())[2] !== "room:c");
      speaker.peer.reset();
    });
    const socket = await openSocket(url, { reconnect: false });
    await failureOf(
      socket.join("room:a", () => {
        throw new Error("no params");
      }),
    );
    const left = socket.channel("room:b");
    const joining = left.join();
    await untilChannel(left, "joining");
    await turn();
    void left.leave().catch(() => {});
    await failureOf(joining);
    await failureOf(socket.join("room:c"));
    const codes = joins.filter(({ event }) => event === "error").map(({ copy }) => copy.error);
    expect(codes).toEqual([{ code: "paramsFailed" }, { code: "left" }, { code: "disconnected" }]);
  });

  test("a leave that is not confirmed", async () => {
    const { url } = await speak((speaker) => speaker.letIn().then(() => {}));
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    const leaves = traced("slipstream.client.leave");
    await failureOf(room.leave({ timeout: 50 }));
    expect(leaves.at(-1)).toMatchObject({
      event: "asyncEnd",
      copy: { error: { code: "timeout" } },
    });
  });
});

describe("slipstream.client.push", () => {
  test("every push has its span, with its outcome and the server's status", async () => {
    const pushes = traced("slipstream.client.push");
    const { url } = await serve();
    const socket = await openSocket(url);
    const room = socket.channel("room:a");
    await failureOf(room.push("too early"));
    const queued = room.join().then(() => undefined);
    await Promise.all([room.push("echo", 1), queued]);
    await failureOf(room.push("refuse"));
    await room.send("silent");
    await failureOf(room.push("silent", {}, { timeout: 20 }));
    await failureOf(room.push("silent", {}, { signal: AbortSignal.abort() }));
    await failureOf(room.push("silent", 1n));
    const ends = pushes.filter(({ event }) => event === "asyncEnd").map(({ copy }) => copy);
    expect(
      ends.map(({ event, queued, outcome, error }) => [event, queued, outcome, error]),
    ).toEqual([
      ["too early", false, "notJoined", { code: "notJoined" }],
      ["echo", true, "ok", undefined],
      ["refuse", false, "refused", { code: "refused", status: "error" }],
      ["silent", false, "sent", undefined],
      ["silent", false, "timeout", { code: "timeout" }],
      ["silent", false, "aborted", { code: "aborted" }],
      ["silent", false, "unsendable", { code: "unsendable" }],
    ]);
    const starts = pushes.filter(({ event }) => event === "start");
    expect(starts.length).toBe(ends.length);
    expect(pushes.filter(({ event }) => event === "end").length).toBe(ends.length);
  });

  test("a reply that the schema does not take is no success; the span ends when it is judged", async () => {
    const pushes = traced("slipstream.client.push");
    const { url } = await serve();
    const socket = await openSocket(url);
    const schema = defineChannel({
      push: { echo: { payload: z.unknown(), reply: z.string() } },
    });
    const room = await socket.join("room:a", {}, { schema });
    expect(await failureOf(room.push("echo", 1))).toMatchObject({ code: "invalidReply" });
    expect(await room.push("echo", "one")).toBe("one");
    const ends = pushes.filter(({ event }) => event === "asyncEnd").map(({ copy }) => copy);
    expect(ends.map(({ outcome, error }) => [outcome, error])).toEqual([
      ["invalidReply", { code: "invalidReply" }],
      ["ok", undefined],
    ]);
  });

  test("the call's part ends before the outcome, whenever that is known later", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    const pushes = traced("slipstream.client.push");
    const echo = room.push("echo", 1);
    expect(eventsOf(pushes)).toEqual(["start", "end"]);
    await echo;
    expect(eventsOf(pushes)).toEqual(["start", "end", "asyncStart", "asyncEnd"]);
    const [first] = pushes;
    expect(pushes.every(({ trace }) => trace === first?.trace)).toBe(true);
  });

  test("node:diagnostics_channel hears the same", async () => {
    const heard: PushTrace[] = [];
    const channel = diagnostics.tracingChannel<PushTrace>("slipstream.client.push");
    const ignore = (): void => {};
    const subscribers = {
      ...{ start: ignore, end: ignore, error: ignore, asyncStart: ignore },
      asyncEnd: (trace: object) => void heard.push(trace as PushTrace),
    };
    channel.subscribe(subscribers);
    onTestFinished(() => {
      channel.unsubscribe(subscribers);
    });
    const { url } = await serve();
    const room = await (await openSocket(url)).join("room:a");
    await room.push("echo", 1);
    expect(heard).toMatchObject([{ topic: "room:a", event: "echo", outcome: "ok" }]);
  });
});

describe("frames", () => {
  test("what comes: a span around all that follows of it; what goes: one event", async () => {
    const handled = traced("slipstream.connection.handle");
    const sent = published("slipstream.connection.send");
    const { url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    let during: string[] = [];
    room.on("said", () => {
      during = eventsOf(handled).slice(-1);
    });
    await room.push("say", { text: "ü" });
    expect(during).toEqual(["start"]);
    const frames = handled.filter(({ event }) => event === "end").map(({ copy }) => copy);
    expect(frames.map(({ type, topic, event }) => [type, topic, event])).toEqual([
      ["reply", "room:a", undefined],
      ["serverPush", "room:a", "said"],
      ["reply", "room:a", undefined],
    ]);
    const text = '["1",null,"room:a","said",{"text":"ü"}]';
    expect(frames[1]).toMatchObject({ encoding: "text", bytes: Buffer.byteLength(text) });
    expect(sent).toMatchObject([
      { type: "join", topic: "room:a", event: undefined, encoding: "text" },
      { type: "push", topic: "room:a", event: "say", encoding: "text" },
    ]);
    expect(sent[1]?.bytes).toBe(Buffer.byteLength('["1","2","room:a","say",{"text":"ü"}]'));
    const push = room.push("echo", new Uint8Array(1_000));
    expect(sent[2]).toMatchObject({ type: "push", encoding: "binary" });
    expect(sent[2]?.bytes).toBeGreaterThan(1_000);
    await push;
    expect(handled.at(-1)?.copy).toMatchObject({ encoding: "binary", type: "reply" });
  });

  test("what is no message, and what is ignored", async () => {
    const handled = traced("slipstream.connection.handle");
    const ignored = published("slipstream.connection.ignored");
    const { url } = await speak(async ({ peer }) => {
      await peer.write({ opcode: 1, payload: Buffer.from("{") });
      await peer.write({ opcode: 1, payload: Buffer.from('[null,null,"elsewhere","e",{}]') });
    });
    await openSocket(url);
    await expect.poll(() => ignored.length).toBe(2);
    expect(ignored.map(({ why }) => why)).toEqual(["undecodable", "unknownTopic"]);
    expect(handled.map(({ event, copy }) => [event, copy.error?.code])).toEqual([
      ...[
        ["start", undefined],
        ["error", "undecodable"],
        ["end", "undecodable"],
      ],
      ...[
        ["start", undefined],
        ["end", undefined],
      ],
    ]);
  });

  test("pings and heartbeats tell their latency", async () => {
    const pings = published("slipstream.connection.ping");
    const { url } = await serve();
    const socket = await openSocket(url, { heartbeat: { interval: 20 } });
    const latency = await socket.ping();
    expect(pings.find(({ by }) => by === "ping")).toMatchObject({ latency });
    await expect.poll(() => pings.some(({ by }) => by === "heartbeat")).toBe(true);
    expect(pings.every(({ latency }) => latency >= 0)).toBe(true);
  });

  test("what reaches nobody: dropped by a reader's policy, or held for nobody too long", async () => {
    const dropped = published("slipstream.client.dropped");
    const { url } = await serve();
    const socket = await openSocket(url);
    const slow = await socket.join("room:slow");
    slow.messages("n", { limit: 2, overflow: "dropOldest" });
    await slow.push("count", { to: 3 });
    const unheard = await socket.join("room:unheard");
    await unheard.push("count", { to: 1_001 });
    expect(dropped.map(({ topic, count, why }) => [topic, count, why])).toEqual([
      ["room:slow", 1, "overflow"],
      ["room:unheard", 1_001, "unclaimed"],
    ]);
  });
});

test("a probe tells how much waits where", async () => {
  const states = published("slipstream.client.state");
  const { url } = await serve();
  const socket = await openSocket(url);
  const { socket: probe } = states[0]!;
  const room = await socket.join("room:a");
  room.messages("n");
  await room.push("count", { to: 5 });
  const silent = room.push("silent");
  const waiting = socket.channel("room:b", { deny: true });
  const denied = failureOf(waiting.join());
  const queued = failureOf(waiting.push("echo"));
  expect(probe.queues()).toEqual({ queued: 1, inFlight: 1, waiting: 5 });
  expect([probe.channels, probe.state, probe.bufferedAmount]).toEqual([2, "open", 0]);
  await Promise.all([denied, queued]);
  expect(probe.queues()).toMatchObject({ queued: 0 });
  await socket.disconnect();
  await failureOf(silent);
  expect([probe.channels, probe.state]).toEqual([0, "ended"]);
});

describe("the option telemetry", () => {
  test("false: nothing is told", async () => {
    const told = [
      traced("slipstream.client.connect"),
      traced("slipstream.client.join"),
      traced("slipstream.client.push"),
      traced("slipstream.connection.handle"),
      published("slipstream.connection.send"),
      published("slipstream.client.state"),
    ];
    const { url } = await serve();
    const socket = await openSocket(url, { telemetry: false });
    const room = await socket.join("room:a");
    await room.push("echo");
    expect(told.flat()).toEqual([]);
  });

  test("anything else is refused", () => {
    expect(() => newSocket("ws://127.0.0.1:1", { telemetry: {} as never })).toThrow(
      expect.objectContaining({ code: "invalid_option", option: "telemetry" }),
    );
  });
});

describe("callbacks of the module style", () => {
  test("each call of a callback is a span of its own, told under the callback's name", async () => {
    class Repeater extends Client {}
    const told: [event: string, trace: CallbackTrace][] = [];
    for (const name of ["handleConnect", "handleJoin", "handleMessage", "handleInfo"]) {
      const traces = tracingChannel(`slipstream.client.${name}` as CallbackName);
      const tell = (event: string) => (trace: CallbackTrace) => void told.push([event, trace]);
      const subscribers = {
        ...{ start: tell("start"), end: tell("end"), error: tell("error") },
        asyncEnd: tell("asyncEnd"),
      };
      traces.subscribe(subscribers);
      onTestFinished(() => traces.unsubscribe(subscribers));
    }
    const { url } = await serve();
    const client = new Repeater(url, {
      handleConnect() {
        this.join("room:a", { welcome: 1 });
      },
      async handleInfo() {
        await turn();
      },
    });
    onTestFinished(() => client.stop().then(() => {}));
    await client.start();
    await client.until("handleMessage");
    client.send("hello");
    await client.until("handleInfo");
    await expect.poll(() => told.at(-1)?.[0]).toBe("asyncEnd");
    expect(
      told.map(([event, { client, callback, topic, event: of }]) => [
        ...[event, client, callback, topic, of],
      ]),
    ).toEqual([
      ["start", "Repeater", "handleConnect", undefined, undefined],
      ["end", "Repeater", "handleConnect", undefined, undefined],
      ["start", "Repeater", "handleJoin", "room:a", undefined],
      ["end", "Repeater", "handleJoin", "room:a", undefined],
      ["start", "Repeater", "handleMessage", "room:a", "welcome"],
      ["end", "Repeater", "handleMessage", "room:a", "welcome"],
      ["start", "Repeater", "handleInfo", undefined, undefined],
      ["end", "Repeater", "handleInfo", undefined, undefined],
      ["asyncEnd", "Repeater", "handleInfo", undefined, undefined],
    ]);
    expect(told.every(([, { duration, error }]) => Number(duration) >= 0 && !error)).toBe(true);
  });
});
