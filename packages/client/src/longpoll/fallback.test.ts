// WebSockets that something on the way stops, each in its way, in front of a real server: what carries
// the frames then, what is remembered, and when WebSockets are tried again.
import { UpgradeFilter, type UpgradeFate } from "@slipstream/faults";
import { accept, refuse } from "@slipstream/server";
import { describe, expect, onTestFinished, test } from "vitest";
import { failureOf } from "../fixtures/failure.ts";
import { serve, serveRaw, speak, type Served } from "../fixtures/servers.ts";
import { newSocket, nextEnd, untilState } from "../fixtures/sockets.ts";
import { traced } from "../fixtures/telemetry.ts";
import { dialWs, type NodeSocketOptions, type Socket } from "../index.ts";
import { TestClock } from "../testing/index.ts";
import { dialPlatform, type PlatformWebSocketClass } from "../platform/platform-transport.ts";
import type { Dial } from "../transport.ts";
import { WebSocket } from "ws";
import { longPoll } from "./long-poll.ts";
import { TransportOptionError } from "./transport-option-error.ts";
import { withFallback, type FallbackOptions } from "./with-fallback.ts";

interface Filtered extends Served {
  readonly filter: UpgradeFilter;
}

/** A server behind something that treats WebSockets like this. */
async function behind(fate: UpgradeFate, connect?: Parameters<typeof serve>[0]): Promise<Filtered> {
  const served = await serve(connect);
  const filter = await UpgradeFilter.listen(served.port);
  filter.fate = fate;
  onTestFinished(() => filter.close());
  return { ...served, filter, url: `ws://127.0.0.1:${filter.port}/socket` };
}

/** A store that keeps what it is told, as a browser's. */
class Store {
  readonly kept = new Map<string, string>();
  getItem(key: string): string | null {
    return this.kept.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.kept.set(key, value);
  }
  removeItem(key: string): void {
    this.kept.delete(key);
  }
}

/** Ms after which what goes first has not opened, or what has opened has not been answered. */
const TOO_LONG = 6_000;

/** Nothing takes too long unless the test says so. */
const fallback = (options: FallbackOptions = {}): Dial =>
  withFallback(dialWs(), longPoll(), { clock: new TestClock(), ...options });

/** Lets WebSocket number `n` wait too long for an answer to the first message that it carries. */
async function swallowed(n: number, { filter }: Filtered, socket: Socket, clock: TestClock) {
  await expect
    .poll(() => [filter.upgrades, socket.state.type, clock.pending])
    .toEqual([n, "open", 1]);
  await clock.advance(TOO_LONG);
}

/** Connects, joins, and says what carried that. */
async function joined(socket: Socket): Promise<string | null> {
  await socket.connect();
  const room = await socket.join("room:a");
  expect(await room.push("echo", { n: 1 })).toEqual({ n: 1 });
  return socket.stats.transport;
}

async function connectOnce(url: string, options: NodeSocketOptions): Promise<string | null> {
  const socket = newSocket(url, options);
  const transport = await joined(socket);
  await socket.disconnect();
  return transport;
}

describe("where nothing is in the way", () => {
  test("it is a WebSocket, and nothing but that", async () => {
    const { server, url } = await serve();
    const socket = newSocket(url, { transport: fallback() });
    expect(await joined(socket)).toBe("websocket");
    expect(socket.state).toMatchObject({ type: "open", transport: "websocket" });
    expect(server.stats().live).toMatchObject({ websocket: 1, longpoll: 0 });
    expect(await socket.disconnect()).toEqual({ code: 1000, reason: "", clean: true });
    expect(socket.stats.transport).toBeNull();
  });

  test("reading can be paused where the transport can, and not where it cannot", async () => {
    const { url } = await serve();
    const socket = newSocket(url, { transport: fallback() });
    await joined(socket);
    socket.pause();
    expect(socket.reading.type).toBe("paused");
    socket.resume();
    const platform = dialPlatform(WebSocket as unknown as PlatformWebSocketClass);
    const other = newSocket(url, { transport: withFallback(platform, longPoll()) });
    await joined(other);
    expect(() => other.pause()).toThrow(expect.objectContaining({ code: "unsupported" }));
  });
});

