// P3: whatever connects and disconnects did to each other, nothing is left: no socket here or in the
// kernel, no listener, no timer that would keep the process, no member on the server.
import { execFile } from "node:child_process";
import { getEventListeners } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { seededRandom } from "@slipstream/core";
import { kernelSockets } from "@slipstream/faults";
import { describe, expect, onTestFailed, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { serve, speakOnly } from "./fixtures/servers.ts";
import { newSocket, openSocket, turn } from "./fixtures/sockets.ts";
import type { Socket } from "./index.ts";

function clientSockets(port: number): string[] {
  return (kernelSockets(port) ?? [])
    .filter(({ remotePort, state }) => remotePort === port && state !== "TIME-WAIT")
    .map(({ state }) => state);
}

/** Each attempt has ended for one reason, and nothing is awaited any more. */
function expectSettled({ state, stats }: Socket): void {
  const { attempts, endsByReason } = stats.counters;
  const ends = Object.values(endsByReason).reduce((sum, count) => sum + count, 0);
  expect([ends, stats.channels, stats.bufferedAmount]).toEqual([attempts, 0, 0]);
  expect(["idle", "ended"]).toContain(state.type);
}

describe("1,000 overlapping connects and disconnects", () => {
  const SOCKETS = 50;
  const STEPS = 20;

  test("at random moments leave nothing on either side", async () => {
    const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 32));
    onTestFailed(() => console.log(`SEED=${seed} plays it again`));
    const random = seededRandom(seed);
    const { server, port, url } = await serve();
    const pick = (count: number): number => Math.floor(random() * count);

    async function live(socket: Socket): Promise<void> {
      for (let step = 0; step < STEPS; step++) {
        switch (pick(6)) {
          case 0:
          case 1:
            void socket.connect();
            break;
          case 2:
          case 3:
            void socket.disconnect();
            break;
          case 4:
            void socket.join("room:a");
            break;
          case 5:
            await socket.disconnect();
        }
        for (let turns = pick(4); turns > 0; turns--) await turn();
      }
      await socket.disconnect();
    }

    const sockets = Array.from({ length: SOCKETS }, () => newSocket(url));
    await Promise.all(sockets.map(live));
    for (const socket of sockets) expectSettled(socket);
    expect(clientSockets(port)).toEqual([]);
    await expect.poll(() => server.stats().live).toEqual({ websocket: 0, longpoll: 0, channel: 0 });
    const { opened, ended } = server.stats();
    expect(ended).toBe(opened);
  });
});

test("200 sockets whose server never answers the close", async () => {
  const { server, url } = await speakOnly();
  const sockets = await Promise.all(
    Array.from({ length: 200 }, () => openSocket(url, { closeTimeout: 50 })),
  );
  const ends = await Promise.all(sockets.map((socket) => socket.disconnect()));
  expect(new Set(ends.map(({ clean }) => clean))).toEqual(new Set([false]));
  expect(clientSockets(server.port)).toEqual([]);
  for (const socket of sockets) expectSettled(socket);
  await Promise.all(server.peers.map((peer) => peer.gone()));
  expect(server.live).toBe(0);
});

describe("listeners of signals that live long", () => {
  test("are let go of when what they were given to is over", async () => {
    const { url } = await serve();
    const { signal } = new AbortController();
    const listeners = (): number => getEventListeners(signal, "abort").length;
    const socket = newSocket(url, { signal });
    await socket.connect({ signal });
    expect(listeners()).toBe(1);
    const room = await socket.join("room:a", {}, { signal });
    await room.push("echo", {}, { signal });
    await failureOf(room.push("refuse", {}, { signal }));
    expect(listeners()).toBe(1);
    const lost = failureOf(room.push("silent", {}, { signal }));
    expect(listeners()).toBe(2);
    const timedOut = failureOf(room.push("silent", {}, { signal, timeout: 1 }));
    expect(await timedOut).toMatchObject({ code: "timeout" });
    await socket.disconnect();
    expect(await lost).toMatchObject({ code: "disconnected" });
    expect(listeners()).toBe(0);
    await socket.connect();
    expect(listeners()).toBe(1);
    await socket.disconnect();
    expect(listeners()).toBe(0);
  });

  test("a connect and a join that fail let go too", async () => {
    const { url } = await serve();
    const { signal } = new AbortController();
    const socket = await openSocket(url, { signal });
    expect(await failureOf(socket.join("room:a", { deny: true }, { signal }))).toMatchObject({
      code: "refused",
    });
    expect(getEventListeners(signal, "abort").length).toBe(1);
    const never = newSocket("ws://127.0.0.1:1/socket", { reconnect: false, signal });
    await failureOf(never.connect({ signal }));
    expect(getEventListeners(signal, "abort").length).toBe(1);
  });
});

describe("the process exits by itself", () => {
  const root = fileURLToPath(new URL("../../..", import.meta.url));

  /** Runs a program whose last word is JSON. It hangs if it does not exit by itself. */
  async function run(program: string): Promise<unknown> {
    const code = `import { connect, Socket } from "@slipstream/client"; ${program}`;
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", code],
      { cwd: root },
    );
    expect(stderr).toBe("");
    return JSON.parse(stdout);
  }

  test("after a disconnect, with pushes, a ping, a join and a loop still waiting", async () => {
    const { url } = await serve();
    const result = await run(`
      const socket = await connect(${JSON.stringify(url)});
      const room = await socket.join("room:a");
      room.push("silent");
      room.push("silent", {}, { timeout: Infinity });
      socket.channel("room:b").join();
      socket.ping();
      const loop = (async () => { for await (const _ of room.messages()); return "loop ended"; })();
      const { code } = await socket.disconnect();
      console.log(JSON.stringify([code, await loop, socket.stats.unobservedFailures]));
    `);
    expect(result).toEqual([1000, "loop ended", 4]);
  });

  test("with 200 sockets whose server never answers the close, and 20 that are reset", async () => {
    const { server, url } = await speakOnly();
    const result = await run(`
      const open = (count) => Promise.all(Array.from({ length: count }, () =>
        connect(${JSON.stringify(url)}, { closeTimeout: 50 })));
      const [closed, reset] = await Promise.all([open(200), open(20)]);
      const ends = await Promise.all([
        ...closed.map((socket) => socket.disconnect()),
        ...reset.map((socket) => socket.reset()),
      ]);
      console.log(JSON.stringify([ends.length, ends.filter(({ clean }) => clean).length]));
    `);
    expect(result).toEqual([220, 0]);
    await Promise.all(server.peers.map((peer) => peer.gone()));
    expect(clientSockets(server.port)).toEqual([]);
    expect(server.peers.map(({ wire }) => wire.story().at(-1))).toEqual(
      Array.from({ length: 220 }, () => "client: RST"),
    );
  });

  test("when the server is gone and nothing is tried again, pushes notwithstanding", async () => {
    const { url } = await serve();
    const result = await run(`
      const socket = await connect(${JSON.stringify(url)}, { reconnect: false, logger: {} });
      const room = await socket.join("room:a");
      room.push("silent");
      room.push("drop");
      await new Promise((resolve) => socket.onConnectionEnd(resolve));
      console.log(JSON.stringify(socket.state.reason.type));
    `);
    expect(result).toBe("connectionLost");
  });

  test("a socket that was never connected, and one that waits for nothing", async () => {
    expect(
      await run(`
        const socket = new Socket("ws://127.0.0.1:1/socket");
        const room = socket.channel("room:a");
        room.on("news", () => {});
        room.push("early");
        console.log(JSON.stringify(socket.state.type));
      `),
    ).toBe("idle");
  });
});
