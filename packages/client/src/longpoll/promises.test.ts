// The promises of every socket, P1 to P9, over long polling and a real server.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { V1, V2, seededRandom } from "@slipstream/core";
import { accept, refuse, type ChannelsServer } from "@slipstream/server";
import { describe, expect, onTestFailed, onTestFinished, test } from "vitest";
import { converse } from "../fixtures/conversation.ts";
import { EXPECTED } from "../fixtures/conversation-expected.ts";
import { failureOf } from "../fixtures/failure.ts";
import { Leaks, SECRETS } from "../fixtures/leaks.ts";
import { relayTo, serve } from "../fixtures/servers.ts";
import { newSocket, nextEnd, turn, untilChannel, untilState } from "../fixtures/sockets.ts";
import { Socket, type NodeSocketOptions } from "../index.ts";
import { longPoll } from "./long-poll.ts";

const polling: NodeSocketOptions = { transport: longPoll() };

async function openPolling(url: string, options: NodeSocketOptions = {}): Promise<Socket> {
  const socket = newSocket(url, { ...polling, ...options });
  await socket.connect();
  return socket;
}

interface Watched {
  readonly server: ChannelsServer;
  readonly port: number;
  readonly url: string;
  /** How many polls, or beginnings of sessions, wait at the server just now. */
  readonly waiting: () => number;
}

/** The server beside an HTTP server that knows which polls wait. */
async function serveWatched(): Promise<Watched> {
  const { server } = await serve();
  let waiting = 0;
  const http = createServer((request, response) => {
    if (request.method === "GET") {
      waiting += 1;
      // Finished comes before its client can have read it; closed comes to those that are cut off.
      const over = (): void => {
        response.off("finish", over).off("close", over);
        waiting -= 1;
      };
      response.on("finish", over).on("close", over);
    }
    server.handleRequest(request, response);
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  onTestFinished(() => {
    http.close();
    http.closeAllConnections();
  });
  const { port } = http.address() as AddressInfo;
  return { server, port, url: `ws://127.0.0.1:${port}/socket`, waiting: () => waiting };
}

test("the conversation that every transport and build must have, bytes included", async () => {
  const { server, url } = await serve();
  class PollingSocket extends Socket {
    constructor(url: string, options: NodeSocketOptions) {
      super(url, { ...options, ...polling, logger: {} });
    }
  }
  const seen = await converse({ Socket: PollingSocket }, url);
  // There is no close frame to be answered; that the session is over was answered.
  expect(seen).toEqual({ ...EXPECTED, ended: { code: null, reason: "", clean: true } });
  expect(server.stats().live).toEqual({ websocket: 0, longpoll: 0, channel: 0 });
});

describe.each([V1, V2])("vsn $vsn", (serializer) => {
  test("joins, asks, is told, leaves", async () => {
    const { server, url } = await serve();
    const socket = await openPolling(url, { serializer });
    const room = await socket.join("room:a");
    const said: unknown[] = [];
    room.on("said", (payload) => said.push(payload));
    expect(await room.push("say", { text: "Grüße \u{1f680}\n\u2028" })).toEqual({});
    expect(said).toEqual([{ text: "Grüße \u{1f680}\n\u2028" }]);
    expect(await room.push("count", { to: 500 })).toEqual({ to: 500 });
    await room.leave();
    await socket.disconnect();
    expect(server.stats().live.longpoll).toBe(0);
  });
});

describe("P1, P3: ends", () => {
  test("from every state, and twice; the server is left with nothing", async () => {
    const { server, url } = await serve();
    const idle = newSocket(url, polling);
    expect(await idle.disconnect()).toEqual({ code: null, reason: "", clean: true });
    const connecting = newSocket(url, polling);
    void connecting.connect();
    await untilState(connecting, "connecting");
    const [one, two] = await Promise.all([connecting.disconnect(), connecting.disconnect()]);
    expect(one).toEqual(two);
    const open = await openPolling(url);
    const room = await open.join("room:a");
    const inFlight = [failureOf(room.push("silent")), failureOf(room.push("silent"))];
    expect(await open.disconnect()).toEqual({ code: null, reason: "", clean: true });
    for (const error of await Promise.all(inFlight))
      expect(error).toMatchObject({ code: "disconnected" });
    const reset = await openPolling(url);
    expect(await reset.reset()).toEqual({ code: null, reason: "", clean: false });
    await server.close();
    const { opened, ended } = server.stats();
    expect(ended).toBe(opened);
  });

  test("what was sent before a disconnect arrives", async () => {
    const { url } = await serve();
    const [speaker, listener] = [await openPolling(url), await openPolling(url)];
    const heard: unknown[] = [];
    const room = await listener.join("room:a");
    room.on("shouted", (payload) => heard.push((payload as { n: number }).n));
    const mouth = await speaker.join("room:a");
    for (let n = 0; n < 300; n++) void mouth.send("shout", { n });
    await speaker.disconnect();
    await expect.poll(() => heard.length).toBe(300);
    expect(heard).toEqual(Array.from({ length: 300 }, (_, n) => n));
  });

  test("a server that never answers costs closeTimeout, and no more", async () => {
    const { port } = await serve();
    const relay = await relayTo(port);
    const socket = await openPolling(relay.url, { closeTimeout: 30 });
    relay.behave({ type: "silent" });
    expect(await socket.disconnect()).toEqual({ code: null, reason: "", clean: false });
    expect(socket.state).toMatchObject({ reason: { type: "requested" } });
  });

  test("random connects, disconnects, resets and joins, overlapping: nothing is left", async () => {
    const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 32));
    onTestFailed(() => console.log(`SEED=${seed} plays it again`));
    const random = seededRandom(seed);
    const pick = (count: number): number => Math.floor(random() * count);
    const { server, url } = await serve(undefined, { closeTimeout: 500 });
    const acts: ((socket: Socket) => unknown)[] = [
      (socket) => void socket.connect(),
      (socket) => void socket.connect(),
      (socket) => void socket.disconnect(),
      (socket) => void socket.join("room:a"),
      (socket) => socket.disconnect(),
      (socket) => socket.reset(),
    ];
    const sockets = Array.from({ length: 20 }, () => newSocket(url, polling));
    await Promise.all(
      sockets.map(async (socket) => {
        for (let step = 0; step < 15; step++) {
          await acts[pick(acts.length)]?.(socket);
          for (let turns = pick(4); turns > 0; turns--) await turn();
        }
        await socket.disconnect();
      }),
    );
    for (const { stats } of sockets) {
      const ends = Object.values(stats.counters.endsByReason).reduce(
        (sum, count) => sum + count,
        0,
      );
      expect([ends, stats.channels, stats.bufferedAmount]).toEqual([stats.counters.attempts, 0, 0]);
    }
    // Sessions that were reset have nobody who polls: the server finds out, or is closed.
    await server.close();
    const { opened, ended } = server.stats();
    expect(ended).toBe(opened);
  });

  test("the process exits by itself", async () => {
    const { url } = await serve();
    const program = `
      import { connect } from "@slipstream/client";
      import { longPoll } from "@slipstream/client/longpoll";
      const socket = await connect(${JSON.stringify(url)}, { transport: longPoll() });
      const room = await socket.join("room:a");
      room.push("silent");
      room.push("silent", {}, { timeout: Infinity });
      const { clean } = await socket.disconnect();
      console.log(clean);`;
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", program],
      { cwd: fileURLToPath(new URL("../../../..", import.meta.url)) },
    );
    expect([stdout, stderr]).toEqual(["true\n", ""]);
  });
});

