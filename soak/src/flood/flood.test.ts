// P8: 50,000 messages at a consumer that takes 1 ms for each, over a real socket between two
// processes. Memory stays under a bound that has nothing to do with how many messages there are,
// while pings and pushes on another topic are answered.
import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import {
  LIMIT,
  MESSAGE_BYTES,
  type ClientReport,
  type Consumer,
  type ServerReady,
  type ServerReport,
} from "./protocol.ts";

/** A bound for what hangs. */
const PATIENCE = 120_000;
const COUNT = 50_000;

/** Bytes that a reader may hold, and what is on its way: a tenth of the flood. */
const BOUND = 10_000_000;

function start(name: string, args: readonly string[]): ChildProcess {
  // What npm run build made: the processes run what is published.
  const file = fileURLToPath(new URL(`../../dist/flood/${name}-process.js`, import.meta.url));
  const child = fork(file, [...args], { stdio: "inherit" });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    await new Promise((resolve) => {
      child.once("close", resolve);
      child.kill("SIGKILL");
    });
  });
  return child;
}

function hear<M>(child: ChildProcess): Promise<M> {
  return new Promise((resolve, reject) => {
    child.once("message", (message) => resolve(message as M));
    child.once("exit", (code) => reject(new Error(`It ended with ${code}.`)));
  });
}

/** Resolves with the code of a process that ends by itself. */
function exit(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once("exit", resolve));
}

async function flood(consumer: Consumer, count: number): Promise<ClientReport> {
  const serving = start("flood-server", []);
  const { url } = await hear<ServerReady>(serving);
  const consuming = start("flood-client", [url, consumer, String(count)]);
  const client = await hear<ClientReport>(consuming);
  expect(await exit(consuming)).toBe(0);
  const reported = hear<ServerReport>(serving);
  serving.send("report");
  const server = await reported;
  expect(await exit(serving)).toBe(0);
  expect(server.sent).toBe(count);
  expect(client.ends).toEqual([]);
  expect(server.held).toBeLessThan(BOUND);
  return client;
}

/** Counted, not timed: however slow the machine, they were answered while the flood went on. */
function expectOthersToGoOn({ pings, pushes }: ClientReport): void {
  expect(pings).toBeGreaterThan(5);
  expect(pushes).toBeGreaterThan(5);
}

test(
  "a bounded loop drops the oldest and counts them",
  async () => {
    const client = await flood("loop", COUNT);
    // One may be on its way to the loop.
    expect(client.taken + client.dropped + client.waiting).toBeGreaterThanOrEqual(COUNT - 1);
    expect(client.waiting).toBeLessThanOrEqual(LIMIT);
    expect(client.held).toBeLessThan(BOUND);
    expectOthersToGoOn(client);
  },
  PATIENCE,
);

test(
  "handlers get every one",
  async () => {
    const client = await flood("handler", COUNT);
    expect(client.dropped).toBe(0);
    expect(client.held).toBeLessThan(BOUND);
    expectOthersToGoOn(client);
  },
  PATIENCE,
);

test(
  "a loop that pauses the socket loses nothing, and the server waits",
  async () => {
    // Each is waited for; together they are more than may be held.
    const count = COUNT / 8;
    expect(count * MESSAGE_BYTES).toBeGreaterThan(BOUND);
    const client = await flood("pausing loop", count);
    expect(client.dropped).toBe(0);
    expect(client.taken + client.waiting).toBeGreaterThanOrEqual(count - 1);
    expect(client.pauses).toBeGreaterThan(0);
    expect(client.held).toBeLessThan(BOUND);
  },
  PATIENCE,
);

test(
  "the measure sees what an unbounded reader would cost",
  async () => {
    const client = await flood("hoarding loop", COUNT);
    expect(client.held).toBeGreaterThan(client.waiting * MESSAGE_BYTES);
    expect(client.held).toBeGreaterThan(BOUND);
  },
  PATIENCE,
);
