// Our client against a server that speaks the whole protocol: the interop server, or the Phoenix app
// in phoenix/ (or any server like it) at PHOENIX_URL, such as http://127.0.0.1:4100.
import {
  connect,
  JoinError,
  PushError,
  V1,
  type ChannelState,
  type Socket,
} from "@slipstream/client";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startInteropServer, type InteropServer } from "./interop-server.ts";

interface Room {
  message: {
    push: unknown;
    bcast: unknown;
    bin_push: Uint8Array;
    welcome: { seq: number };
    push_n: { seq: number; data: string };
  };
}

let server: InteropServer | null = null;
let http = process.env["PHOENIX_URL"] ?? "";
const sockets: Socket[] = [];

beforeAll(async () => {
  if (http !== "") return;
  server = await startInteropServer({ port: 0 });
  http = server.url;
});
afterEach(async () => {
  await Promise.all(sockets.splice(0).map((socket) => socket.disconnect()));
});
afterAll(async () => {
  await server?.close();
});

function url(path = "/socket"): string {
  return http.replace(/^http/, "ws") + path;
}

/** An open socket that retries at once, so that no test waits for a delay. */
async function open(path?: string, options: object = {}): Promise<Socket> {
  const socket = await connect(url(path), { reconnect: [0], rejoin: [0], logger: {}, ...options });
  sockets.push(socket);
  return socket;
}

/** Topics are never shared between tests: broadcasts would be. */
let rooms = 0;
function topic(): string {
  rooms += 1;
  return `room:${process.pid}-${rooms}`;
}

async function until(
  states: AsyncIterable<ChannelState>,
  done: (state: ChannelState) => boolean,
): Promise<ChannelState> {
  for await (const state of states) if (done(state)) return state;
  throw new Error("The states ended before.");
}

/** Resolves when a channel that is joined now has joined again. */
async function rejoined(channel: {
  state: ChannelState;
  states(): AsyncIterable<ChannelState>;
}): Promise<void> {
  const before = channel.state.type === "joined" ? channel.state.joinRef : null;
  await until(channel.states(), (state) => state.type === "joined" && state.joinRef !== before);
}

describe("joining", () => {
  test("resolves with what the server answers, and leaves on its word", async () => {
    const socket = await open();
    const room = await socket.join(topic(), { hello: "w" });
    expect(room.response).toEqual({ hello: "w" });
    await room.leave();
    expect(room.state).toEqual({ type: "left", by: "leave", confirmed: true });
  });

  test.each([
    [{ deny: true }, { reason: "unauthorized" }],
    [{ crash: true }, { reason: "join crashed" }],
  ])("a refusal of %j is an error with the server's response", async (params, response) => {
    const socket = await open();
    const error: unknown = await socket.join(topic(), params).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(JoinError);
    expect(error).toMatchObject({ code: "refused", response });
  });

  test("a topic that no channel serves is refused", async () => {
    const socket = await open();
    await expect(socket.join("nope:x")).rejects.toMatchObject({
      code: "refused",
      response: { reason: "unmatched topic" },
    });
  });

  test("what the server sends right behind its answer is not lost", async () => {
    const socket = await open();
    const room = await socket.join<Room>(topic(), { push_on_join: 3 });
    const seqs: number[] = [];
    for await (const { payload } of room.messages("welcome")) {
      seqs.push(payload.seq);
      if (seqs.length === 3) break;
    }
    expect(seqs).toEqual([1, 2, 3]);
  });

  test("leaving and joining again in one breath ends as a member", async () => {
    const socket = await open();
    const room = await socket.join(topic(), { n: 1 });
    const left = room.leave();
    const joined = room.join();
    await left;
    expect(await joined).toEqual({ n: 1 });
    expect(await room.push("ping", { still: "here" })).toEqual({ still: "here" });
  });
});

describe("pushing", () => {
  test("replies come to their pushes, whatever their order", async () => {
    const socket = await open();
    const room = await socket.join(topic());
    const payloads = Array.from({ length: 200 }, (_, n) => ({ n, text: `é ${n}` }));
    const replies = await Promise.all(payloads.map((payload) => room.push("ping", payload)));
    expect(replies).toEqual(payloads);
  });

  test("an error reply is a PushError that carries the response", async () => {
    const socket = await open();
    const room = await socket.join(topic());
    const error: unknown = await room.push("echo_err", { x: 1 }).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(PushError);
    expect(error).toMatchObject({ code: "refused", status: "error", response: { x: 1 } });
  });

  test("no reply is a timeout, and a send expects none", async () => {
    const socket = await open();
    const room = await socket.join(topic());
    await room.send("noreply", {});
    await expect(room.push("noreply", {}, { timeout: 50 })).rejects.toMatchObject({
      code: "timeout",
    });
  });

  test("bytes go and come as bytes, in pushes, replies and broadcasts", async () => {
    const socket = await open();
    const room = await socket.join<Room>(topic());
    const bytes = new Uint8Array([0xde, 0xad, 0, 0xff]);
    expect(await room.push("bin", bytes)).toEqual(bytes);
    await expect(room.push("bin_err", bytes)).rejects.toMatchObject({ response: bytes });
    const messages = room.messages();
    await room.send("bin_push", bytes.subarray(1));
    await room.send("bcast", bytes.buffer);
    expect((await messages.next()).value).toMatchObject({
      event: "bin_push",
      payload: bytes.subarray(1),
    });
    expect((await messages.next()).value).toMatchObject({ event: "bcast", payload: bytes });
  });
});

