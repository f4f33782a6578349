// SocketPool: where channels are placed, how sockets come and go, and what is told of them, against a
// server that lets no more than 100 channels onto a socket.
import { accept, ChannelsServer, ok, refuse } from "@slipstream/server";
import { seededRandom } from "@slipstream/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { failureOf } from "../fixtures/failure.ts";
import { serve } from "../fixtures/servers.ts";
import { Log, turn } from "../fixtures/sockets.ts";
import {
  PoolFullError,
  SocketPool,
  type Channel,
  type Clock,
  type SocketFailure,
  type SocketPoolOptions,
  type Timer,
} from "../index.ts";

function newPool(url: string, options: SocketPoolOptions = {}): SocketPool {
  const pool = new SocketPool(url, { reconnect: [1], rejoin: [1], logger: {}, ...options });
  onTestFinished(async () => {
    await pool.disconnect();
  });
  return pool;
}

const topics = (count: number): string[] => Array.from({ length: count }, (_, n) => `room:${n}`);

/** Resolves when the pool is in this state. */
async function untilPool(pool: SocketPool, type: SocketPool["state"]["type"]): Promise<void> {
  await new Promise<void>((resolve) => {
    if (pool.state.type === type) return resolve();
    const off = pool.onState((state) => {
      if (state.type !== type) return;
      off();
      resolve();
    });
  });
}

describe("placing", () => {
  test("1,000 channels: as few sockets as they need, and every one of them works", async () => {
    const { url, server } = await serve(() => accept(), { maxChannels: 100 });
    const pool = newPool(url);
    const rooms = await Promise.all(topics(1_000).map((topic) => pool.join(topic)));
    expect(pool.state).toEqual({ type: "open", sockets: 12, open: 12 });
    expect(server.stats().live).toMatchObject({ websocket: 12, channel: 1_000 });
    const replies = await Promise.all(rooms.map((room, n) => room.push("echo", n)));
    expect(replies).toEqual(rooms.map((_, n) => n));
    const { sockets, channels, counters } = pool.stats;
    expect([sockets, channels, counters.opened, counters.pushes.ok]).toEqual([
      12, 1_000, 12, 1_000,
    ]);
    expect(await pool.disconnect()).toEqual({ sockets: 12, clean: true });
    expect(pool.state).toEqual({ type: "ended", sockets: 0, open: 0 });
    expect(pool.stats).toMatchObject({ sockets: 0, channels: 0, counters: { opened: 12 } });
    expect(pool.stats.counters.endsByReason.requested).toBe(12);
    await expect.poll(() => server.stats().live).toMatchObject({ websocket: 0, channel: 0 });
  });

  test("the same topic is the same channel, until it has been left", async () => {
    const { url } = await serve();
    const pool = newPool(url, { channelsPerSocket: 1 });
    const first = pool.channel("room:a", { user: 1 });
    expect(pool.channel("room:a")).toBe(first);
    expect(await pool.join("room:a")).toBe(first);
    expect(first.response).toEqual({ user: 1 });
    expect(pool.state.sockets).toBe(1);
    await first.leave();
    expect(pool.channel("room:a")).not.toBe(first);
    expect(pool.state.sockets).toBe(1);
  });

  test("room is taken again on the fullest socket, before another is opened", async () => {
    const { url } = await serve();
    const pool = newPool(url, { channelsPerSocket: 2 });
    const rooms = await Promise.all(topics(4).map((topic) => pool.join(topic)));
    expect(pool.state.sockets).toBe(2);
    await rooms[0]?.leave();
    await pool.join("room:new");
    expect(pool.state.sockets).toBe(2);
    await pool.join("room:one more");
    expect(pool.state.sockets).toBe(3);
  });

  test("a join that is refused takes up no room", async () => {
    const { url } = await serve();
    const pool = newPool(url, { channelsPerSocket: 1, maxSockets: 1 });
    expect(await failureOf(pool.join("room:a", { deny: true }))).toMatchObject({ code: "refused" });
    await pool.join("room:b");
  });

  test("what was left and is joined again by whoever kept it is the topic's channel once more", async () => {
    const { url } = await serve();
    const pool = newPool(url);
    const room = await pool.join("room:a");
    await room.leave();
    await room.join();
    expect(pool.channel("room:a")).toBe(room);
    expect(pool.stats.channels).toBe(1);
  });

  test("what was left has lost its room when others took it, and gets it back when they leave", async () => {
    const { url, server } = await serve();
    const pool = newPool(url, { channelsPerSocket: 1, maxSockets: 1 });
    const left = await pool.join("room:left");
    await left.leave();
    const other = await pool.join("room:other");
    expect(await failureOf(left.join())).toBeInstanceOf(PoolFullError);
    const aborted = { signal: AbortSignal.abort() };
    expect(await failureOf(left.join(aborted))).toMatchObject({ code: "aborted" });
    expect([server.stats().live.channel, pool.stats.channels]).toEqual([1, 1]);
    expect(left.state.type).toBe("left");
    await other.leave();
    expect(await failureOf(left.join(aborted))).toMatchObject({ code: "aborted" });
    // Both ask before either is on its way.
    const both = await Promise.allSettled([left.join(), other.join()]);
    expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(await left.push("echo", 1)).toBe(1);
    await expect.poll(() => server.stats().live.channel).toBe(1);
    expect(() => pool.channel("room:more")).toThrow(PoolFullError);
  });

  test("maxSockets is a bound, with an error that says so", async () => {
    const { url } = await serve();
    const pool = newPool(url, { channelsPerSocket: 2, maxSockets: 2 });
    const rooms = await Promise.all(topics(4).map((topic) => pool.join(topic)));
    for (const ask of [() => pool.channel("room:more"), () => pool.join("room:more")]) {
      expect(ask).toThrow(PoolFullError);
      expect(ask).toThrow(/maxSockets \(2\)/);
    }
    await rooms[3]?.leave();
    await pool.join("room:more");
  });
});

