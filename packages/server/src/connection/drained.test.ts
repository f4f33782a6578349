// How a channel knows what waits for its client, and when there is room again: over every carrier, with
// a client that stops reading.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { selfSigned } from "@slipstream/faults";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import type { ChannelContext } from "../channel/channel-context.ts";
import type { SocketDefinition } from "../endpoint.ts";
import { noreply, ok, reply } from "../channel/results.ts";
import { ChannelsServer } from "../server.ts";
import { TestClient } from "../fixtures/client.ts";
import { servesUntil } from "../fixtures/server.ts";
import { gate, until } from "../fixtures/until.ts";
import { connect as connectInMemory } from "../testing/index.ts";

const serve = servesUntil(onTestFinished);
const okReply = (response: unknown): unknown => ({ response, status: "ok" });

/** A channel, and its client, which reads nothing until it is told. */
interface Pair {
  readonly channel: ChannelContext;
  readonly server: ChannelsServer;
  readonly read: () => void;
}

/** Serves one channel, and hands over what it can do. */
function oneChannel(definition: Partial<SocketDefinition<unknown>> = {}): {
  readonly server: ChannelsServer;
  readonly joined: Promise<ChannelContext>;
} {
  const joined = gate<ChannelContext>();
  const server = new ChannelsServer({ logger: false, maxBuffered: 100_000_000, closeTimeout: 500 });
  server.socket("/socket", {
    ...definition,
    channels: {
      "*": {
        join(_params, channel) {
          joined.open(channel);
          return ok();
        },
      },
    },
  });
  onTestFinished(() => server.close());
  return { server, joined: joined.opened };
}

async function overWebSocket(
  scheme: "ws" | "wss",
  definition: Partial<SocketDefinition<unknown>> = {},
): Promise<Pair> {
  const { server, joined } = oneChannel(definition);
  let port: number;
  if (scheme === "ws") ({ port } = await server.listen({ port: 0, host: "127.0.0.1" }));
  else {
    const https = createServer(selfSigned());
    server.attach(https);
    https.listen(0, "127.0.0.1");
    await once(https, "listening");
    onTestFinished(() => void https.close());
    ({ port } = https.address() as AddressInfo);
  }
  const url = `${scheme}://127.0.0.1:${port}/socket/websocket?vsn=2.0.0`;
  const client = new WebSocket(url, {
    perMessageDeflate: definition.compress === true,
    rejectUnauthorized: false,
  });
  onTestFinished(() => client.terminate());
  await once(client, "open");
  expect(client.extensions !== "").toBe(definition.compress === true);
  client.send(JSON.stringify(["1", "1", "a", "phx_join", {}]));
  await once(client, "message");
  client.pause();
  return { server, channel: await joined, read: () => client.resume() };
}

async function overLongPoll(): Promise<Pair> {
  const { server, joined } = oneChannel();
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  let url = `http://127.0.0.1:${port}/socket/longpoll?vsn=2.0.0`;
  const poll = async (init?: RequestInit): Promise<{ status: number; token: string }> =>
    (await (await fetch(url, init)).json()) as { status: number; token: string };
  url += `&token=${(await poll()).token}`;
  await poll({ method: "POST", body: JSON.stringify(["1", "1", "a", "phx_join", {}]) });
  await poll();
  const read = async (): Promise<void> => {
    while ((await poll()).status !== 410);
  };
  // The server may be gone before the next poll.
  return { server, channel: await joined, read: () => void read().catch(() => {}) };
}

async function inMemory(): Promise<Pair> {
  const { server, joined } = oneChannel();
  const socket = await connectInMemory(server, "/socket");
  await socket.join("a");
  socket.pause();
  return { server, channel: await joined, read: () => socket.resume() };
}

/** More than kernels keep for a connection at both its ends, and so that it cannot be made less. */
const LARGE = randomBytes(1024 * 1024).toString("base64");
const COUNT = 20;

function fill(channel: ChannelContext): void {
  for (let n = 0; n < COUNT; n++) channel.push("large", LARGE);
}

describe.each<[string, () => Promise<Pair>]>([
  ["a WebSocket", () => overWebSocket("ws")],
  ["a WebSocket over TLS", () => overWebSocket("wss")],
  ["a WebSocket that compresses", () => overWebSocket("ws", { compress: true })],
  ["long polling", overLongPoll],
  ["the test kit", inMemory],
])("over %s", (_carrier, open) => {
  test("what waits is known, and drained resolves when the client has taken it", async () => {
    const { channel, read } = await open();
    expect(channel.bufferedAmount).toBe(0);
    fill(channel);
    expect(channel.bufferedAmount).toBeGreaterThan((COUNT * LARGE.length) / 4);
    const story: string[] = [];
    const drained = channel.drained({ below: 1 }).then(() => story.push("drained"));
    await channel.drained({ below: Infinity });
    story.push("reads");
    read();
    await drained;
    expect(story).toEqual(["reads", "drained"]);
    expect(channel.bufferedAmount).toBe(0);
  });

  test("who waits can give up, and the others wait on", async () => {
    const { channel, read } = await open();
    fill(channel);
    const giving = new AbortController();
    const reason = new Error("enough");
    const [first, second] = [
      channel.drained({ below: 1, signal: giving.signal }),
      channel.drained({ below: 1 }),
    ];
    giving.abort(reason);
    await expect(first).rejects.toBe(reason);
    await expect(channel.drained({ signal: giving.signal })).rejects.toBe(reason);
    read();
    await second;
  });

  test("it resolves too when the connection ends, and nothing waits any more", async () => {
    const { channel, server } = await open();
    fill(channel);
    const drained = channel.drained({ below: 1 });
    channel.socket.drop();
    await drained;
    expect(channel.bufferedAmount).toBe(0);
    await until(() => server.stats().ended === 1);
  });
});

