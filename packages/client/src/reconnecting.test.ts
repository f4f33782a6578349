// P10, P11: when a connection is tried again, how long after, and when it is not.
import type { EndReason } from "@slipstream/core";
import { closeFrame } from "@slipstream/faults";
import { describe, expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { relayTo, serve, serveRaw, speak } from "./fixtures/servers.ts";
import { Log, newSocket, nextEnd, openSocket, turn, untilState } from "./fixtures/sockets.ts";
import { clientOf } from "./fixtures/test-server.ts";
import {
  PHOENIX_RECONNECT,
  PHOENIX_REJOIN,
  SLIPSTREAM_RECONNECT,
  SLIPSTREAM_REJOIN,
  type NodeSocketOptions,
} from "./index.ts";
import { TestServer } from "./testing/index.ts";

/** The delays before the first retries of a server that is not there, as they pass on the clock. */
async function delays(options: NodeSocketOptions, count: number): Promise<number[]> {
  const server = new TestServer();
  clientOf(server, options);
  const waited: number[] = [];
  for (let attempt = await server.assertConnect(); waited.length < count;) {
    attempt.fail();
    await server.clock.rest();
    const failed = server.clock.now();
    attempt = await server.clock.advanceUntil(server.assertConnect());
    waited.push(server.clock.now() - failed);
  }
  return waited;
}

describe("delays", () => {
  test("by default at random within 1 s, then in the upper half of a doubling cap of 30 s", async () => {
    const waited = await delays({}, 8);
    const caps = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000];
    for (const [attempt, delay] of waited.entries()) {
      const cap = caps[attempt] ?? NaN;
      expect(delay).toBeLessThanOrEqual(cap);
      expect(delay).toBeGreaterThanOrEqual(attempt === 0 ? 0 : cap / 2);
    }
  });

  test("thousands of sockets that lose one server do not come back as one", async () => {
    const server = new TestServer();
    const moments: number[] = [];
    for (let n = 0; n < 200; n++) {
      clientOf(server);
      (await server.acceptConnect()).cut();
    }
    for (let n = 0; n < 200; n++) {
      await server.clock.advanceUntil(server.assertConnect());
      moments.push(server.clock.now());
    }
    // At random within 1 s: half of them in the first half, give or take six deviations.
    const early = moments.filter((moment) => moment < 500).length;
    expect(early).toBeGreaterThan(57);
    expect(early).toBeLessThan(143);
    expect(moments.at(-1)).toBeLessThanOrEqual(1_000);
  });

  test("a table, whose last entry repeats", async () => {
    const reconnect = [1, 7_000, 3, 600_000];
    expect(await delays({ reconnect }, 6)).toEqual([...reconnect, 600_000, 600_000]);
  });

  test("a table with jitter", async () => {
    for (const delay of await delays({ reconnect: [1_000], jitter: 0.5 }, 10)) {
      expect(delay).toBeGreaterThan(500);
      expect(delay).toBeLessThanOrEqual(1_000);
    }
  });

  test.each([
    ["shorter than 10 s counts as a failure more", 9_999, 3_000],
    ["of 10 s is a success, after which the delays begin anew", 10_000, 1_000],
  ])("a connection %s", async (_, lasted, delay) => {
    const server = new TestServer();
    clientOf(server, { reconnect: [1_000, 2_000, 3_000] });
    (await server.assertConnect()).fail();
    (await server.clock.advanceUntil(server.assertConnect())).fail();
    const connection = await server.clock.advanceUntil(server.acceptConnect());
    await server.clock.advance(lasted);
    connection.cut();
    await server.refuteConnect({}, { within: delay - 1 });
    await server.clock.advance(1);
    await server.assertConnect();
  });

  test("the tables of the peers are there by name", () => {
    expect(PHOENIX_RECONNECT).toEqual([10, 50, 100, 150, 200, 250, 500, 1_000, 2_000, 5_000]);
    expect(SLIPSTREAM_RECONNECT).toEqual(PHOENIX_RECONNECT);
    expect(PHOENIX_REJOIN).toEqual([1_000, 2_000, 5_000, 10_000]);
    expect(SLIPSTREAM_REJOIN).toEqual([100, 500, 1_000, 2_000, 5_000, 10_000]);
  });

  test("a server that accepts and drops is not hammered: the attempts go on counting", async () => {
    const { url } = await speak(({ peer }) => peer.end());
    const attempts: number[] = [];
    const socket = newSocket(url, {
      reconnect: (attempt) => {
        attempts.push(attempt);
        return attempt < 3 && 1;
      },
    });
    void socket.connect();
    await untilState(socket, "ended");
    expect(attempts).toEqual([0, 1, 2, 3]);
    expect(socket.stats.counters.opened).toBe(4);
  });

  test("connect() while waiting tries at once; Infinity waits for it", async () => {
    const server = await serveRaw(async (peer, index) => {
      if (index === 0) peer.reset();
      else await peer.accept();
    });
    const socket = newSocket(`${server.url}/socket`, {
      reconnect: () => Infinity,
      closeTimeout: 20,
    });
    const first = socket.connect();
    expect(await untilState(socket, "waiting")).toMatchObject({ delay: Infinity, attempt: 1 });
    await socket.connect();
    await first;
    expect(server.peers.length).toBe(2);
  });
});