describe("P4: each end has its reason", () => {
  test("a drain, with its code, where a poll waits for it", async () => {
    const { server, url, waiting } = await serveWatched();
    const socket = await openPolling(url, { reconnect: false });
    await expect.poll(waiting).toBe(1);
    const ended = nextEnd(socket);
    await server.close();
    expect((await ended).reason).toMatchObject({ type: "closedByRemote", code: 1012 });
  });

  test("a channel that closes the socket, and one that drops it", async () => {
    const { url } = await serve();
    for (const [event, reason] of [
      ["closeSocket", { type: "closedByRemote", code: 4000 }],
      ["drop", { type: "connectionLost", cause: { code: "session_gone" } }],
    ] as const) {
      const socket = await openPolling(url, { reconnect: false });
      const room = await socket.join("room:a");
      const ended = nextEnd(socket);
      const push = failureOf(room.push(event));
      expect((await ended).reason).toMatchObject(reason);
      expect(await push).toMatchObject({ code: "disconnected", sent: true });
    }
  });

  test("connect says no: as over WebSockets, refused credentials are not offered again", async () => {
    const { asked, url } = await serve(() => refuse(403));
    const socket = newSocket(url, polling);
    expect(await failureOf(socket.connect())).toMatchObject({
      code: "upgradeRejected",
      reason: { status: 403 },
    });
    expect(asked).toHaveLength(1);
  });

  test("a network that is cut", async () => {
    const { port, waiting } = await serveWatched();
    const relay = await relayTo(port);
    const socket = await openPolling(relay.url);
    await expect.poll(waiting).toBe(1);
    const ended = nextEnd(socket);
    relay.cut();
    expect((await ended).reason).toMatchObject({ type: "connectionLost" });
    await untilState(socket, "open");
  });

  test("a network that goes silent: the heartbeat finds out", async () => {
    const { port } = await serve();
    const relay = await relayTo(port);
    const socket = await openPolling(relay.url, { heartbeat: { interval: 50, timeout: 100 } });
    const ended = nextEnd(socket);
    relay.behave({ type: "silent" });
    expect((await ended).reason).toMatchObject({ type: "heartbeatTimeout" });
    relay.behave({ type: "pass" });
    await untilState(socket, "open");
  });
});

