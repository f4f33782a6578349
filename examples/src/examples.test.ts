// Each example, run against a real server.
import { expect, onTestFinished, test } from "vitest";
import { serve } from "./fixtures/serve.ts";
import { startMetrics } from "./graceful-startup.ts";
import { Follower } from "./rejoin-on-reconnect.ts";
import { Repeater } from "./repeater.ts";
import { PriceService } from "./request-reply.ts";
import { script } from "./scripting.ts";
import { TokenClient } from "./token-refresh.ts";

test("graceful start-up: no configuration, a wrong one, a right one, and a server that is down", async () => {
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  expect(await startMetrics(undefined, warn)).toBe(null);
  expect(await startMetrics("not a URL", warn)).toBe(null);
  expect(warnings).toEqual([
    "metrics are off: METRICS_URL is not set",
    expect.stringContaining("metrics are off: The option url cannot be this string."),
  ]);
  const { url } = await serve();
  for (const place of [url, "ws://127.0.0.1:1/socket"]) {
    const client = await startMetrics(place, warn);
    expect(client?.state).toEqual({ type: "running" });
    await client?.stop();
  }
});

test("repeater: what is sent is handed on, in order", async () => {
  const { url, server } = await serve();
  const handed: unknown[] = [];
  let all: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    all = resolve;
  });
  const repeater = new Repeater(url, (...message) => {
    if (handed.push(message) === 3) all();
  });
  onTestFinished(() => repeater.stop());
  await repeater.start();
  await expect.poll(() => server.stats().live.channel).toBe(1);
  for (const n of [1, 2, 3]) server.broadcast("rooms:lobby", "news", { n });
  await done;
  expect(handed).toEqual([1, 2, 3].map((n) => ["rooms:lobby", "news", { n }]));
});

test("rejoin on reconnect: all topics are there again", async () => {
  const { url, server } = await serve();
  const follower = new Follower(url);
  onTestFinished(() => follower.stop());
  await follower.start();
  follower.follow("rooms:a");
  follower.follow("rooms:b");
  await expect.poll(() => follower.following()).toEqual(["rooms:a", "rooms:b"]);
  const { opened } = server.stats();
  server.disconnect("everyone");
  await expect.poll(() => server.stats().opened).not.toEqual(opened);
  await expect.poll(() => follower.following()).toEqual(["rooms:a", "rooms:b"]);
});

test("request-reply: answers find their callers", async () => {
  const { url, server } = await serve();
  const prices = new PriceService(url);
  onTestFinished(() => prices.stop());
  await prices.start();
  await expect.poll(() => server.stats().live.channel).toBe(1);
  const answers = await Promise.allSettled([prices.priceOf("tea"), prices.priceOf("sand")]);
  expect(answers).toMatchObject([
    { status: "fulfilled", value: { price: 3 } },
    {
      status: "rejected",
      reason: { message: "no price: refused", code: "refused", status: "error" },
    },
  ]);
});

test("scripting: from top to bottom", async () => {
  const { url } = await serve();
  const printed: unknown[] = [];
  await script(url, (line) => printed.push(line));
  expect(printed).toEqual([
    { pong: "pong" },
    { bar: "baz" },
    { code: 1000, reason: "", clean: true },
  ]);
});

test("token refresh: one that expired is renewed, once", async () => {
  let valid = "token-1";
  const { url, server } = await serve(({ authToken }) => authToken === valid);
  let given = 0;
  const client = new TokenClient(url, async () => `token-${++given}`);
  onTestFinished(() => client.stop());
  await client.start();
  await expect.poll(() => server.stats().live.channel).toBe(1);
  valid = "token-2";
  server.disconnect("everyone");
  await expect.poll(() => given).toBe(2);
  await expect.poll(() => server.stats().live.channel).toBe(1);
  expect(given).toBe(2);
});
