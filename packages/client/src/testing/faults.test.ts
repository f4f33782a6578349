// Faults around a transport: over a test's server, and over real sockets. What the client promises
// holds all the same, and what befalls which message depends on the seed alone.
import { describe, expect, test } from "vitest";
import { failureOf } from "../fixtures/failure.ts";
import { serve } from "../fixtures/servers.ts";
import { newSocket, untilChannel } from "../fixtures/sockets.ts";
import { clientOf } from "../fixtures/test-server.ts";
import { dialWs, PushError, type Channel, type Socket } from "../index.ts";
import { Faults, TestServer, type FaultOptions, type TestConnection } from "./index.ts";

/** Faults that befall pushes and messages of a room, and leave the protocol's own alone. */
const inRoom = ({ frame }: { frame: string | Uint8Array }): boolean =>
  typeof frame === "string" && frame.includes('"n"');

interface Table {
  readonly server: TestServer;
  readonly socket: Socket;
  readonly connection: TestConnection;
  readonly room: Channel;
  readonly faults: Faults;
}

async function seated(options: FaultOptions): Promise<Table> {
  const server = new TestServer();
  const faults = new Faults({ clock: server.clock, only: inRoom, ...options });
  const socket = clientOf(server, { transport: faults.wrap(server.transport), reconnect: [10] });
  const joining = socket.join("room:a");
  const connection = await server.connectAndAssertJoin("room:a");
  return { server, socket, connection, room: await joining, faults };
}

/** What the server hears of 100 messages that the client sends, and the client of as many. */
async function exchange({ server, connection, room }: Table): Promise<[number[], number[]]> {
  const [heard, received]: [number[], number[]] = [[], []];
  room.on("n", (n) => received.push(n as number));
  for (let n = 1; n <= 100; n++) {
    void room.send("n", n);
    if (connection.open) connection.push("room:a", "n", n);
    await server.clock.advance(1);
  }
  await server.clock.advance(1_000);
  for (;;) {
    const push = await connection
      .assertPush("room:a", "n", undefined, { timeout: 1 })
      .catch(() => null);
    if (push === null) return [heard, received];
    heard.push(push.payload as number);
  }
}

const all = Array.from({ length: 100 }, (_, index) => index + 1);
const sorted = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

describe("each fault", () => {
  test("none: all arrive, in order", async () => {
    const table = await seated({});
    expect(await exchange(table)).toEqual([all, all]);
    expect(table.faults.done).toEqual([]);
  });

  test("delay: all arrive, in order, later", async () => {
    const table = await seated({ delay: 40 });
    table.connection.push("room:a", "n", 0);
    expect(await exchange(table)).toEqual([all, [0, ...all]]);
    expect(table.socket.stats.counters.opened).toBe(1);
  });

  test("drop: some never arrive", async () => {
    const table = await seated({ drop: 0.3 });
    for (const numbers of await exchange(table)) {
      expect(numbers.length).toBeLessThan(100);
      expect(numbers.length).toBeGreaterThan(30);
      expect(numbers).toEqual(sorted(numbers));
    }
  });

  test("duplicate: some arrive twice", async () => {
    const table = await seated({ duplicate: 0.3, delay: 5 });
    for (const numbers of await exchange(table)) {
      expect(numbers.length).toBeGreaterThan(100);
      expect([...new Set(numbers)]).toEqual(all);
      expect(numbers).toEqual(sorted(numbers));
    }
  });

  test("reorder: all arrive, some behind others that were sent later", async () => {
    const table = await seated({ reorder: 0.3 });
    for (const numbers of await exchange(table)) {
      expect(numbers).not.toEqual(all);
      expect(sorted(numbers)).toEqual(all);
    }
  });

  test("cut: the message is lost, and the client knows of the end", async () => {
    const table = await seated({ cut: 1 });
    const push = failureOf(table.room.push("n", 1));
    expect(await push).toMatchObject({ code: "disconnected" });
    expect(table.socket.state).toMatchObject({
      type: "waiting",
      cause: { type: "connectionLost", cause: { name: "CutByFault", code: "cutByFault" } },
    });
    await table.connection.refutePush("room:a");
    table.faults.stop();
    await table.server.clock.advance(10);
    await table.server.connectAndAssertJoin("room:a");
  });
});