test.each(["ws", "wss"] as const)(
  "over %s, less than a high water mark is waited for too",
  async (scheme) => {
    const { channel, read } = await overWebSocket(scheme);
    while (channel.bufferedAmount === 0) channel.push("small", "x".repeat(1_000));
    expect(channel.bufferedAmount).toBeLessThan(2_000);
    const drained = channel.drained({ below: 1 });
    read();
    await drained;
    expect(channel.bufferedAmount).toBe(0);
  },
);

test("the test kit: what waits is heard in order, and before a close", async () => {
  const { server, joined } = oneChannel();
  const socket = await connectInMemory(server, "/socket");
  const room = await socket.join("a");
  const channel = await joined;
  socket.pause();
  channel.push("n", 1);
  channel.push("n", 2);
  await room.refutePush("n");
  socket.resume();
  expect([await room.assertPush("n"), await room.assertPush("n")]).toEqual([1, 2]);
  socket.pause();
  channel.push("n", 3);
  channel.socket.close(4000);
  await room.assertPush("n", 3);
  await socket.assertDisconnect({ code: 4000 });
});

test.each([
  ["maxBuffered", { maxBuffered: 10_000 }, "overflow"],
  ["sendTimeout", { sendTimeout: 50 }, "sendTimeout"],
] as const)("the test kit: a client that reads no more meets %s", async (_limit, limits, end) => {
  const { server, joined } = oneChannel(limits);
  const socket = await connectInMemory(server, "/socket");
  await socket.join("a");
  const channel = await joined;
  socket.pause();
  for (let n = 0; n < 20; n++) channel.push("n", "x".repeat(1_000));
  await socket.assertDisconnect({ code: 1006 });
  expect(server.stats().endsByReason[end]).toBe(1);
});

test.each([0, -1, NaN, "1"])("drained refuses to wait for fewer than %s bytes", async (below) => {
  const { channel } = await inMemory();
  await expect(channel.drained({ below: below as number })).rejects.toThrow(/"below"|below/);
  await expect(channel.drained({ bellow: 1 } as object)).rejects.toThrow(/bellow/);
});

test("drained: resolves when what was pushed is on its way, so that much can be pushed", async () => {
  const { port, server } = await serve(
    {
      join: () => ok(),
      async handleIn(_push, channel) {
        const text = "x".repeat(10_000);
        for (let n = 0; n < 3_000; n++) {
          channel.push("n", { n, text });
          await channel.drained();
        }
        return noreply();
      },
    },
    { maxBuffered: 100_000 },
  );
  const client = await TestClient.connect(port);
  await client.join("a");
  client.push("a", "go");
  for (let n = 0; n < 3_000; n++)
    expect(await client.next()).toMatchObject(["a", null, "a", "n", { n }]);
  expect(server.stats().endsByReason.overflow).toBe(0);
});

test("drained: resolves too when the connection ends", async () => {
  const finished = gate();
  const { port, server } = await serve({
    join: () => ok(),
    async handleIn(_push, channel) {
      for (let n = 0; channel.socket && n < 200; n++) channel.push("n", "x".repeat(100_000));
      await channel.drained();
      finished.open();
      return noreply();
    },
  });
  const client = await TestClient.connect(port);
  await client.join("a");
  client.webSocket.pause();
  client.push("a", "go");
  await until(() => server.stats().messagesReceived === 2);
  client.webSocket.terminate();
  await finished.opened;
});

test("drained: a loop over it lets others have their turn, even when nothing waits", async () => {
  const over = new AbortController();
  const { port } = await serve({
    join: () => ok(),
    handleIn: {
      async loop(_payload, channel) {
        while (!over.signal.aborted) await channel.drained();
        return reply("over");
      },
      end() {
        over.abort();
        return reply("ended");
      },
    },
  });
  const [looping, other] = [await TestClient.connect(port), await TestClient.connect(port)];
  await looping.join("a");
  await other.join("a");
  looping.push("a", "loop");
  expect(await other.ask("a", "end")).toEqual(okReply("ended"));
  expect(await looping.next()).toMatchObject(["a", "1", "a", "phx_reply", okReply("over")]);
});
