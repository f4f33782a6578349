// Which handlers take longest, told by the server itself; clients cannot make the table grow.
import { expect, onTestFinished, test } from "vitest";
import { TestClient } from "../fixtures/client.ts";
import { servesUntil } from "../fixtures/server.ts";
import { gate, until } from "../fixtures/until.ts";
import { ok, reply } from "../channel/results.ts";
import { HandlerTimes } from "./handler-times.ts";

const serve = servesUntil(onTestFinished);

const callsOf = (times: HandlerTimes): number =>
  times.slowest(1_000).reduce((sum, { calls }) => sum + calls, 0);

test("each callback is counted under its channel and event, what takes longest first", async () => {
  const held = gate();
  const { server, port } = await serve({
    join: () => ok(),
    handleIn: {
      quick: () => reply(),
      async slow() {
        await held.opened;
        return reply();
      },
    },
  });
  const times = new HandlerTimes(server);
  onTestFinished(() => times.stop());
  const other = new HandlerTimes({});
  onTestFinished(() => other.stop());
  const client = await TestClient.connect(port);
  await client.join("a");
  await client.join("b");
  client.push("a", "slow");
  for (let n = 0; n < 3; n++) client.push("b", "quick");
  await until(() => callsOf(times) === 5);
  held.open();
  await until(() => callsOf(times) === 6);
  const all = times.slowest();
  const slow = all.find(({ event }) => event === "slow");
  expect(slow).toMatchObject({ channel: "*", calls: 1 });
  expect(slow?.longest).toBe(slow?.mean);
  const longest = all.map((one) => one.longest);
  expect(longest).toEqual(longest.toSorted((a, b) => b - a));
  expect(new Map(all.map(({ event, calls }) => [event, calls]))).toEqual(
    new Map([
      ["(join)", 2],
      ["slow", 1],
      ["quick", 3],
    ]),
  );
  expect(times.slowest(1)).toHaveLength(1);
  expect(other.slowest()).toEqual([]);
  times.clear();
  expect(times.slowest()).toEqual([]);
  times.stop();
  const { messagesSent } = server.stats();
  client.push("b", "quick");
  await until(() => server.stats().messagesSent > messagesSent);
  expect(times.slowest()).toEqual([]);
});

test("a client that makes up events finds no more room than there is", async () => {
  const { server, port } = await serve({
    join: () => ok(),
    handleIn: (_push) => reply(),
  });
  const times = new HandlerTimes(server);
  onTestFinished(() => times.stop());
  const client = await TestClient.connect(port);
  await client.join("a");
  for (let n = 0; n < 300; n++) client.push("a", `event ${n}`);
  client.push("a", "x".repeat(5_000));
  await until(() => callsOf(times) === 302);
  const all = times.slowest(1_000);
  expect(all.length).toBeLessThanOrEqual(101);
  expect(all.find(({ event }) => event === "(others)")?.calls).toBeGreaterThan(200);
  expect(Math.max(...all.map(({ event }) => event.length))).toBeLessThanOrEqual(100);
});