describe("closing", () => {
  test("waits behind what is held back, and nothing is received after it", async () => {
    const { server, socket, connection, room } = await seated({ delay: 50, seed: 7 });
    const received: unknown[] = [];
    room.on("n", (n) => received.push(n));
    connection.push("room:a", "n", 1);
    void room.send("n", 2);
    const ended = socket.disconnect();
    expect(await server.clock.advanceUntil(ended)).toMatchObject({ code: 1000, clean: true });
    await connection.assertPush("room:a", "n", 2);
    expect(received).toEqual([]);
    expect(server.clock.pending).toBe(0);
  });

  test("by the server: what was sent before arrives before", async () => {
    const { server, socket, connection, room } = await seated({ delay: 50 });
    const received: unknown[] = [];
    room.on("n", (n) => received.push(n));
    connection.push("room:a", "n", 1);
    connection.disconnect({ code: 4001 });
    await server.clock.advanceUntil(() => socket.state.type === "waiting");
    expect(received).toEqual([1]);
    expect(socket.state).toMatchObject({ cause: { type: "closedByRemote", code: 4001 } });
  });
});

describe("the seed", () => {
  const rough: FaultOptions = { drop: 0.1, duplicate: 0.1, reorder: 0.1, delay: 5 };

  test("determines what befalls which message", async () => {
    const runs = [];
    for (const seed of [1, 1, 2]) {
      const table = await seated({ ...rough, seed });
      runs.push([await exchange(table), table.faults.done]);
    }
    expect(runs[0]).toEqual(runs[1]);
    expect(runs[0]).not.toEqual(runs[2]);
  });

  test("is printed by a failure, with the faults before it; the error stays what it was", async () => {
    const table = await seated({ ...rough, seed: 42 });
    const failure = await failureOf(
      table.faults.run(async () => {
        const [heard] = await exchange(table);
        expect(heard).toEqual(all);
      }),
    );
    expect(failure).toMatchObject({ name: "AssertionError", expected: all });
    const { message, stack } = failure as Error;
    for (const text of [message, stack]) {
      expect(text).toContain(
        "Faults with seed 42; to play them again: new Faults({ seed: 42, … }).",
      );
      expect(text).toMatch(
        /\n {2}(drop|duplicate|reorder) message \d+ to(Server|Client) of connection 1/,
      );
    }
    expect(await table.faults.run(() => "fine")).toBe("fine");
  });

  test("is another one each time, unless it is given", () => {
    expect(new Faults().seed).not.toBe(new Faults().seed);
    expect(new Faults({ seed: 5 }).toString()).toContain("none befell a message");
  });

  test.each([
    { drop: 1.1 },
    { cut: -1 },
    { drop: 0.6, cut: 0.6 },
    { delay: -1 },
    { delay: Infinity },
  ])("is no good with %o", (options) => {
    expect(() => new Faults(options)).toThrow(RangeError);
  });
});

describe("around the real transport, over real sockets", () => {
  test("every push has one outcome, nothing is left, and all is well when the faults stop", async () => {
    const { server, url } = await serve();
    const faults = new Faults({ drop: 0.03, duplicate: 0.05, reorder: 0.05, cut: 0.02, delay: 3 });
    await faults.run(async () => {
      const sockets = Array.from({ length: 5 }, () =>
        newSocket(url, {
          transport: faults.wrap(dialWs()),
          joinTimeout: 500,
          pushTimeout: 1_000,
          heartbeat: { interval: 100, timeout: 1_000 },
          closeTimeout: 500,
          rejoin: () => 5,
        }),
      );
      const outcomes = { ok: 0, failed: 0 };
      await Promise.all(
        sockets.map(async (socket, index) => {
          void socket.connect();
          const room = socket.channel(`room:${index}`);
          void room.join().catch(() => {});
          for (let n = 0; n < 60; n++) {
            const pushed = room.push("echo", n);
            const answer = await pushed.catch((error: unknown) => error);
            if (answer === n) outcomes.ok += 1;
            else {
              expect(answer).toBeInstanceOf(PushError);
              outcomes.failed += 1;
            }
          }
        }),
      );
      expect(outcomes.ok + outcomes.failed).toBe(300);
      expect(outcomes.ok).toBeGreaterThan(0);
      expect(faults.done.length).toBeGreaterThan(0);
      faults.stop();
      for (const [index, socket] of sockets.entries()) {
        const room = socket.channel(`room:${index}`);
        void room.join().catch(() => {});
        await untilChannel(room, "joined");
        expect(await room.push("echo", "well", { timeout: 20_000 })).toBe("well");
        await socket.disconnect();
      }
      await expect.poll(() => server.stats().live).toMatchObject({ websocket: 0, channel: 0 });
    });
  });
});
