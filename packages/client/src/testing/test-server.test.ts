// The test kit as its users use it: a test in the server's seat, with real sockets of the client on
// the other side and no network between them.
import { describe, expect, test } from "vitest";
import { failureOf } from "../fixtures/failure.ts";
import { clientOf, connected } from "../fixtures/test-server.ts";
import { V1, V2, type Channel, type Serializer } from "../index.ts";
import { error, noreply, ok, reply, TestServer } from "./index.ts";

test("a conversation: connect, join, push, reply, leave, disconnect", async () => {
  const server = new TestServer();
  const socket = clientOf(server);
  const joining = socket.join("room:a", { user: 1, extra: true });
  const connection = await server.connectAndAssertJoin("room:a", { user: 1 }, ok({ members: 3 }));
  const room = await joining;
  expect(room.response).toEqual({ members: 3 });
  const pushing = room.push("new", { body: "hi", at: 5 });
  const push = await connection.assertPush(/^room:/, "new", { body: /^h/ });
  push.reply(ok({ id: 7 }));
  expect(await pushing).toEqual({ id: 7 });
  const heard: unknown[] = [];
  room.onMessage(({ event, payload }) => heard.push([event, payload]));
  connection.push("room:a", "one", { n: 1 });
  connection.broadcast("room:a", "two", { n: 2 });
  server.broadcast("room:a", "three");
  server.broadcast("room:b", "four");
  await server.clock.rest();
  expect(heard).toEqual([
    ["one", { n: 1 }],
    ["two", { n: 2 }],
    ["three", {}],
  ]);
  const leaving = room.leave();
  await connection.assertLeave("room:a");
  await leaving;
  const ended = socket.disconnect({ code: 4000, reason: "done" });
  await connection.assertDisconnect({ code: 4000, reason: /^d/ });
  expect(await ended).toEqual({ code: 4000, reason: "done", clean: true });
  expect([server.clock.pending, server.connections, server.clock.now()]).toEqual([0, [], 0]);
});

describe("attempts", () => {
  test("show what the client connects with", async () => {
    const server = new TestServer();
    clientOf(server, {
      params: { user: "ann", list: ["a", "b"], nested: { deep: "x" } },
      headers: { "x-trace": "7" },
      authToken: "tök/en",
    });
    const attempt = await server.assertConnect({
      url: /^ws:\/\/slipstream\.test\/socket\/websocket\?/,
      params: { user: "ann", nested: { deep: /x/ } },
      headers: { "x-trace": "7" },
      authToken: "tök/en",
    });
    expect({ ...attempt.params }).toMatchObject({ list: ["a", "b"], vsn: "2.0.0" });
  });

  test("refuse: the client sees the status, the headers and the body", async () => {
    const server = new TestServer();
    const socket = clientOf(server, { reconnect: false });
    const ended = failureOf(socket.connect());
    const attempt = await server.assertConnect();
    attempt.refuse(403, { headers: { "x-why": "token" }, body: "no" });
    expect(await ended).toMatchObject({
      code: "upgradeRejected",
      reason: { status: 403, headers: { "x-why": "token" }, body: "no" },
    });
    expect(await failureOf(Promise.resolve().then(() => attempt.accept()))).toMatchObject({
      name: "TestServerError",
      code: "attemptOver",
    });
  });

  test("fail: as if there were no server", async () => {
    const server = new TestServer();
    const socket = clientOf(server, { reconnect: false });
    const ended = failureOf(socket.connect());
    const cause = new Error("nobody there");
    (await server.assertConnect()).fail(cause);
    expect(await ended).toMatchObject({ code: "connectFailed", cause });
  });

  test("left waiting: the client gives up after connectTimeout, and tries again", async () => {
    const server = new TestServer();
    const socket = clientOf(server, { connectTimeout: 3_000, reconnect: [500] });
    const attempt = await server.assertConnect();
    await server.refuteConnect({}, { within: 3_499 });
    expect(() => attempt.accept()).toThrow("the client has given it up");
    await server.clock.advance(1);
    await server.acceptConnect();
    expect(socket.stats.counters.endsByReason.connectTimeout).toBe(1);
  });

  test("of many clients are told apart by what they connect with", async () => {
    const server = new TestServer();
    const [ann, bob] = ["ann", "bob"].map((user) => clientOf(server, { params: { user } }));
    const toBob = await server.acceptConnect({ params: { user: "bob" } });
    await server.clock.rest();
    expect([ann?.state.type, bob?.state.type]).toEqual(["connecting", "open"]);
    const toAnn = await server.acceptConnect({ params: { user: "ann" } });
    expect(server.connections).toEqual([toBob, toAnn]);
    toBob.cut();
    await server.clock.rest();
    expect([ann?.state.type, bob?.state.type]).toEqual(["open", "waiting"]);
    expect(server.connections).toEqual([toAnn]);
  });

  test("that were given up are not accepted later", async () => {
    const server = new TestServer({ timeout: 20 });
    const socket = clientOf(server);
    await server.clock.rest();
    await socket.disconnect();
    expect(await failureOf(server.acceptConnect())).toMatchObject({ code: "missing" });
  });
});