describe("sockets come and go", () => {
  test("none without channels; each is closed a while after its last channel was left", async () => {
    const { url, server } = await serve();
    const pool = newPool(url, { channelsPerSocket: 2, closeAfter: 1 });
    expect(pool.state).toEqual({ type: "idle", sockets: 0, open: 0 });
    const channel = pool.channel("room:0");
    await turn();
    expect([pool.state.type, pool.stats.counters.attempts]).toEqual(["idle", 0]);
    await channel.join();
    const rooms = await Promise.all(topics(4).map((topic) => pool.join(topic)));
    expect(pool.state).toEqual({ type: "open", sockets: 2, open: 2 });
    await Promise.all(rooms.slice(2).map((room) => room.leave()));
    await expect.poll(() => pool.stats.sockets).toBe(1);
    expect(await rooms[0]?.push("echo", 1)).toBe(1);
    await Promise.all(rooms.slice(0, 2).map((room) => room.leave()));
    await untilPool(pool, "idle");
    await expect.poll(() => server.stats().live).toMatchObject({ websocket: 0, channel: 0 });
    await pool.join("room:again");
    expect(pool.state).toEqual({ type: "open", sockets: 1, open: 1 });
  });

  test("a channel that comes in time keeps the socket", async () => {
    const { url } = await serve();
    const pool = newPool(url, { closeAfter: 60_000 });
    for (const topic of topics(5)) {
      const room = await pool.join(topic);
      await room.leave();
    }
    expect(pool.stats.counters.opened).toBe(1);
  });

  test("the server is killed and comes back: so do all channels, and the pool says where it stands", async () => {
    const start = async (at: number): Promise<{ server: ChannelsServer; port: number }> => {
      const server = new ChannelsServer({ logger: false, closeTimeout: 50, maxChannels: 100 });
      server.socket("/socket", {
        connect: () => accept(),
        channels: { "room:*": { join: () => ok() } },
      });
      const { port } = await server.listen({ port: at, host: "127.0.0.1" });
      onTestFinished(() => server.close());
      return { server, port };
    };
    const { server: first, port } = await start(0);
    const states: string[] = [];
    const pool = newPool(`ws://127.0.0.1:${port}/socket`, { reconnect: [5], jitter: 1 });
    const rooms = await Promise.all(topics(1_000).map((topic) => pool.join(topic)));
    pool.onState(({ type }) => states.push(type));
    const reasons: string[] = [];
    pool.onConnectionEnd(({ reason }) => reasons.push(reason.type));
    await first.close();
    await untilPool(pool, "reconnecting");
    const { server: second } = await start(port);
    await untilPool(pool, "open");
    await expect.poll(() => rooms.every(({ state }) => state.type === "joined")).toBe(true);
    expect(second.stats().live).toMatchObject({ websocket: 12, channel: 1_000 });
    expect(new Set(states)).toEqual(new Set(["partial", "reconnecting", "open"]));
    expect(reasons.filter((reason) => reason === "closedByRemote").length).toBe(12);
    expect(pool.stats.counters.opened).toBe(24);
  });

  test("a signal ends it all, and nothing can be asked for afterwards", async () => {
    const { url, server } = await serve();
    const controller = new AbortController();
    const pool = newPool(url, { channelsPerSocket: 1, signal: controller.signal });
    await Promise.all(topics(15).map((topic) => pool.join(topic)));
    controller.abort();
    await untilPool(pool, "ended");
    await expect.poll(() => server.stats().live).toMatchObject({ websocket: 0 });
    expect(() => pool.channel("room:a")).toThrow(/abort/);
  });

  test("disconnecting in the middle of everything leaves nothing, and joins are told", async () => {
    const { url } = await serve();
    const pool = newPool(url, { channelsPerSocket: 3, closeAfter: 1 });
    const kept = await pool.join("room:kept");
    const joins = topics(20).map((topic) => failureOf(pool.join(topic)));
    void kept.leave();
    const ending = pool.disconnect();
    expect(pool.state).toEqual({ type: "closing", sockets: pool.stats.sockets, open: 0 });
    expect(pool.state.sockets).toBeGreaterThan(0);
    expect(await Promise.all(joins)).toMatchObject(joins.map(() => ({ code: "disconnected" })));
    await ending;
    expect(pool.state.type).toBe("ended");
    await pool.join("room:anew");
    expect(pool.state.type).toBe("open");
  });
});