describe("receiving", () => {
  test("a broadcast reaches every member, its sender too", async () => {
    const name = topic();
    const rooms = await Promise.all([open(), open()]).then((both) =>
      Promise.all(both.map((socket) => socket.join<Room>(name))),
    );
    const heard = rooms.map((room) => room.messages("bcast"));
    await rooms[0]?.push("bcast", { b: 1 });
    for (const messages of heard) {
      expect((await messages.next()).value).toMatchObject({ payload: { b: 1 } });
    }
  });

  test("a thousand messages of 1 KB come in order, before the reply that follows them", async () => {
    const socket = await open();
    const room = await socket.join<Room>(topic());
    const seqs: number[] = [];
    room.on("push_n", ({ seq, data }) => {
      seqs.push(data.length === 1_024 ? seq : -1);
    });
    await room.push("push_n", { n: 1_000, size: 1_024 });
    expect(seqs).toHaveLength(1_000);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    expect(seqs).not.toContain(-1);
  });
});

describe("coming back", () => {
  test.each([
    ["crash", "channelCrashed", "crashed"],
    ["close_me", "channelClosed", "closed"],
  ])("after %s the push fails as %s, and the channel joins again", async (event, code, cause) => {
    const socket = await open();
    const room = await socket.join(topic(), { hello: 1 });
    const states: ChannelState[] = [];
    room.onState((state) => states.push(state));
    const again = rejoined(room);
    await expect(room.push(event, {})).rejects.toMatchObject({ code });
    await again;
    expect(states[0]).toMatchObject({ type: "waiting", for: "delay", cause: { type: cause } });
    expect(room.response).toEqual({ hello: 1 });
    expect(socket.state.type).toBe("open");
  });

  test("a stop with a reply answers first", async () => {
    const socket = await open();
    const room = await socket.join(topic());
    const again = rejoined(room);
    expect(await room.push("stop", { z: 1 })).toEqual({ z: 1 });
    await again;
  });

  test("after a dropped connection the socket and its channels are back, and a queued push is sent", async () => {
    const socket = await open();
    const room = await socket.join(topic());
    const again = rejoined(room);
    const ends: string[] = [];
    socket.onConnectionEnd(({ reason }) => ends.push(reason.type));
    await expect(room.push("drop_socket", {})).rejects.toMatchObject({ code: "disconnected" });
    expect(await room.push("ping", { queued: true })).toEqual({ queued: true });
    await again;
    expect(ends).toEqual(["connectionLost"]);
  });

  test("a close by the server is known by its code", async () => {
    const socket = await open();
    const room = await socket.join(topic());
    const again = rejoined(room);
    const ended = new Promise((resolve) => socket.onConnectionEnd(resolve));
    void room.push("ws_close", { code: 4001, reason: "go" });
    expect(await ended).toMatchObject({
      reason: { type: "closedByRemote", code: 4001, reason: "go" },
      clean: true,
    });
    await again;
  });

  test("a server's idle timeout closes with 1000, which is no end that anybody asked for", async () => {
    const socket = await open("/tiny", { heartbeat: false });
    const states = socket.states();
    const ended = new Promise((resolve) => socket.onConnectionEnd(resolve));
    expect(await ended).toMatchObject({ reason: { type: "closedByRemote", code: 1000 } });
    for await (const state of states) if (state.type === "open" && state.attempt > 0) break;
  });

  test("heartbeats keep a socket from being idle", async () => {
    const socket = await open("/tiny", { heartbeat: { interval: 200, timeout: 5_000 } });
    const seen: string[] = [];
    socket.onState((state) => seen.push(state.type));
    // Longer than the two seconds that the server waits: measured by its answers, not by a timer.
    for (const start = performance.now(); performance.now() - start < 2_600;) await socket.ping();
    expect(seen).toEqual([]);
  });
});

describe("ending", () => {
  test("a disconnect is clean, and the server has nothing left", async () => {
    const before = await live();
    const socket = await open();
    await Promise.all([socket.join(topic()), socket.join(topic())]);
    expect(await socket.disconnect({ code: 4000, reason: "done" })).toEqual({
      code: 4000,
      reason: "done",
      clean: true,
    });
    // The server counts an end when its process is down, which may be a moment after the last byte.
    while ((await live()) !== before) await new Promise(setImmediate);
  });

  test("refused credentials end the attempts, with the status", async () => {
    await expect(open("/socket", { params: { token: "bad" } })).rejects.toMatchObject({
      code: "upgradeRejected",
      reason: { status: 403 },
    });
  });

  test("a path that is no socket is a 404", async () => {
    await expect(open("/nowhere", { reconnect: false })).rejects.toMatchObject({
      code: "upgradeRejected",
      reason: { status: 404 },
    });
  });
});

test("version 1 of the protocol", async () => {
  const socket = await open("/socket", { serializer: V1 });
  const room = await socket.join<Room>(topic(), { a: 1 });
  expect(room.response).toEqual({ a: 1 });
  const messages = room.messages();
  expect(await room.push("ping", { a: 1 })).toEqual({ a: 1 });
  await room.send("push", { p: 1 });
  expect((await messages.next()).value).toMatchObject({ event: "push", payload: { p: 1 } });
  await room.push("bcast", { b: 1 });
  expect((await messages.next()).value).toMatchObject({ event: "bcast", payload: { b: 1 } });
  const again = rejoined(room);
  await expect(room.push("crash", {})).rejects.toMatchObject({ code: "channelCrashed" });
  await again;
  await room.leave();
});

test("a reader who stops at a break has let go", async () => {
  const socket = await open();
  const room = await socket.join<Room>(topic());
  void room.push("push_n", { n: 3, size: 1 });
  for await (const { payload } of room.messages("push_n")) if (payload.seq === 2) break;
  expect(await room.push("ping", {})).toEqual({});
});

/** How many WebSockets the server has. */
async function live(): Promise<number> {
  const response = await fetch(`${http}/stats`);
  const stats = (await response.json()) as { live: { websocket: number } };
  return stats.live.websocket;
}