describe("WebSockets that never open", () => {
  test.each<[string, UpgradeFate]>([
    ["refused with 403", { type: "refuse", status: 403 }],
    ["refused with 400", { type: "refuse", status: 400 }],
    ["not answered", { type: "hang" }],
  ])("%s: the same attempt goes on by long polling", async (_, fate) => {
    const { filter, url } = await behind(fate);
    const connects = traced("slipstream.client.connect");
    const clock = new TestClock();
    const socket = newSocket(url, { transport: fallback({ clock }), reconnect: false });
    const joining = joined(socket);
    await expect.poll(() => filter.upgrades).toBe(1);
    if (fate.type === "hang") await clock.advance(TOO_LONG);
    expect(await joining).toBe("longpoll");
    expect(socket.state).toMatchObject({ type: "open", attempt: 0, transport: "longpoll" });
    expect(socket.stats.counters.attempts).toBe(1);
    expect(filter.upgrades).toBe(1);
    expect(connects.at(-1)?.copy).toMatchObject({ transport: "longpoll" });
    expect(connects.at(-1)?.trace.socket.transport).toBe("longpoll");
  });

  test("how the connection ends later is its own story, and not that of the WebSocket before", async () => {
    const { url } = await behind({ type: "refuse", status: 403 });
    const socket = newSocket(url, { transport: fallback() });
    await socket.connect();
    const room = await socket.join("room:a");
    const ended = nextEnd(socket);
    const push = failureOf(room.push("drop"));
    expect((await ended).reason).toMatchObject({
      type: "connectionLost",
      cause: { code: "session_gone" },
    });
    expect(await push).toMatchObject({ code: "disconnected" });
  });

  test("the same over the platform's WebSocket, which does not say why", async () => {
    const { url } = await behind({ type: "refuse", status: 403 });
    const platform = dialPlatform(WebSocket as unknown as PlatformWebSocketClass);
    const transport = withFallback(platform, longPoll());
    expect(await connectOnce(url, { transport, reconnect: false })).toBe("longpoll");
  });

  test("after two of them long polling goes first, on this host, for all sockets of the transport", async () => {
    const one = await behind({ type: "refuse", status: 403 });
    const other = await behind({ type: "refuse", status: 403 });
    const transport = fallback();
    for (let n = 0; n < 4; n++) await connectOnce(one.url, { transport });
    expect(one.filter.upgrades).toBe(2);
    await connectOnce(other.url, { transport });
    expect(other.filter.upgrades).toBe(1);
  });

  test("and when that is over, WebSockets go first again", async () => {
    const { filter, url } = await behind({ type: "refuse", status: 403 });
    const store = new Store();
    const transport = fallback({ failures: 1, store, expiry: 50 });
    expect(await connectOnce(url, { transport })).toBe("longpoll");
    const [[key, until] = []] = [...store.kept];
    expect(key).toBe(`slipstream.fallback:127.0.0.1:${filter.port}`);
    filter.fate = { type: "pass" };
    await expect.poll(() => Date.now()).toBeGreaterThanOrEqual(Number(until));
    expect(await connectOnce(url, { transport })).toBe("websocket");
    // It works, so that nothing is remembered.
    expect(store.kept.size).toBe(0);
  });

  test("where long polling, which goes first, is stopped, the same attempt goes on by WebSocket", async () => {
    const { url, port } = await serve();
    const store = new Store();
    store.setItem(`slipstream.fallback:127.0.0.1:${port}`, String(Date.now() + 1_000_000));
    const polling = longPoll({ fetch: () => Promise.reject(new Error("blocked")) });
    const transport = withFallback(dialWs(), polling, { store });
    expect(await connectOnce(url, { transport, reconnect: false })).toBe("websocket");
    expect(store.kept.size).toBe(0);
  });
});