describe("a refusal that is the end of all sockets", () => {
  test.each(["told to onFailure", "told to nobody"])("%s", async (who) => {
    let allowed = true;
    const { url, server } = await serve(() => (allowed ? accept() : refuse(403)));
    const log = new Log();
    const pool = newPool(url, { channelsPerSocket: 5, params: { token: "t" }, logger: log });
    const failures: SocketFailure[] = [];
    if (who === "told to onFailure") pool.onFailure((failure) => failures.push(failure));
    const rooms = await Promise.all(topics(20).map((topic) => pool.join(topic)));
    allowed = false;
    server.disconnect("everyone");
    await expect.poll(() => pool.state.sockets).toBe(0);
    await turn();
    expect(new Set(rooms.map(({ state }) => state.type))).toEqual(new Set(["errored"]));
    const said = log.lines.filter(([level]) => level !== "debug");
    if (who === "told to onFailure") {
      expect(failures.flatMap((failure) => failure.topics).length).toBe(20);
      expect(said).toEqual([]);
    } else {
      const line = ["error", expect.stringContaining("with 403"), expect.anything()];
      expect(said).toEqual([line, line, line, line]);
    }
  });
});

test("after an outage the sockets come back one by one, and not all at once", async () => {
  const { url, server } = await serve();
  const delays: number[] = [];
  const setTimer: Clock["setTimer"] = (delay, wake, subject) => {
    delays.push(delay);
    return setTimeout(wake, delay, subject);
  };
  const clearTimer = (timer: Timer): void => clearTimeout(timer as NodeJS.Timeout);
  const pool = newPool(url, {
    channelsPerSocket: 1,
    heartbeat: false,
    reconnect: [5_000],
    clock: { now: () => performance.now(), setTimer, clearTimer },
  });
  await Promise.all(topics(20).map((topic) => pool.join(topic)));
  delays.length = 0;
  server.disconnect("everyone");
  await expect.poll(() => pool.stats.counters.endsByReason.closedByRemote).toBe(20);
  // The timers that are set while each closes are those of closeTimeout, 5 s.
  const retries = delays.filter((delay) => delay < 4_990);
  expect(retries.length).toBeGreaterThanOrEqual(15);
  expect(Math.min(...retries)).toBeGreaterThanOrEqual(2_490);
  expect(new Set(retries).size).toBeGreaterThan(10);
});

