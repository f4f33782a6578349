// Each bound of a connection, exceeded. Those on bytes and idleness are in ending.test.ts.
import { once } from "node:events";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { OptionError } from "./errors.ts";
import { DEFAULT_LIMITS, withLimits } from "./limits.ts";
import { ok, reply, stop, type Reply } from "./channel/results.ts";
import { ChannelsServer } from "./server.ts";
import { connect as connectTo, type TestChannel, type TestSocket } from "./testing/index.ts";
import { payloadOf, TestClient } from "./fixtures/client.ts";
import { servesUntil } from "./fixtures/server.ts";
import { gate, until } from "./fixtures/until.ts";

const serve = servesUntil(onTestFinished);

const okReply = (response: unknown): unknown => ({ response, status: "ok" });
const tooMany = { response: { reason: "too many channels joined" }, status: "error" };

test("maxChannels: one more is refused, and there is room again after a leave", async () => {
  const { port, server } = await serve({ join: () => ok() }, { maxChannels: 2 });
  const client = await TestClient.connect(port);
  await client.join("a");
  await client.join("b");
  expect(await client.join("c")).toEqual(tooMany);
  expect(await client.join("a")).toEqual(okReply({}));
  expect(await client.next()).toEqual(["a", "a", "a", "phx_close", {}]);
  client.send("b", "2", "b", "phx_leave", {});
  await client.next();
  await client.next();
  expect(await client.join("c")).toEqual(okReply({}));
  expect(server.stats().joins).toMatchObject({ ok: 4, tooMany: 1 });
});

test("maxChannels: a channel whose handler still works when it ends takes up its room", async () => {
  const work = gate();
  const { port } = await serve(
    {
      join: () => ok(),
      handleIn: {
        async hang() {
          await work.opened;
        },
      },
    },
    { maxChannels: 2, maxQueued: 1, closeTimeout: 10 },
  );
  const client = await TestClient.connect(port);
  for (const topic of ["a", "b"]) {
    await client.join(topic);
    for (let n = 0; n < 3; n++) client.push(topic, "hang");
    expect(await client.next()).toEqual([topic, topic, topic, "phx_error", {}]);
  }
  expect(await client.join("a")).toEqual(tooMany);
  work.open();
  client.send(null, "h", "phoenix", "heartbeat", {});
  await client.next();
  expect(await client.join("a")).toEqual(okReply({}));
});

test("maxChannels: a channel whose terminate still works takes up its room", async () => {
  const work = gate();
  const { port } = await serve(
    { join: () => ok(), terminate: () => work.opened },
    { maxChannels: 2 },
  );
  const client = await TestClient.connect(port);
  for (const topic of ["a", "b"]) {
    await client.join(topic);
    client.send(topic, "l", topic, "phx_leave", {});
    expect(payloadOf(await client.next())).toEqual(okReply({}));
    expect(await client.next()).toEqual([topic, topic, topic, "phx_close", {}]);
  }
  expect(await client.join("a")).toEqual(tooMany);
  work.open();
  client.send(null, "h", "phoenix", "heartbeat", {});
  await client.next();
  expect(await client.join("a")).toEqual(okReply({}));
});

test("maxQueued: a channel that cannot keep up ends with phx_error, and its connection lives", async () => {
  const { port, server } = await serve(
    {
      join: () => ok(),
      handleIn: {
        hang: () => new Promise<Reply<unknown>>(() => {}),
        ping: () => reply(),
      },
    },
    { maxQueued: 3 },
  );
  const client = await TestClient.connect(port);
  await client.join("a");
  await client.join("b");
  for (let n = 0; n < 5; n++) client.push("a", "hang");
  expect(await client.next()).toEqual(["a", "a", "a", "phx_error", {}]);
  expect(await client.ask("b", "ping")).toEqual(okReply({}));
  expect(server.stats()).toMatchObject({
    live: { websocket: 1, channel: 1 },
    channelEndsByReason: { overflow: 1 },
    messagesDropped: 4,
  });
});

