// The bounds on how much clients may ask for, each exceeded.
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { ok, reply } from "../channel/results.ts";
import { TestClient } from "../fixtures/client.ts";
import { servesUntil } from "../fixtures/server.ts";
import { gate, until } from "../fixtures/until.ts";

const serve = servesUntil(onTestFinished);
const echo = { join: () => ok(), handleIn: { echo: (payload: unknown) => reply(payload) } };

test("maxMessageRate: who sends too much is closed with 1008, and others are not", async () => {
  const { port, server } = await serve(echo, { maxMessageRate: 50 });
  const [fast, slow] = [await TestClient.connect(port), await TestClient.connect(port)];
  onTestFinished(() => slow.close());
  await fast.join("a");
  await slow.join("a");
  for (let n = 0; n < 200; n++) fast.push("a", "echo", { n });
  expect(await fast.closed).toEqual({ code: 1008, reason: "too many messages" });
  expect(await slow.ask("a", "echo", { n: 1 })).toMatchObject({ response: { n: 1 } });
  await until(() => server.stats().live.websocket === 1);
  expect(server.stats().endsByReason.rateLimited).toBe(1);
});

test("maxJoinRate: a flood of joins, one after the other, is closed with 1008", async () => {
  const { port, server } = await serve(echo, { maxJoinRate: 20 });
  const client = await TestClient.connect(port);
  for (let n = 0; n < 200; n++) client.send(`${n}`, `${n}`, "a", "phx_join", {});
  expect((await client.closed).code).toBe(1008);
  await until(() => server.stats().live.websocket === 0);
  const { joins, endsByReason } = server.stats();
  expect(endsByReason.rateLimited).toBe(1);
  expect(joins.ok).toBeLessThan(30);
});

test("handlerTimeout: a handler that never ends is reported, and ends its channel alone", async () => {
  const forever = gate();
  onTestFinished(() => forever.open());
  const errors: string[] = [];
  const { port, server } = await serve(
    { ...echo, handleIn: { ...echo.handleIn, hang: () => forever.opened } },
    { handlerTimeout: 100 },
    { logger: { error: (message) => errors.push(message) } },
  );
  const client = await TestClient.connect(port);
  await client.join("a");
  await client.join("b");
  client.push("a", "hang");
  expect(await client.next()).toEqual(["a", "a", "a", "phx_error", {}]);
  expect(errors).toEqual(['The handleIn of the channel "a" exceeds handlerTimeout at "hang".']);
  expect(await client.ask("b", "echo", { n: 1 })).toMatchObject({ response: { n: 1 } });
  expect(server.stats().channelEndsByReason.handlerTimeout).toBe(1);
  forever.open();
  await client.close();
});

/** The status with which a client is refused, or 101. */
function statusOf(port: number, headers: Record<string, string> = {}): Promise<number> {
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}/socket/websocket?vsn=2.0.0`, { headers });
  webSocket.on("error", () => {});
  onTestFinished(() => webSocket.terminate());
  return new Promise((resolve) => {
    webSocket.on("open", () => resolve(101));
    webSocket.on("unexpected-response", (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
  });
}

test("maxConnections: one more is answered 503, until one has ended", async () => {
  const { port, server } = await serve(echo, { maxConnections: 2 });
  const first = await TestClient.connect(port);
  const second = await TestClient.connect(port);
  onTestFinished(() => second.close());
  expect(await statusOf(port)).toBe(503);
  await first.close();
  await until(() => server.stats().live.websocket === 1);
  expect(await statusOf(port)).toBe(101);
  expect(server.stats().upgradesRefused.full).toBe(1);
});

test("maxConnectionsPerAddress: one more of the same address is answered 429", async () => {
  const { port, server } = await serve(echo, {
    maxConnectionsPerAddress: 1,
    addressOf: ({ headers }) => String(headers["x-forwarded-for"]),
  });
  expect(await statusOf(port, { "x-forwarded-for": "10.0.0.1" })).toBe(101);
  expect(await statusOf(port, { "x-forwarded-for": "10.0.0.1" })).toBe(429);
  expect(await statusOf(port, { "x-forwarded-for": "10.0.0.2" })).toBe(101);
  expect(server.stats().upgradesRefused.addressLimited).toBe(1);
});

test("maxConnectsPerAddress: who connects too often is answered 429", async () => {
  const { port } = await serve(echo, { maxConnectsPerAddress: 3 });
  const statuses: number[] = [];
  for (let n = 0; n < 10; n++) statuses.push(await statusOf(port));
  expect(statuses.slice(0, 3)).toEqual([101, 101, 101]);
  expect(statuses).toContain(429);
});

test("an addressOf that throws refuses its client, and nobody else", async () => {
  const { port } = await serve(echo, {
    maxConnectionsPerAddress: 5,
    addressOf: ({ headers }) => {
      if (headers["x-forwarded-for"] === undefined) throw new Error("no proxy");
      return "a";
    },
  });
  expect(await statusOf(port)).toBe(429);
  expect(await statusOf(port, { "x-forwarded-for": "10.0.0.1" })).toBe(101);
});