describe("P5 to P8: pushes and messages", () => {
  test("a push that is cut off has its outcome, and channels come back", async () => {
    const { port, waiting } = await serveWatched();
    const relay = await relayTo(port);
    const socket = await openPolling(relay.url);
    const room = await socket.join("room:a");
    const lost = failureOf(room.push("silent"));
    // It is with the server, and so is a poll for the answer that never comes.
    await expect.poll(() => [socket.stats.bufferedAmount, waiting()]).toEqual([0, 1]);
    relay.cut();
    expect(await lost).toMatchObject({ code: "disconnected", sent: true });
    await untilChannel(room, "joined");
    expect(await room.push("echo", 1)).toBe(1);
  });

  test("2,000 messages in order, by handler and by loop", async () => {
    const { url } = await serve();
    const socket = await openPolling(url);
    const room = await socket.join("room:a");
    const handled: number[] = [];
    room.on("n", (payload) => handled.push((payload as { n: number }).n));
    const looped: number[] = [];
    const loop = (async () => {
      for await (const { payload } of room.messages("n", { limit: 1_000 })) {
        looped.push((payload as { n: number }).n);
        if (looped.length === 2_000) return;
      }
    })();
    expect(await room.push("count", { to: 2_000 })).toEqual({ to: 2_000 });
    await loop;
    const expected = Array.from({ length: 2_000 }, (_, index) => index + 1);
    expect([handled, looped]).toEqual([expected, expected]);
  });

  test("1,000 pushes at once: each has its own reply, in few requests", async () => {
    const { url } = await serve();
    let requests = 0;
    const transport = longPoll({
      fetch: (target, init) => {
        requests += 1;
        return fetch(target, init);
      },
    });
    const socket = await openPolling(url, { transport });
    const room = await socket.join("room:a");
    const replies = await Promise.all(
      Array.from({ length: 1_000 }, (_, n) => room.push("echo", { n })),
    );
    expect(replies).toEqual(Array.from({ length: 1_000 }, (_, n) => ({ n })));
    expect(requests).toBeLessThan(100);
  });

  test("reading can be paused, and goes on by itself after maxPause", async () => {
    const { url } = await serve();
    const socket = await openPolling(url, { maxPause: 50 });
    const room = await socket.join("room:a");
    socket.pause();
    expect(socket.reading).toMatchObject({ type: "paused" });
    expect(await room.push("echo", 1)).toBe(1);
    expect(socket.reading).toMatchObject({ type: "flowing" });
  });

  test("a message over maxPayload ends the connection as it does over WebSockets", async () => {
    const { url } = await serve();
    const socket = await openPolling(url, { maxPayload: 10_000, reconnect: false });
    const room = await socket.join("room:a");
    const ended = nextEnd(socket);
    void failureOf(room.push("echo", { text: "x".repeat(15_000) }));
    expect((await ended).reason).toEqual({ type: "protocolError", code: 1009 });
  });

  test("a message that the server finds too large ends the connection, and says so", async () => {
    const { url } = await serve(() => accept(), { maxPayload: 10_000 });
    const socket = await openPolling(url, { reconnect: false });
    const room = await socket.join("room:a");
    const ended = nextEnd(socket);
    const push = failureOf(room.push("echo", { text: "x".repeat(15_000) }));
    expect((await ended).reason).toMatchObject({ cause: { code: "too_large" } });
    expect(await push).toMatchObject({ code: "disconnected" });
  });
});

test("P14: no secret is in what is told, whatever fails", async () => {
  const leaks = new Leaks();
  const { server, url } = await serve();
  const options: NodeSocketOptions = {
    ...polling,
    params: { secret: SECRETS.params },
    headers: { "x-secret": SECRETS.header },
    authToken: SECRETS.token,
    logger: leaks,
    reconnect: false,
  };
  const secret = `${url.replace("ws://", `ws://user:${SECRETS.user}@`)}?apikey=${SECRETS.url}`;
  const socket = newSocket(secret, options);
  socket.onState((state) => leaks.look(state));
  socket.onConnectionEnd((end) => leaks.look(end));
  await socket.connect();
  const room = await socket.join("room:a", { secret: SECRETS.join });
  leaks.look(await failureOf(room.push("drop", { secret: SECRETS.payload })));
  leaks.look([socket.state, socket.stats]);
  await server.close();
  leaks.look(await failureOf(newSocket(secret, options).connect()));
  const wrong = newSocket(secret, { ...options, authToken: `${SECRETS.token}\n` });
  leaks.look(await failureOf(wrong.connect()));
  leaks.expectNone();
});