test("maxQueuedBytes: it bounds what waits in all channels together", async () => {
  const work = gate();
  const { port, server } = await serve(
    {
      join: () => ok(),
      async handleIn() {
        await work.opened;
        return reply();
      },
    },
    { maxQueuedBytes: 100_000 },
  );
  const client = await TestClient.connect(port);
  for (const topic of ["a", "b"]) await client.join(topic);
  const large = "x".repeat(200_000);
  const small = "x".repeat(60_000);
  // The first is at work and waits for nothing; the second may wait, since nothing else does.
  for (let n = 0; n < 2; n++) client.push("a", "work", large);
  client.push("b", "work", small);
  client.push("b", "work", small);
  expect(await client.next()).toEqual(["b", "b", "b", "phx_error", {}]);
  work.open();
  for (let n = 0; n < 2; n++)
    expect(await client.next()).toMatchObject(["a", {}, "a", "phx_reply", {}]);
  expect(server.stats().channelEndsByReason.overflow).toBe(1);
  // What was waiting has been given back: there is room again.
  await client.join("b");
  for (let n = 0; n < 2; n++) client.push("b", "work", small);
  for (let n = 0; n < 2; n++)
    expect(await client.next()).toMatchObject(["b", {}, "b", "phx_reply", {}]);
});

test("a topic or a join_ref that nobody has, for its length, is not joined", async () => {
  const { port } = await serve({ join: () => ok() });
  const client = await TestClient.connect(port);
  const long = "x".repeat(1_025);
  const unmatched = { response: { reason: "unmatched topic" }, status: "error" };
  expect(await client.join(long)).toEqual(unmatched);
  client.send(long, "1", "a", "phx_join", {});
  expect(await client.next()).toEqual([null, "1", "a", "phx_reply", unmatched]);
});

test("maxQueued: it bounds what a join pushes, and what waits for a join", async () => {
  const decision = gate();
  const { port, server } = await serve(
    {
      async join(params, channel) {
        if (params === "push") for (let n = 0; n < 4; n++) channel.push("n", n);
        await decision.opened;
        return ok();
      },
      handleIn: { ping: () => reply("pong") },
    },
    { maxQueued: 3 },
  );
  const client = await TestClient.connect(port);
  const crashed = { response: { reason: "join crashed" }, status: "error" };
  expect(await client.join("a", "push")).toEqual(crashed);
  client.send("b", "b", "b", "phx_join", {});
  for (let n = 0; n < 5; n++) client.push("b", "ping");
  await until(() => server.stats().messagesReceived === 7);
  expect(server.stats().messagesDropped).toBe(2);
  decision.open();
  expect(await client.next()).toEqual(["b", "b", "b", "phx_reply", okReply({})]);
  for (let n = 0; n < 3; n++)
    expect(((await client.next()) as unknown[])[4]).toEqual(okReply("pong"));
});

test("maxBuffered: answers that are gathered do not wait for the client", async () => {
  const { port, server } = await serve(
    { join: () => ok(), handleIn: { ping: (payload: unknown) => reply(payload) } },
    { maxBuffered: 1_000 },
  );
  const client = await TestClient.connect(port);
  await client.join("a");
  client.webSocket.pause();
  // So many pings in one write that their answers are many times what may wait.
  const { _socket: tcp } = client.webSocket as unknown as { _socket: Duplex };
  tcp.cork();
  for (let n = 0; n < 200; n++) client.push("a", "ping", n);
  tcp.uncork();
  client.webSocket.resume();
  for (let n = 0; n < 200; n++) {
    expect(await client.next()).toEqual(["a", String(n + 1), "a", "phx_reply", okReply(n)]);
  }
  expect(server.stats().endsByReason.overflow).toBe(0);
});

test.each([
  ["a join", (socket: TestSocket) => socket.join("b")],
  ["the last push", (_: TestSocket, room: TestChannel) => room.push("stop").assertReply("ok")],
  ["a leave", (_: TestSocket, room: TestChannel) => room.leave()],
])("maxBuffered: the answer to %s is too much, and its channel ends once", async (_name, ask) => {
  const terminated: unknown[] = [];
  const { server } = await serve(
    {
      join: () => ok(),
      handleIn: { ping: () => reply(), stop: () => stop("done", reply()) },
      terminate: (reason) => void terminated.push(reason),
    },
    { maxBuffered: 10 },
  );
  const socket = await connectTo(server, "/socket");
  const room = await socket.join("a");
  socket.pause();
  room.push("ping");
  await expect(ask(socket, room)).rejects.toThrow();
  await until(() => server.stats().live.websocket === 0);
  const { opened, ended, live, channelsOpened, channelsEnded } = server.stats();
  expect({ opened, ended, live }).toEqual({
    opened: 1,
    ended: 1,
    live: { websocket: 0, longpoll: 0, channel: 0 },
  });
  expect(channelsEnded).toBe(channelsOpened);
  expect(terminated).toHaveLength(channelsOpened);
});