test("whatever is joined, left and lost in whatever order, the bounds hold and nothing is left", async () => {
  const { url, server } = await serve(() => accept(), { maxChannels: 4 });
  const pool = newPool(url, { channelsPerSocket: 3, maxSockets: 5, closeAfter: 1 });
  const random = seededRandom(26);
  const names = topics(15);
  const asked: Promise<unknown>[] = [];
  const held = new Map<string, Channel>();
  for (let step = 0; step < 400; step++) {
    const name = names[Math.floor(random() * names.length)] as string;
    const what = random();
    if (what < 0.5) {
      const channel = pool.channel(name);
      held.set(name, channel);
      asked.push(channel.join().catch(() => {}));
    } else if (what < 0.93) {
      asked.push(
        held
          .get(name)
          ?.leave()
          .catch(() => {}) ?? Promise.resolve(),
      );
    } else if (what < 0.97) server.disconnect("everyone");
    else await turn();
    expect(pool.state.sockets).toBeLessThanOrEqual(5);
    expect(pool.stats.channels).toBeLessThanOrEqual(15);
  }
  await Promise.all([...held.values()].map((channel) => channel.leave().catch(() => {})));
  await Promise.all(asked);
  await expect.poll(() => pool.stats.sockets).toBe(0);
  expect(pool.state).toEqual({ type: "idle", sockets: 0, open: 0 });
  await expect.poll(() => server.stats().live).toMatchObject({ websocket: 0, channel: 0 });
  const { attempts, endsByReason } = pool.stats.counters;
  expect(Object.values(endsByReason).reduce((sum, count) => sum + count)).toBe(attempts);
});

describe("credentials and failures", () => {
  test("sockets that connect at the same time share one call", async () => {
    const { url, asked } = await serve();
    let calls = 0;
    const authToken = (): string => `token ${(calls += 1)}`;
    const pool = newPool(url, { channelsPerSocket: 1, authToken });
    await Promise.all(topics(10).map((topic) => pool.join(topic)));
    expect(calls).toBe(1);
    expect(asked.map(({ authToken }) => authToken)).toEqual(asked.map(() => "token 1"));
    expect(asked.length).toBe(10);
  });

  test("a server that refuses: each socket fails for good, is told, and gives up its room", async () => {
    let refusing = true;
    const { url, asked } = await serve(() => (refusing ? refuse(403) : accept()));
    const pool = newPool(url, { channelsPerSocket: 2, maxSockets: 2, authToken: "the same" });
    const failures: SocketFailure[] = [];
    pool.onFailure((failure) => failures.push(failure));
    const joins = topics(4).map((topic) => failureOf(pool.join(topic)));
    expect(await Promise.all(joins)).toMatchObject(joins.map(() => ({ code: "disconnected" })));
    expect(failures).toMatchObject([
      { reason: { type: "upgradeRejected", status: 403 }, topics: ["room:0", "room:1"] },
      { reason: { type: "upgradeRejected", status: 403 }, topics: ["room:2", "room:3"] },
    ]);
    expect([pool.state, asked.length]).toEqual([{ type: "idle", sockets: 0, open: 0 }, 2]);
    expect(pool.stats.counters.endsByReason.upgradeRejected).toBe(2);
    refusing = false;
    await pool.join("room:0");
  });

  test("options that cannot be used are refused at once", () => {
    for (const options of [{ channelsPerSocket: 0 }, { maxSockets: 1.5 }, { pushTimeout: -1 }]) {
      const [option] = Object.keys(options);
      expect(() => new SocketPool("ws://127.0.0.1:1/socket", options)).toThrow(
        expect.objectContaining({ code: "invalid_option", option }),
      );
    }
    expect(() => new SocketPool("nowhere")).toThrow(expect.objectContaining({ option: "url" }));
  });
});
