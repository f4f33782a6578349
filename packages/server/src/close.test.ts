// Going down: clients are told, work is finished, and nothing is left.
import { once } from "node:events";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { OptionError } from "./errors.ts";
import { accept, noreply, ok, reply, type Accepted } from "./channel/results.ts";
import { TestClient } from "./fixtures/client.ts";
import { servesUntil } from "./fixtures/server.ts";
import { gate, until } from "./fixtures/until.ts";

const serve = servesUntil(onTestFinished);

const anyone = { join: () => ok() };

test("clients get 1012", async () => {
  const { port, server } = await serve(anyone);
  const clients = await Promise.all(Array.from({ length: 20 }, () => TestClient.connect(port)));
  for (const client of clients) await client.join("a");
  await server.close({ drain: 20 });
  const codes = await Promise.all(clients.map(async ({ closed }) => (await closed).code));
  expect(new Set(codes)).toEqual(new Set([1012]));
  expect(server.stats()).toMatchObject({
    live: { websocket: 0, channel: 0 },
    endsByReason: { drained: 20 },
    channelEndsByReason: { closed: 20 },
  });
});

test("it does not wait for the drain time once everybody has gone", async () => {
  const { port, server } = await serve(anyone);
  const client = await TestClient.connect(port);
  const closing = server.close({ drain: 2 ** 30 });
  await client.close();
  await closing;
});

test("what is in hand is finished, and answered, before the client is told", async () => {
  const work = gate();
  const told: string[] = [];
  const { port, server } = await serve({
    join: () => ok(),
    handleIn: {
      async work() {
        await work.opened;
        return reply("done");
      },
    },
    async terminate({ type }) {
      await Promise.resolve();
      told.push(type);
    },
  });
  const client = await TestClient.connect(port);
  await client.join("a");
  const ref = client.push("a", "work");
  await until(() => server.stats().messagesReceived === 2);
  const closing = server.close();
  client.push("a", "work");
  await until(() => server.stats().messagesReceived === 3);
  work.open();
  expect(await client.next()).toEqual([
    "a",
    ref,
    "a",
    "phx_reply",
    { response: "done", status: "ok" },
  ]);
  expect((await client.closed).code).toBe(1012);
  await closing;
  expect(told).toEqual(["closed"]);
  expect(server.stats().messagesDropped).toBe(1);
});

test("work that does not end is not waited for longer than closeTimeout", async () => {
  const { port, server } = await serve(
    { join: () => ok(), handleIn: { hang: () => new Promise<never>(() => {}) } },
    {},
    { closeTimeout: 30 },
  );
  const client = await TestClient.connect(port);
  await client.join("a");
  client.push("a", "hang");
  await until(() => server.stats().messagesReceived === 2);
  await server.close();
  expect((await client.closed).code).toBe(1012);
});

test("a client that does not answer is reset", async () => {
  const { port, server } = await serve(anyone, {}, { closeTimeout: 30 });
  const client = await TestClient.connect(port);
  client.webSocket.pause();
  await server.close();
  expect(server.stats().live.websocket).toBe(0);
  client.webSocket.terminate();
});

test("whoever waits for connect, or has not yet asked, is let go", async () => {
  const asked = gate();
  const { port, server } = await serve(anyone, {
    connect() {
      asked.open();
      return new Promise<Accepted<unknown>>(() => {});
    },
  });
  const mute = connect(port, "127.0.0.1");
  mute.on("error", () => {});
  await once(mute, "connect");
  const waiting = new WebSocket(`ws://127.0.0.1:${port}/socket/websocket`);
  const answered = once(waiting, "unexpected-response");
  waiting.on("error", () => {});
  await asked.opened;
  const closed = once(mute, "close");
  await server.close();
  const [, response] = (await answered) as [unknown, { statusCode: number }];
  expect(response.statusCode).toBe(503);
  await closed;
  waiting.terminate();
  expect(server.stats().upgradesRefused.closing).toBe(1);
});

test("close can be called again, and checks what it is given", async () => {
  const { server } = await serve(
    { join: () => ok(), handleIn: () => noreply() },
    { connect: () => accept() },
  );
  expect(() => server.close({ drain: -1 })).toThrow(OptionError);
  await Promise.all([server.close(), server.close({ drain: 5 })]);
  await server.close();
});