describe("answers", () => {
  test("to joins: refused, any status, none until later", async () => {
    const { socket, connection } = await connected();
    const full = failureOf(socket.join("room:full"));
    await connection.assertJoin("room:full", undefined, error({ reason: "full" }));
    expect(await full).toMatchObject({ code: "refused", response: { reason: "full" } });
    const odd = failureOf(socket.join("room:odd"));
    await connection.assertJoin("room:odd", undefined, reply("maybe", 1));
    expect(await odd).toMatchObject({ status: "maybe", response: 1 });
    const late = socket.join("room:late");
    const join = await connection.assertJoin("room:late", undefined, noreply());
    expect(socket.channel("room:late").state.type).toBe("joining");
    join.reply(ok("at last"));
    expect((await late).response).toBe("at last");
    expect(connection.topics).toEqual(["room:late"]);
  });

  test("are given once", async () => {
    const { socket, connection } = await connected();
    void socket.join("room:a");
    const join = await connection.assertJoin("room:a");
    expect(() => join.reply()).toThrow("it was answered before");
  });

  test("none at all: pushes and leaves time out on the test's clock", async () => {
    const { server, socket, connection } = await connected();
    const joining = socket.join("room:a");
    await connection.assertJoin("room:a");
    const room = await joining;
    const push = failureOf(room.push("new", {}, { timeout: 2_000 }));
    await connection.assertPush("room:a", "new");
    expect(await server.clock.advanceUntil(push)).toMatchObject({ code: "timeout" });
    expect(server.clock.now()).toBe(2_000);
    const leave = failureOf(room.leave());
    await connection.assertLeave("room:a", noreply());
    expect(await server.clock.advanceUntil(leave)).toMatchObject({ name: "LeaveError" });
  });
});

describe("what the server does", () => {
  async function joined(): Promise<{ room: Channel } & Awaited<ReturnType<typeof connected>>> {
    const all = await connected({ rejoin: [50], reconnect: [50] });
    const joining = all.socket.join("room:a");
    await all.connection.assertJoin("room:a");
    return { ...all, room: await joining };
  }

  test.each(["crashChannel", "closeChannel"] as const)("%s: the client rejoins", async (how) => {
    const { server, connection, room } = await joined();
    connection[how]("room:a");
    await connection.refuteJoin("room:a", undefined, { within: 49 });
    expect(room.state.type).toBe("waiting");
    expect(() => connection.push("room:a", "news")).toThrow(
      "The client is no member of room:a on this connection. It has joined nothing.",
    );
    await server.clock.advance(1);
    await connection.assertJoin("room:a");
    await server.clock.rest();
    expect(room.state.type).toBe("joined");
  });

  test("disconnect: the client sees code and reason", async () => {
    const { server, socket, connection } = await joined();
    connection.push("room:a", "last words");
    connection.disconnect({ code: 1012, reason: "deploy" });
    expect(() => connection.push("room:a", "too late")).toThrow("is no member");
    expect(() => connection.broadcast("room:a", "too late")).toThrow(
      "The test has closed the connection.",
    );
    await server.clock.rest();
    expect(socket.state).toMatchObject({
      type: "waiting",
      cause: { type: "closedByRemote", code: 1012, reason: "deploy" },
    });
    expect(socket.stats.counters.messagesReceived).toBe(2);
  });

  test("cut: the connection is lost, and what the client does then is seen", async () => {
    const { server, socket, connection, room } = await joined();
    const push = failureOf(room.push("new"));
    await connection.assertPush("room:a", "new");
    connection.cut();
    expect(await push).toMatchObject({ code: "disconnected" });
    expect(socket.state).toMatchObject({ cause: { type: "connectionLost" } });
    await server.refuteConnect({}, { within: 49 });
    await server.clock.advance(1);
    const again = await server.connectAndAssertJoin("room:a");
    again.push("room:a", "welcome back");
    await server.clock.rest();
    expect(room.state.type).toBe("joined");
  });

  test("goSilent: the heartbeat finds it out, and disconnect() does not wait for ever", async () => {
    const { server, socket, connection } = await joined();
    connection.goSilent();
    await server.clock.advance(39_999);
    expect(socket.state.type).toBe("open");
    await server.clock.advance(1);
    expect(socket.stats.counters.endsByReason.heartbeatTimeout).toBe(1);
    await server.clock.advance(50);
    const next = await server.acceptConnect();
    next.goSilent();
    const ended = socket.disconnect();
    expect(await server.clock.advanceUntil(ended)).toEqual({
      code: null,
      reason: "",
      clean: false,
    });
  });

  test("sendFrame and send: nonsense, and messages that mean nothing, are ignored", async () => {
    const { server, socket, connection } = await joined();
    connection.sendFrame("nonsense");
    connection.sendFrame(Uint8Array.of(77));
    connection.send({
      type: "serverPush",
      topic: "room:a",
      joinRef: "999",
      event: "e",
      payload: {},
    });
    await server.clock.rest();
    expect(socket.stats.counters.ignored).toMatchObject({ undecodable: 2, staleJoinRef: 1 });
    expect(socket.state.type).toBe("open");
  });

  test("more than maxPayload ends the connection as on a network", async () => {
    const { server, socket, connection } = await connected({ maxPayload: 1_000 });
    connection.broadcast("room:a", "big", "é".repeat(600));
    await server.clock.rest();
    expect(socket.state).toMatchObject({ cause: { type: "protocolError", code: 1009 } });
    await connection.assertDisconnect({ code: null });
  });

  test.each(["resume", "the server closes", "the server cuts"])(
    "a client that pauses reads what was held, in order, once: %s",
    async (how) => {
      const { server, socket, connection, room } = await joined();
      const heard: unknown[] = [];
      room.on("n", (n) => heard.push(n));
      socket.pause();
      for (const n of [1, 2, 3]) connection.push("room:a", "n", n);
      await server.clock.rest();
      expect(heard).toEqual([]);
      if (how === "resume") socket.resume();
      else if (how === "the server closes") connection.disconnect();
      else connection.cut();
      await server.clock.rest();
      expect(heard).toEqual([1, 2, 3]);
    },
  );

  test("stopReading: what is sent waits, and maxBuffered bounds it", async () => {
    const { server, socket, connection, room } = await joined();
    connection.stopReading();
    void room.push("one", "x".repeat(100)).catch(() => {});
    await connection.refutePush();
    expect(socket.stats.bufferedAmount).toBeGreaterThan(100);
    connection.read();
    await connection.assertPush("room:a", "one");
    expect(socket.stats.bufferedAmount).toBe(0);
    connection.stopReading();
    const ended = socket.disconnect();
    await connection.refuteDisconnect({}, { within: 4_999 });
    expect(await server.clock.advanceUntil(ended)).toMatchObject({ clean: false });
    expect(server.clock.now()).toBe(5_000);
  });
});