describe("by cause", () => {
  test("a function gets the attempt and the cause, and may give up", async () => {
    const { url } = await speak(async ({ peer }, index) => {
      await peer.write(closeFrame(index === 0 ? 1012 : 4001));
    });
    const seen: [number, EndReason][] = [];
    const log = new Log();
    const socket = await openSocket(url, {
      logger: log,
      reconnect: (attempt, cause) => {
        seen.push([attempt, cause]);
        return cause.type === "closedByRemote" && cause.code === 1012 ? 1 : false;
      },
    });
    expect(await untilState(socket, "ended")).toMatchObject({
      reason: { type: "closedByRemote", code: 4001 },
    });
    expect(seen).toEqual([
      [0, { type: "closedByRemote", code: 1012, reason: "" }],
      [1, { type: "closedByRemote", code: 4001, reason: "" }],
    ]);
    // Nobody was waiting to be told.
    const [, message, details] = log.lines.find(([level]) => level === "error") ?? [];
    expect(message).toContain("the server closed the connection with code 4001");
    expect(details).toMatchObject({ name: "ConnectError", code: "closedByRemote" });
  });

  test("by default every end but our own is tried again: a normal close, a RST, a refusal", async () => {
    const server = await serveRaw(async (peer, index) => {
      if (index === 0) return peer.reset();
      if (index === 1) await peer.refuse({ status: 503 });
      if (index === 1) return peer.end();
      await peer.accept();
      if (index === 2) await peer.write(closeFrame(1000));
      if (index === 2) return peer.end();
      if (index === 3) peer.reset();
    });
    const socket = newSocket(`${server.url}/socket`, { closeTimeout: 20 });
    await socket.connect();
    await server.peer(4);
    await expect.poll(() => socket.state.type).toBe("open");
    await socket.disconnect();
    await turn();
    expect([server.peers.length, socket.state.type]).toEqual([5, "ended"]);
  });

  test("reconnect: false: connect() rejects at the first failure, and a lost connection is the end", async () => {
    const server = await serveRaw(async (peer, index) => {
      if (index === 0) return peer.reset();
      await peer.accept();
      await peer.frame();
      peer.reset();
    });
    const socket = newSocket(`${server.url}/socket`, { reconnect: false });
    expect(await failureOf(socket.connect())).toMatchObject({ code: "connectFailed" });
    await socket.connect();
    const end = nextEnd(socket);
    void socket.ping();
    expect((await end).reason.type).toBe("connectionLost");
    expect(socket.state.type).toBe("ended");
  });

  test("a function that fails is reported, and the default decides", async () => {
    const server = await serveRaw(async (peer, index) => {
      if (index === 0) peer.reset();
      else await peer.accept();
    });
    const log = new Log();
    const socket = newSocket(`${server.url}/socket`, {
      logger: log,
      closeTimeout: 20,
      reconnect: () => {
        throw new Error("broken");
      },
    });
    await socket.connect();
    expect(log.lines.filter(([level]) => level === "error")).toEqual([
      [
        "error",
        "slipstream: the function reconnect failed; everything else goes on.",
        new Error("broken"),
      ],
    ]);
  });
});

describe("what comes back", () => {
  test("after a cut, channels rejoin with params evaluated anew, and handlers go on", async () => {
    const { port } = await serve();
    const relay = await relayTo(port);
    const socket = await openSocket(relay.url);
    let joins = 0;
    const room = await socket.join("room:a", () => ({ join: (joins += 1), welcome: 1 }));
    const heard: unknown[] = [];
    room.on("said", (payload) => heard.push(payload));
    for (const round of [2, 3]) {
      relay.cut();
      await expect.poll(() => room.response).toMatchObject({ join: round });
      await room.push("say", round);
    }
    expect(heard).toEqual([2, 3]);
    expect(socket.stats.counters).toMatchObject({ opened: 3, endsByReason: { connectionLost: 2 } });
  });

  test("the URL's params, headers and token are evaluated anew for each attempt", async () => {
    const { server, url, asked } = await serve();
    let attempt = 0;
    const socket = newSocket(url, {
      params: async () => ({ attempt: (attempt += 1), nested: { list: ["a", "b"] } }),
      headers: () => ({ "x-attempt": String(attempt) }),
      authToken: () => `token ${attempt}`,
    });
    await socket.connect();
    server.disconnect("everyone");
    await expect.poll(() => asked.length).toBe(2);
    await untilState(socket, "open");
    expect(asked.map(({ params }) => params["attempt"])).toEqual(["1", "2"]);
    expect(asked[1]?.params).toEqual({
      attempt: "2",
      nested: { list: ["a", "b"] },
      vsn: "2.0.0",
    });
    expect(asked.map(({ authToken }) => authToken)).toEqual(["token 1", "token 2"]);
    expect(asked[1]?.headers["x-attempt"]).toMatch(/^[12]$/);
  });

  test("a function that fails is an attempt that failed, and the next one may succeed", async () => {
    const { url } = await serve();
    let calls = 0;
    const socket = await openSocket(url, {
      authToken: () => {
        calls += 1;
        if (calls === 1) throw new Error("no token today");
        return "t";
      },
    });
    expect(socket.stats.counters.endsByReason.credentialsFailed).toBe(1);
  });
});
