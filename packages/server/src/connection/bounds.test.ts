// The bounds, exceeded by many at once, for real: what it costs the server is given back, nobody else
// notices, and every end is counted (P16, P17). The server has a process of its own.
import { execFileSync } from "node:child_process";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { encodeFrame, kernelSockets, textFrame } from "@slipstream/faults";
import { expect, onTestFinished, test } from "vitest";
import type { Limits } from "../limits.ts";
import { requestHead, stalledClient, tcpClient } from "../fixtures/bare-client.ts";
import { TestClient } from "../fixtures/client.ts";
import { CountedServer, type CheckedStats } from "../fixtures/counted-server.ts";

/** Far less than any of these tests costs while it lasts. */
const FORGIVEN = 8 * 1024 * 1024;
/** A bound for what hangs: these tests make thousands of connections. */
const PATIENCE = 240_000;

/** The bytes of a message, as a client sends it. */
function messageBytes(...message: readonly unknown[]): Buffer {
  return encodeFrame({ mask: Buffer.from([1, 2, 3, 4]), ...textFrame(JSON.stringify(message)) });
}

async function serve(limits: Partial<Limits>): Promise<CountedServer> {
  const server = await CountedServer.start(limits);
  onTestFinished(() => server.kill());
  return server;
}

/** As many of something as asked for, 100 at a time. */
async function many<T>(count: number, make: (n: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  while (made.length < count) {
    const first = made.length;
    const some = Math.min(100, count - first);
    made.push(...(await Promise.all(Array.from({ length: some }, (_, n) => make(first + n)))));
  }
  return made;
}

async function sockets(count: number, make: (n: number) => Promise<Socket>): Promise<Socket[]> {
  const made = await many(count, make);
  onTestFinished(() => {
    for (const socket of made) socket.destroy();
  });
  return made;
}

async function untilStats(
  server: CountedServer,
  condition: (stats: CheckedStats) => boolean,
): Promise<CheckedStats> {
  for (;;) {
    const stats = await server.stats();
    if (condition(stats)) return stats;
    await delay(10);
  }
}

/** How many connections the kernel has at the server's end, by state; undefined where it does not tell. */
function atServer(port: number): Record<string, number> | undefined {
  const sockets = kernelSockets(port);
  if (sockets === undefined) return undefined;
  const counts: Record<string, number> = {};
  for (const { localPort, state } of sockets) {
    // What is in TIME-WAIT has ended well, and holds nothing.
    if (localPort !== port || state === "LISTEN" || state === "TIME-WAIT") continue;
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return counts;
}

/** So many connections are left in the kernel too, and none is on its way out. */
async function expectLeft(port: number, count: number): Promise<void> {
  if (atServer(port) === undefined) return;
  await expect.poll(() => atServer(port)).toEqual({ ESTABLISHED: count });
}

/** A client that asks for an echo, over and over, until `stop`; its every answer must come. */
async function bystander(port: number): Promise<{ stop(): Promise<number> }> {
  const client = await TestClient.connect(port);
  await client.join("bystander");
  const over = new AbortController();
  const talk = async (): Promise<number> => {
    let answered = 0;
    for (; !over.signal.aborted; answered++) {
      // Within `maxMessageRate`, however fast the machine is.
      await delay(2);
      expect(await client.ask("bystander", "echo", answered)).toEqual({
        status: "ok",
        response: answered,
      });
    }
    return answered;
  };
  const talking = talk();
  // Who fails before `stop` fails then.
  talking.catch(() => {});
  return {
    stop() {
      over.abort();
      return talking;
    },
  };
}

function expectCounted({ checks, violations, ...stats }: CheckedStats): void {
  expect(checks).toBeGreaterThan(0);
  expect(violations).toBe(0);
  const reasons = Object.values(stats.endsByReason).reduce((sum, count) => sum + count, 0);
  expect(reasons).toBe(stats.ended);
}

async function expectGivenBack(server: CountedServer, before: number): Promise<void> {
  await expect.poll(async () => (await server.memory()) - before).toBeLessThan(FORGIVEN);
}

test(
  "readers that stop reading while 30,000 x 1 KB are pushed to each",
  { timeout: PATIENCE },
  async () => {
    const server = await serve({});
    const other = await bystander(server.port);
    const before = await server.memory();
    const stalled = await sockets(4, () => stalledClient(server.port));
    for (const socket of stalled) {
      socket.write(messageBytes("1", "1", "a", "phx_join", {}));
      socket.write(messageBytes("1", "2", "a", "flood", { count: 30_000, size: 1_000 }));
    }
    const stats = await untilStats(server, ({ ended }) => ended === 4);
    expect(stats.endsByReason.overflow).toBe(4);
    expect(stats.live).toEqual({ websocket: 1, longpoll: 0, channel: 1 });
    await expectLeft(server.port, 1);
    await expectGivenBack(server, before);
    expect(await other.stop()).toBeGreaterThan(0);
    expectCounted(await server.stats());
  },
);

test("peers that are half gone", { timeout: PATIENCE }, async () => {
  const server = await serve({ idleTimeout: 3_000, closeTimeout: 200 });
  const other = await bystander(server.port);
  // Each as soon as it is there: whoever waits for the others may be silent for too long.
  const join = async (): Promise<Socket> => {
    const socket = await stalledClient(server.port);
    socket.write(messageBytes("1", "1", "a", "phx_join", {}));
    return socket;
  };
  await sockets(50, async () => (await join()).end());
  // They say no more, and keep their end open whatever the server does.
  await sockets(50, join);
  const stats = await untilStats(server, ({ ended }) => ended === 100);
  expect(stats.endsByReason).toMatchObject({ connectionLost: 50, idleTimeout: 50 });
  expect(stats.channelEndsByReason.closed).toBe(100);
  await expectLeft(server.port, 1);
  expect(await other.stop()).toBeGreaterThan(0);
  expectCounted(await server.stats());
});

test("handshakes that take for ever", { timeout: PATIENCE }, async () => {
  const server = await serve({ connectTimeout: 500, closeTimeout: 500 });
  const other = await bystander(server.port);
  const before = await server.memory();
  const head = requestHead();
  const slow = await sockets(200, () => tcpClient(server.port));
  const undecided = await sockets(100, () => tcpClient(server.port));
  for (const socket of undecided) {
    socket.resume().write(`${requestHead("vsn=2.0.0&never=1")}\r\n`);
    socket.on("end", () => socket.end());
  }
  let written = 0;
  const timer = setInterval(() => {
    const byte = head[written++ % head.length] as string;
    for (const socket of slow) if (socket.writable) socket.write(byte);
  }, 50);
  onTestFinished(() => clearInterval(timer));
  const stats = await untilStats(
    server,
    ({ upgradesRefused }) => upgradesRefused.connectTimeout === 100,
  );
  expect(stats.opened).toBe(1);
  await expectLeft(server.port, 1);
  clearInterval(timer);
  await expectGivenBack(server, before);
  expect(await other.stop()).toBeGreaterThan(0);
  expectCounted(await server.stats());
});

/** Half of 10,000, or of what the machine lets a process open. */
const SILENT = Math.min(5_000, Math.floor((filesOfAProcess() - 500) / 2));

function filesOfAProcess(): number {
  const told = execFileSync("sh", ["-c", "ulimit -Hn"], { encoding: "utf8" }).trim();
  return told === "unlimited" ? Infinity : Number(told);
}

test(
  "10,000 connections that never speak: half of them not at all, half not after their handshake",
  { timeout: PATIENCE },
  async () => {
    const server = await serve({ connectTimeout: 3_000, idleTimeout: 3_000, closeTimeout: 500 });
    const other = await bystander(server.port);
    const before = await server.memory();
    await sockets(SILENT, async () => (await tcpClient(server.port)).pause());
    await sockets(SILENT, () => stalledClient(server.port));
    const stats = await untilStats(server, ({ ended }) => ended === SILENT);
    expect(stats.endsByReason.idleTimeout).toBe(SILENT);
    expect(stats.live.websocket).toBe(1);
    await expectLeft(server.port, 1);
    await expectGivenBack(server, before);
    expect(await other.stop()).toBeGreaterThan(0);
    expectCounted(await server.stats());
  },
);

test(
  "floods of joins: of ever other topics, and of the same one",
  { timeout: PATIENCE },
  async () => {
    const server = await serve({ maxMessageRate: 1_000, closeTimeout: 500 });
    const other = await bystander(server.port);
    const before = await server.memory();
    const flooding = await sockets(10, () => stalledClient(server.port));
    for (const [index, socket] of flooding.entries()) {
      socket.resume();
      const joins = Array.from({ length: 12_000 }, (_, n) => {
        const topic = index < 5 ? `room:${n}` : "room";
        return messageBytes(String(n), String(n), topic, "phx_join", {});
      });
      socket.write(Buffer.concat(joins));
      socket.on("end", () => socket.end());
    }
    const stats = await untilStats(server, ({ ended }) => ended === 10);
    expect(stats.endsByReason.rateLimited).toBe(10);
    expect(stats.live).toEqual({ websocket: 1, longpoll: 0, channel: 1 });
    expect(stats.channelEndsByReason).toMatchObject({
      closed: 5 * 100 + 5,
      duplicateJoin: stats.joins.ok - 5 * 100 - 5 - 1,
    });
    await expectLeft(server.port, 1);
    await expectGivenBack(server, before);
    expect(await other.stop()).toBeGreaterThan(0);
    expectCounted(await server.stats());
  },
);

test("a storm of broadcasts, while some do not read", { timeout: PATIENCE }, async () => {
  const STORM = 10_000;
  const AT_ONCE = 50;
  const server = await serve({ maxBuffered: 256 * 1024 });
  const stalled = await sockets(3, () => stalledClient(server.port));
  for (const socket of stalled) socket.write(messageBytes("1", "1", "room", "phx_join", {}));
  await untilStats(server, ({ joins }) => joins.ok === 3);
  const members = await many(5, () => TestClient.connect(server.port));
  for (const member of members) await member.join("room");
  const [speaker] = members as [TestClient];
  const body = "x".repeat(1_000);
  for (let n = 0; n < STORM; n += AT_ONCE) {
    for (let m = n; m < n + AT_ONCE; m++) speaker.push("room", "storm", { n: m, body });
    for (const member of members) {
      for (let m = n; m < n + AT_ONCE; m++) {
        expect(await member.next()).toMatchObject([null, null, "room", "storm", { n: m }]);
      }
    }
  }
  const stats = await untilStats(server, ({ ended }) => ended === 3);
  expect(stats.endsByReason.overflow).toBe(3);
  expect(stats.live).toEqual({ websocket: 5, longpoll: 0, channel: 5 });
  await expectLeft(server.port, 5);
  expectCounted(stats);
});