describe("what the test may do in the server's stead", () => {
  test("heartbeats: manual", async () => {
    const server = new TestServer({ heartbeats: "manual" });
    const { socket, connection } = await connected({}, server);
    const ping = socket.ping();
    const asked = await connection.assertHeartbeat();
    await server.clock.advance(30);
    asked.reply();
    expect(await ping).toBe(30);
  });

  test("closing: manual", async () => {
    const server = new TestServer({ closing: "manual" });
    const { socket, connection } = await connected({}, server);
    const ended = socket.disconnect();
    const close = await connection.assertDisconnect();
    await server.clock.advance(4_999);
    expect(socket.state.type).toBe("closing");
    close.answer();
    expect(await ended).toMatchObject({ code: 1000, clean: true });
  });

  test("by default both are done by themselves", async () => {
    const { server, socket, connection } = await connected();
    expect(await socket.ping()).toBe(0);
    await server.clock.advance(1_000_000);
    expect(socket.stats.counters.opened).toBe(1);
    void socket.disconnect();
    const close = await connection.assertDisconnect();
    expect(() => close.answer()).toThrow('{ closing: "manual" }');
  });
});

describe("frames are those of the wire", () => {
  test.each([V1, V2])("$vsn", async (serializer) => {
    const { server, socket, connection } = await connected({ serializer });
    expect(connection.attempt.params).toMatchObject({ vsn: serializer.vsn });
    const joining = socket.join("room:a", { at: new Date(0) });
    await connection.assertJoin("room:a", { at: "1970-01-01T00:00:00.000Z" });
    const room = await joining;
    const heard: unknown[] = [];
    room.on("news", (payload) => heard.push(payload));
    const news = { list: [1] };
    connection.push("room:a", "news", news);
    news.list.push(2);
    await server.clock.rest();
    expect(heard).toEqual([{ list: [1] }]);
  });

  test("bytes", async () => {
    const { server, socket, connection } = await connected();
    const joining = socket.join("room:a");
    await connection.assertJoin("room:a");
    const room = await joining;
    const bytes = Uint8Array.of(1, 2, 3);
    const pushing = room.push("bytes", bytes);
    bytes.fill(9);
    const push = await connection.assertPush("room:a", "bytes", Uint8Array.of(1, 2, 3));
    push.reply(ok(Uint8Array.of(4)));
    expect(await pushing).toEqual(Uint8Array.of(4));
    const heard: unknown[] = [];
    room.onMessage(({ payload }) => heard.push(payload));
    connection.push("room:a", "one", Uint8Array.of(5));
    connection.broadcast("room:a", "two", Uint8Array.of(6));
    await server.clock.rest();
    expect(heard).toEqual([Uint8Array.of(5), Uint8Array.of(6)]);
  });

  test("a serializer of the user's", async () => {
    const rot: Serializer = {
      vsn: "9.0.0",
      encode: (message) => `!${V2.encode(message) as string}`,
      decode: ((frame: string, sender: "client") =>
        V2.decode(frame.slice(1), sender)) as Serializer["decode"],
    };
    const server = new TestServer({ serializers: [rot] });
    const { socket, connection } = await connected({ serializer: rot }, server);
    const joining = socket.join("room:a");
    await connection.assertJoin("room:a");
    expect((await joining).state.type).toBe("joined");
  });
});
