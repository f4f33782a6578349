// Every side does what it is timed for: it gets each message once, in order and whole, on the right
// channel, and each reply for its own push, and leaves nothing at the server.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { liveOnce } from "../benches/churn.ts";
import { pushAndAwait } from "../benches/push-reply.ts";
import { receiveFlood } from "../benches/receive.ts";
import { startBenchServer, type BenchServer } from "../server/server.ts";
import { clientSides, loadSide } from "./load-side.ts";

let server: BenchServer;
beforeAll(async () => {
  server = await startBenchServer();
});
afterAll(() => server.close());

test("the first side is what the others are compared with", () => {
  expect(clientSides[0]).toBe("bare");
});

test("a side that does not exist is told by name", async () => {
  await expect(loadSide("websocat")).rejects.toThrow(/websocat/);
});

describe.each(clientSides)("%s", (name) => {
  // Lengths on both sides of where a frame's header grows (RFC 6455 5.2).
  test.each([20, 80, 81, 1_024, 65_490, 65_510, 102_400])(
    "gets payloads of %i bytes",
    async (bytes) => {
      const { connect } = await loadSide(name);
      const socket = await connect(server.url);
      const got = new Map<string, unknown[]>();
      let done: () => void = () => {};
      const all = new Promise<void>((resolve) => {
        done = resolve;
      });
      let left = 10;
      const channels = ["room:a", "room:b", "room:c"].map((topic) => {
        const payloads: unknown[] = [];
        got.set(topic, payloads);
        const channel = socket.channel(topic, {});
        channel.on("message", (payload) => {
          payloads.push(payload);
          left -= 1;
          if (left === 0) done();
        });
        return channel;
      });
      for (const channel of channels) await channel.join();
      await channels[1]!.push("flood", { count: left, bytes });
      await all;
      await socket.disconnect();

      const message = { id: 1, body: "x".repeat(bytes - '{"id":1,"body":""}'.length) };
      expect(JSON.stringify(message)).toHaveLength(bytes);
      expect([...got]).toEqual([
        ["room:a", [message, message, message, message]],
        ["room:b", [message, message, message]],
        ["room:c", [message, message, message]],
      ]);
    },
  );

  test("has the flood that the bench times counted whole", async () => {
    const flood = { bytes: 100, messages: 3_000, channels: 100 };
    const { characters } = await receiveFlood(name, server.url, flood);
    expect(characters).toBe(3_000 * (100 - '{"id":1,"body":""}'.length));
  });

  test("gets each reply for its own push", async () => {
    const { connect } = await loadSide(name);
    const socket = await connect(server.url);
    const channel = socket.channel("room:lobby", {});
    await channel.join();
    expect(await channel.push("echo", { id: 7, list: ["é", null] })).toEqual({
      id: 7,
      list: ["é", null],
    });
    await pushAndAwait(channel, 500, 100);
    await socket.disconnect();
  });

  test("lives the whole cycle, and the server is left with nothing", async () => {
    const side = await loadSide(name);
    const bytes = 256 * 1_024;
    expect(await liveOnce(side, server.url, bytes)).toBe(bytes - '{"id":1,"body":""}'.length);
    const socket = await side.connect(server.url);
    const channel = socket.channel("room:lobby", {});
    await channel.join();
    await expect.poll(() => channel.push("connections", {})).toEqual({ connections: 1 });
    await channel.leave();
    await socket.disconnect();
  });
});