describe("WebSockets that open and die", () => {
  test.each<[string, UpgradeFate]>([
    ["at once", { type: "kill" }],
    ["since all that is sent is swallowed", { type: "swallow" }],
  ])("%s: after two of them long polling goes first", async (_, fate) => {
    const served = await behind(fate);
    const clock = new TestClock();
    const socket = newSocket(served.url, { transport: fallback({ clock }) });
    await socket.connect();
    const room = socket.channel("room:a");
    const joining = room.join();
    if (fate.type === "swallow") {
      for (const n of [1, 2]) await swallowed(n, served, socket, clock);
    }
    await joining;
    expect(await room.push("echo", { n: 1 })).toEqual({ n: 1 });
    expect(socket.stats.transport).toBe("longpoll");
    expect(served.filter.upgrades).toBe(2);
    expect(socket.stats.counters.endsByReason).toMatchObject({ connectionLost: 2 });
  });

  test("a heartbeat that finds it out first has found it out all the same", async () => {
    const { filter, url } = await behind({ type: "swallow" });
    const clock = new TestClock();
    const socket = newSocket(url, {
      transport: fallback(),
      heartbeat: { interval: 30_000, timeout: 100 },
      clock,
    });
    await socket.connect();
    const joining = socket.join("room:a");
    for (const n of [1, 2]) {
      await expect.poll(() => [filter.upgrades, socket.state.type]).toEqual([n, "open"]);
      await clock.advanceUntil(nextEnd(socket));
      // It comes back at once.
      await clock.advance(10);
    }
    await joining;
    expect([socket.stats.transport, filter.upgrades]).toEqual(["longpoll", 2]);
    expect(socket.stats.counters.endsByReason).toMatchObject({ heartbeatTimeout: 2 });
  });

  test("the error says that what is sent is swallowed", async () => {
    const served = await behind({ type: "swallow" });
    const clock = new TestClock();
    const socket = newSocket(served.url, { transport: fallback({ clock }) });
    const ended = nextEnd(socket);
    await socket.connect();
    await swallowed(1, served, socket, clock);
    expect((await ended).reason).toMatchObject({
      type: "connectionLost",
      cause: { code: "not_answered", message: expect.stringContaining("swallows") },
    });
  });

  test("a heartbeat that is answered is enough: without channels, and with a server that pushes nothing", async () => {
    const { server, url } = await serve();
    const socket = newSocket(url, { transport: fallback({ failures: 1 }) });
    for (let n = 1; n < 4; n++) {
      await socket.connect();
      await socket.ping();
      await expect.poll(() => server.stats().live.websocket).toBe(1);
      const ended = nextEnd(socket);
      server.disconnect("everyone");
      await ended;
      await untilState(socket, "open");
    }
    expect(socket.stats.transport).toBe("websocket");
  });

  test("who disconnects before anything was answered has learned nothing", async () => {
    const { url } = await speak();
    const transport = fallback({ failures: 1 });
    for (let n = 0; n < 3; n++) {
      const socket = newSocket(url, { transport, heartbeat: false });
      await socket.connect();
      expect(socket.stats.transport).toBe("websocket");
      if (n === 1) await socket.reset();
      else await socket.disconnect();
    }
  });

  test("where long polling does no better, WebSockets have their turn again", async () => {
    // A server that lets everybody in, and drops whoever is in.
    const dropping = await serveRaw(async (peer) => {
      const { method, headers } = await peer.request();
      if (headers.has("upgrade")) {
        await peer.accept();
        return peer.reset();
      }
      const body = '{"status":410,"token":"t"}';
      if (method === "GET")
        await peer.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      await peer.bytes();
      peer.end();
    });
    const socket = newSocket(`${dropping.url}/socket`, { transport: fallback({ failures: 1 }) });
    const transports: (string | undefined)[] = [];
    socket.onState((state) => {
      if (state.type === "open") transports.push(state.transport);
    });
    await socket.connect();
    await expect.poll(() => transports.length).toBeGreaterThanOrEqual(5);
    await socket.disconnect();
    expect(transports.slice(0, 5)).toEqual([
      ...["websocket", "longpoll", "websocket", "longpoll", "websocket"],
    ]);
  });
});

describe("a server that is away", () => {
  test("is asked by one transport alone, and nothing is learned", async () => {
    const { port, server, url } = await serve();
    await server.close();
    let asked = 0;
    const polling = longPoll({
      fetch: (...request) => {
        asked += 1;
        return fetch(...request);
      },
    });
    const transport = withFallback(dialWs(), polling, { failures: 1 });
    const socket = newSocket(url, { transport, reconnect: false });
    expect(await failureOf(socket.connect())).toMatchObject({
      code: "connectFailed",
      reason: { cause: { code: "ECONNREFUSED" } },
    });
    expect([asked, port > 0]).toEqual([0, true]);
  });

  test("one that is busy is not asked twice; one that refuses has the last word", async () => {
    const busy = await serve(() => refuse(503));
    const socket = newSocket(busy.url, { transport: fallback(), reconnect: false });
    expect(await failureOf(socket.connect())).toMatchObject({ reason: { status: 503 } });
    expect(busy.asked).toHaveLength(1);
    const { url } = await behind({ type: "refuse", status: 400 }, () => refuse(401));
    const refused = newSocket(url, { transport: fallback(), reconnect: false });
    expect(await failureOf(refused.connect())).toMatchObject({
      code: "upgradeRejected",
      // What the server said over long polling, rather than what the proxy did.
      reason: { status: 403 },
    });
  });

  test("of two that did not open, the first is told where nobody answered the second", async () => {
    const { url } = await behind({ type: "refuse", status: 404 });
    const polling = longPoll({ fetch: () => Promise.reject(new Error("blocked")) });
    const transport = withFallback(dialWs(), polling);
    const socket = newSocket(url, { transport, reconnect: false });
    expect(await failureOf(socket.connect())).toMatchObject({ reason: { status: 404 } });
  });
});

