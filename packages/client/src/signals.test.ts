// AbortSignals: of connect, of a join, of a push and of the whole socket; before, during and after.
import type { Sentence } from "@slipstream/faults";
import { refuse } from "@slipstream/server";
import { describe, expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { serve, serveRaw, speak } from "./fixtures/servers.ts";
import {
  newSocket,
  nextEnd,
  openSocket,
  turn,
  untilChannel,
  untilState,
} from "./fixtures/sockets.ts";
import { connect, type ConnectError, type PushError } from "./index.ts";

const REASON = new Error("had enough");
/** What whoever waits for a connection is told. */
const ABORTED = { name: "ConnectError", code: "aborted", cause: REASON };

describe("connect", () => {
  test("aborted before: rejects with the reason as its cause, and nothing is dialled", async () => {
    const server = await serveRaw();
    const socket = newSocket(`${server.url}/socket`);
    const error = await failureOf(socket.connect({ signal: AbortSignal.abort(REASON) }));
    expect(error).toMatchObject({ name: "ConnectError", code: "aborted", cause: REASON });
    expect((error as Error).message).toMatch(
      /its signal was aborted, before an attempt had failed/,
    );
    await turn();
    expect([server.peers.length, socket.state.type]).toEqual([0, "idle"]);
  });

  test("aborted while it dials: the dial is taken back", async () => {
    const server = await serveRaw();
    const controller = new AbortController();
    const socket = newSocket(`${server.url}/socket`);
    const connecting = failureOf(socket.connect({ signal: controller.signal }));
    const peer = await server.peer();
    await peer.request();
    controller.abort(REASON);
    expect(await connecting).toMatchObject(ABORTED);
    await peer.gone();
    expect(await untilState(socket, "ended")).toMatchObject({ reason: { type: "requested" } });
  });

  test("one of two who wait gives up for himself; the last one gives up for the socket", async () => {
    let accept: () => void = () => {};
    const accepted = new Promise<void>((resolve) => (accept = resolve));
    const server = await serveRaw(async (peer) => {
      await accepted;
      await peer.accept();
    });
    const controller = new AbortController();
    const socket = newSocket(`${server.url}/socket`, { closeTimeout: 20 });
    const first = failureOf(socket.connect({ signal: controller.signal }));
    const second = socket.connect();
    controller.abort(REASON);
    expect(await first).toMatchObject(ABORTED);
    accept();
    await second;
    expect(socket.state.type).toBe("open");
  });

  test("aborted after attempts that failed: the error says how the last one did", async () => {
    const { url } = await serve(() => refuse(404));
    const controller = new AbortController();
    const { signal } = controller;
    const socket = newSocket(url, { signal, reconnect: [1] });
    const connecting = failureOf(socket.connect());
    await nextEnd(socket);
    await nextEnd(socket);
    controller.abort(REASON);
    const error = (await connecting) as ConnectError;
    expect(error.reason).toMatchObject({ type: "aborted", cause: REASON, last: { status: 404 } });
    expect(error.message).toMatch(/its signal was aborted. The last attempt failed: .* 404/);
    await untilState(socket, "ended");
    // What failed in a series that is over says nothing of the next.
    const anew = (await failureOf(socket.connect())) as ConnectError;
    expect(anew.reason).toMatchObject({ type: "aborted", last: null });
  });

  test("waiting for a socket that comes back by itself: it goes on coming back", async () => {
    const server = await serveRaw(async (peer, index) => {
      if (index === 1) return peer.reset();
      await peer.accept();
      if (index === 0) peer.reset();
    });
    const socket = await openSocket(`${server.url}/socket`, {
      closeTimeout: 20,
      reconnect: (_, { type }) => (type === "connectFailed" ? 50 : 1),
    });
    await nextEnd(socket);
    await nextEnd(socket);
    const controller = new AbortController();
    const waiting = failureOf(socket.connect({ signal: controller.signal }));
    controller.abort(REASON);
    expect(await waiting).toMatchObject(ABORTED);
    await untilState(socket, "open");
  });

  test("aborted when it is open: nothing happens", async () => {
    const { url } = await serve();
    const controller = new AbortController();
    const socket = newSocket(url);
    await socket.connect({ signal: controller.signal });
    controller.abort(REASON);
    expect(await socket.ping()).toBeGreaterThanOrEqual(0);
  });
});

describe("the socket's own", () => {
  test("aborted while open: it ends as by disconnect()", async () => {
    const { server, url } = await serve();
    const controller = new AbortController();
    const socket = await connect(url, { signal: controller.signal });
    const room = await socket.join("room:a");
    const push = failureOf(room.push("silent"));
    const end = nextEnd(socket);
    controller.abort(REASON);
    expect(await push).toMatchObject({ code: "disconnected" });
    expect(await end).toMatchObject({ reason: { type: "requested" }, code: 1000, clean: true });
    await expect.poll(() => server.stats().endsByReason.closedByRemote).toBe(1);
    expect(await failureOf(socket.connect())).toMatchObject(ABORTED);
  });

  test("aborted while it waits to reconnect, and while it connects", async () => {
    const server = await serveRaw((peer) => peer.reset());
    const controller = new AbortController();
    const socket = newSocket(`${server.url}/socket`, {
      signal: controller.signal,
      reconnect: [60_000],
    });
    const connecting = failureOf(socket.connect());
    await untilState(socket, "waiting");
    controller.abort(REASON);
    expect(await connecting).toMatchObject(ABORTED);
    expect(socket.state).toMatchObject({ type: "ended", reason: { type: "requested" } });
  });

  test("aborted before: nothing is dialled", async () => {
    const server = await serveRaw();
    const connecting = connect(`${server.url}/socket`, { signal: AbortSignal.abort(REASON) });
    expect(await failureOf(connecting)).toMatchObject(ABORTED);
    expect(server.peers.length).toBe(0);
  });
});

describe("join", () => {
  test("aborted before: nothing is asked", async () => {
    const { server, url } = await serve();
    const socket = await openSocket(url);
    const joining = socket.join("room:a", {}, { signal: AbortSignal.abort(REASON) });
    expect(await failureOf(joining)).toMatchObject({ code: "aborted", cause: REASON });
    expect([server.stats().messagesReceived, socket.stats.channels]).toEqual([0, 0]);
  });

  test("aborted before the server answers: the server is sent a leave", async () => {
    const heard: Sentence[] = [];
    const { url } = await speak(async (speaker) => {
      for (let said = 0; said < 2; said++) heard.push(await speaker.hear());
      for (const message of heard) await speaker.reply(message);
    });
    const socket = await openSocket(url);
    const controller = new AbortController();
    const room = socket.channel("room:a");
    const joining = failureOf(room.join({ signal: controller.signal }));
    await expect.poll(() => heard.length).toBe(1);
    controller.abort(REASON);
    expect(await joining).toMatchObject({ code: "aborted", cause: REASON });
    await untilChannel(room, "left");
    expect(heard.map(([, , , event]) => event)).toEqual(["phx_join", "phx_leave"]);
  });

  test("one of two who wait gives up for himself", async () => {
    const { url } = await serve();
    const socket = newSocket(url);
    const controller = new AbortController();
    const room = socket.channel("room:a");
    const first = failureOf(room.join({ signal: controller.signal }));
    const second = room.join();
    controller.abort(REASON);
    expect(await first).toMatchObject({ code: "aborted" });
    await socket.connect();
    expect(await second).toEqual({});
  });

  test("waiting for a channel that comes back by itself: it goes on coming back", async () => {
    const { server, url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    server.disconnect("everyone");
    await untilChannel(room, "waiting");
    const controller = new AbortController();
    const waiting = failureOf(room.join({ signal: controller.signal }));
    controller.abort(REASON);
    expect(await waiting).toMatchObject({ code: "aborted" });
    await untilChannel(room, "joined");
  });

  test("aborted when it is joined: nothing happens", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const controller = new AbortController();
    const room = await socket.join("room:a", {}, { signal: controller.signal });
    controller.abort(REASON);
    expect(await room.push("echo", 1)).toBe(1);
  });
});

describe("push", () => {
  test("aborted before: nothing is sent, and it is counted", async () => {
    const { server, url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    const push = failureOf(room.push("say", {}, { signal: AbortSignal.abort(REASON) }));
    expect(await push).toMatchObject({ code: "aborted", cause: REASON });
    await socket.ping();
    expect(server.stats().messagesReceived).toBe(2);
    expect(socket.stats.counters.pushes.aborted).toBe(1);
  });

  test("aborted while it waits to be sent: it is never sent", async () => {
    const { server, url } = await serve();
    const socket = newSocket(url);
    const room = socket.channel("room:a");
    const joining = room.join();
    const controller = new AbortController();
    const push = failureOf(room.push("say", {}, { signal: controller.signal }));
    controller.abort(REASON);
    expect(await push).toMatchObject({ code: "aborted", cause: REASON });
    await socket.connect();
    await joining;
    await socket.ping();
    expect(server.stats().messagesReceived).toBe(2);
  });

  test("aborted in flight: given up; the answer that comes is ignored", async () => {
    let answer: () => void = () => {};
    const { url } = await speak(async (speaker) => {
      await speaker.letIn();
      const push = await speaker.hear();
      await new Promise<void>((resolve) => (answer = resolve));
      await speaker.reply(push);
    });
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    const controller = new AbortController();
    const push = failureOf(room.push("e", {}, { signal: controller.signal }));
    controller.abort(REASON);
    const error = (await push) as PushError;
    expect([error.code, error.cause]).toEqual(["aborted", REASON]);
    await expect.poll(() => (answer(), socket.stats.counters.ignored.unmatchedReply)).toBe(1);
    expect(socket.stats.counters.pushes).toMatchObject({ aborted: 1, ok: 0 });
  });

  test("AbortSignal.timeout, and a signal for many pushes", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    const timed = failureOf(room.push("silent", {}, { signal: AbortSignal.timeout(5) }));
    expect(await timed).toMatchObject({ code: "aborted", cause: { name: "TimeoutError" } });
    const controller = new AbortController();
    const { signal } = controller;
    const pushes = Array.from({ length: 5 }, () => failureOf(room.push("silent", {}, { signal })));
    controller.abort();
    for (const push of pushes) expect(await push).toMatchObject({ code: "aborted" });
  });
});