test("maxBuffered: hundreds stop reading at once, each of whose ends is broadcast to the others", async () => {
  const errors: unknown[] = [];
  const { server } = await serve(
    {
      join: () => ok(),
      terminate: (_reason, channel) => channel.broadcast("left", {}),
    },
    { maxBuffered: 10_000 },
    { logger: { error: (...told) => errors.push(told) } },
  );
  for (let n = 0; n < 600; n++) {
    const socket = await connectTo(server, "/socket");
    await socket.join("a");
    socket.pause();
  }
  const reader = await connectTo(server, "/socket");
  await reader.join("a");
  // More than may wait, and the straw.
  server.broadcast("a", "much", { body: "x".repeat(20_000) });
  server.broadcast("a", "straw", {});
  await until(() => server.stats().live.websocket === 1);
  expect(errors).toEqual([]);
  expect(server.stats()).toMatchObject({ endsByReason: { overflow: 600 }, live: { channel: 1 } });
});

test("connectTimeout: whoever does not finish a request is answered 408 and let go", async () => {
  const { port } = await serve({ join: () => ok() }, {}, { connectTimeout: 100 });
  for (const said of ["", "GET /socket/websocket HTTP/1.1\r\nHost: x\r\n"]) {
    const socket = connect(port, "127.0.0.1");
    socket.write(said);
    let answer = "";
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
    await once(socket, "close");
    expect(answer).toContain("408 Request Timeout");
  }
});

/** What raw bytes are answered, up to the end of the answer's head. */
async function answerTo(port: number, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write(bytes);
  const [chunk] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  return chunk.toString();
}

const UPGRADE =
  "Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

test.each([
  ["a URL", `?a=${"x".repeat(16_384)}`, ""],
  ["one header", "", `X: ${"x".repeat(16_384)}\r\n`],
  ["many headers", "", "X: x\r\n".repeat(10_000)],
  ["a token", "", `Sec-WebSocket-Protocol: base64url.bearer.phx.${"x".repeat(16_384)}\r\n`],
])("a URL or headers over Node's own limit are answered 431: %s", async (_, query, headers) => {
  const { server, port } = await serve({ join: () => ok() });
  const answer = await answerTo(
    port,
    `GET /socket/websocket${query} HTTP/1.1\r\n${UPGRADE}${headers}\r\n`,
  );
  expect(answer).toContain("431");
  expect(server.stats().opened).toBe(0);
});

test("a URL within Node's limit is read, up to 1,000 parameters", async () => {
  const { port } = await serve({ join: () => ok() });
  const head = (query: string): string =>
    `GET /socket/websocket?${query} HTTP/1.1\r\n${UPGRADE}\r\n`;
  expect(await answerTo(port, head(`a=${"x".repeat(8_192)}`))).toContain("101 Switching Protocols");
  expect(await answerTo(port, head("a&".repeat(1_000)))).toContain("400 Bad Request");
  expect(await answerTo(port, head(`a${"[b]".repeat(33)}=c`))).toContain("400 Bad Request");
});

test("limits are checked, and those of a socket override the server's", () => {
  expect(withLimits(DEFAULT_LIMITS, { maxChannels: 3 })).toEqual({
    ...DEFAULT_LIMITS,
    maxChannels: 3,
  });
  for (const wrong of [
    { maxPayload: 0 },
    { maxChannels: 1.5 },
    { maxQueued: -1 },
    { maxBuffered: Infinity },
    { connectTimeout: Infinity },
    { idleTimeout: 0 },
    { sendTimeout: Number.NaN },
    { closeTimeout: "5" as unknown as number },
  ]) {
    expect(() => new ChannelsServer(wrong)).toThrow(OptionError);
    expect(() => new ChannelsServer().socket("/a", { channels: {}, ...wrong })).toThrow(
      OptionError,
    );
  }
  expect(() =>
    withLimits(DEFAULT_LIMITS, { idleTimeout: Infinity, sendTimeout: Infinity }),
  ).not.toThrow();
});