describe("ending", () => {
  test.each(["disconnect", "reset"] as const)(
    "%s while the one or the other is dialled",
    async (how) => {
      const { filter, url } = await behind({ type: "hang" });
      const socket = newSocket(url, { transport: fallback() });
      void socket.connect();
      await expect.poll(() => filter.upgrades).toBe(1);
      await socket[how]();
      expect(socket.state).toMatchObject({ type: "ended", reason: { type: "requested" } });
      const silent = await serveRaw(async (peer) => {
        const { headers } = await peer.request();
        if (!headers.has("upgrade")) await peer.fin();
        peer.end();
      });
      const clock = new TestClock();
      const second = newSocket(`${silent.url}/socket`, { transport: fallback({ clock }) });
      void second.connect();
      await (await silent.peer(0)).request();
      await clock.advance(TOO_LONG);
      await (await silent.peer(1)).request();
      await second[how]();
      expect(second.state).toMatchObject({ type: "ended", reason: { type: "requested" } });
      await (await silent.peer(1)).gone();
    },
  );

  test("connectTimeout bounds both together", async () => {
    const silent = await serveRaw(async (peer) => {
      await peer.fin();
      peer.end();
    });
    const clock = new TestClock();
    const socket = newSocket(`${silent.url}/socket`, {
      transport: fallback({ clock }),
      connectTimeout: 2 * TOO_LONG,
      reconnect: false,
      clock,
    });
    const failed = failureOf(socket.connect());
    const webSocket = await silent.peer(0);
    await clock.advance(TOO_LONG);
    const polling = await silent.peer(1);
    expect(await clock.advanceUntil(failed)).toMatchObject({ code: "connectTimeout" });
    await Promise.all([webSocket.gone(), polling.gone()]);
  });

  test("a transport that throws has not opened", async () => {
    const { url } = await serve();
    const throwing: Dial = () => {
      throw new Error("as asked");
    };
    const either = withFallback(throwing, longPoll());
    expect(await connectOnce(url, { transport: either, reconnect: false })).toBe("longpoll");
    const neither = withFallback(throwing, throwing);
    const socket = newSocket(url, { transport: neither, reconnect: false });
    expect(await failureOf(socket.connect())).toMatchObject({ code: "connectFailed" });
  });
});

describe("the store", () => {
  test("one that throws, is full of nonsense or promises too much changes nothing", async () => {
    const { url, port } = await serve(() => accept());
    const throwing = {
      getItem(): never {
        throw new Error("closed to us");
      },
      setItem(): never {
        throw new Error("full");
      },
      removeItem(): never {
        throw new Error("closed to us");
      },
    };
    expect(await connectOnce(url, { transport: fallback({ store: throwing }) })).toBe("websocket");
    for (const nonsense of ["", "soon", "NaN", "Infinity", "-1", String(Date.now() + 1e12)]) {
      const store = new Store();
      store.setItem(`slipstream.fallback:127.0.0.1:${port}`, nonsense);
      expect(await connectOnce(url, { transport: fallback({ store }) })).toBe("websocket");
    }
  });

  test("an async one that fails harms nothing, and what is known is known here", async () => {
    const { url } = await behind({ type: "refuse", status: 403 });
    const broken = (): Promise<never> => Promise.reject(new Error("quota"));
    const store = { getItem: () => null, setItem: broken, removeItem: broken };
    const unhandled: unknown[] = [];
    const take = (error: unknown): number => unhandled.push(error);
    process.on("unhandledRejection", take);
    onTestFinished(() => void process.off("unhandledRejection", take));
    const transport = fallback({ failures: 1, store, expiry: 50 });
    expect(await connectOnce(url, { transport })).toBe("longpoll");
    expect(unhandled).toEqual([]);
  });

  test("what another page has found is known here", async () => {
    const { url, filter } = await behind({ type: "refuse", status: 403 });
    const store = new Store();
    expect(await connectOnce(url, { transport: fallback({ failures: 1, store }) })).toBe(
      "longpoll",
    );
    expect(await connectOnce(url, { transport: fallback({ store }) })).toBe("longpoll");
    expect(filter.upgrades).toBe(1);
  });
});

test("options that cannot be used", () => {
  const wrong: [string, object][] = [
    ["openTimeout", { openTimeout: 0 }],
    ["answerTimeout", { answerTimeout: Infinity }],
    ["failures", { failures: 0.5 }],
    ["expiry", { expiry: -1 }],
    ["remember", { remember: true }],
  ];
  for (const [option, options] of wrong) {
    expect(() => withFallback(dialWs(), longPoll(), options)).toThrow(TransportOptionError);
    expect(() => withFallback(dialWs(), longPoll(), options)).toThrow(
      expect.objectContaining({ option }),
    );
  }
  expect(() => withFallback(dialWs() as never, undefined as never)).toThrow(TransportOptionError);
});
