// What ours does otherwise, on purpose: each test is a line of docs/phoenix-drop-in.md.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { closeFrame, OPCODE, RawServer, UpgradeFilter } from "@slipstream/faults";
import { accept, ChannelsServer, refuse } from "@slipstream/server";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { WebSocket } from "ws";
import { Channel, Presence, Socket } from "./index.ts";
import { Diary } from "./fixtures/diary.ts";
import { OURS, PHOENIX, type Library } from "./fixtures/libraries.ts";
import { serve, speak } from "./fixtures/server.ts";

const run = promisify(execFile);
const program = fileURLToPath(new URL("./fixtures/exits.mjs", import.meta.url));

const { connectTo } = OURS;

/** Disconnects, and resolves with how that went. */
function disconnected(socket: Socket, code?: number, reason?: string): Promise<unknown> {
  return new Promise((resolve) => {
    socket.disconnect(resolve, code, reason);
  });
}

describe("ends", () => {
  test("the server ends TCP first, as RFC 6455 7.1.1 says", async () => {
    const server = await RawServer.listen(async (peer) => {
      await peer.accept();
      let frame = await peer.frame();
      while (frame.opcode !== OPCODE.close) frame = await peer.frame();
      await peer.write(closeFrame(1000, ""));
      peer.end();
    });
    onTestFinished(() => server.close());
    const diary = new Diary();
    const socket = connectTo(`${server.url}/socket`);
    socket.onOpen(diary.note("open"));
    socket.connect();
    await diary.until("open");
    await disconnected(socket, 4001, "done");
    await server.peers[0]?.gone();
    expect(server.peers[0]?.wire.story().slice(2)).toEqual([
      "client: close 4001 done",
      "server: close 1000",
      "server: FIN",
      "client: FIN",
    ]);
  });

  test("the callback of disconnect() is told how it went, when nothing is left", async () => {
    const { url, server } = await serve();
    const socket = connectTo(url);
    const diary = new Diary();
    socket.onOpen(diary.note("open"));
    socket.onClose(diary.note("close"));
    socket.connect();
    await diary.until("open");
    expect(await disconnected(socket, 4001, "done")).toEqual({
      code: 4001,
      reason: "done",
      clean: true,
    });
    expect(diary.lines).toEqual(["open", "close: close event 4001, clean"]);
    await expect.poll(() => server.stats().live.websocket).toBe(0);
    expect(await disconnected(socket)).toEqual({ code: null, reason: "", clean: true });
    expect(() => socket.disconnect(() => {}, 1006)).toThrow("code");
  });

  test("a disconnect while the connection is being made leaves nothing", async () => {
    const server = await RawServer.listen(() => {});
    onTestFinished(() => server.close());
    const socket = connectTo(`${server.url}/socket`);
    socket.connect();
    await expect.poll(() => server.peers.length).toBe(1);
    await disconnected(socket);
    await server.peers[0]?.gone();
    expect(socket.connectionState()).toBe("closed");
    expect(socket.counters).toMatchObject({ attempts: 1, endsByReason: { requested: 1 } });
  });

  test("a disconnect of what was never connected leaves nothing", async () => {
    const socket = new Socket("ws://127.0.0.1:9/socket");
    socket.channel("room:lobby").join();
    expect(process.getActiveResourcesInfo()).toContain("Timeout");
    expect(await disconnected(socket)).toEqual({ code: null, reason: "", clean: true });
    expect(socket.engine.session.wakeAt).toBe(Infinity);
  });

  test("connects and disconnects in whatever order leave nothing", async () => {
    const { url, server } = await serve();
    const sockets = Array.from({ length: 20 }, () => connectTo(url));
    for (let round = 0; round < 5; round++) {
      for (const [index, socket] of sockets.entries()) {
        socket.connect();
        if ((index + round) % 2 === 0) socket.disconnect();
        if ((index + round) % 3 === 0) socket.connect();
        socket.channel(`room:${round}`).join();
      }
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    await Promise.all(sockets.map((socket) => disconnected(socket)));
    await expect.poll(() => server.stats().live.websocket).toBe(0);
    for (const { counters } of sockets) {
      const ended = Object.values(counters.endsByReason).reduce((sum, count) => sum + count, 0);
      expect(ended).toBe(counters.attempts);
    }
  });

  test("nothing keeps the process alive behind a disconnect; npm phoenix leaves its timers", async () => {
    const { url } = await serve();
    // One that goes on when this test has given up would find its way to the servers of others.
    const over = new AbortController();
    onTestFinished(() => over.abort());
    const { signal } = over;
    const ours = await run(process.execPath, [program, "@slipstream/phoenix", url], { signal });
    expect(JSON.parse(ours.stdout)).toEqual([]);
    const theirs = await run(process.execPath, [program, "phoenix", url], { signal });
    expect(JSON.parse(theirs.stdout)).toContain("Timeout");
  });

  test("connect() behind disconnect() connects when the old connection is gone", async () => {
    const { url, server } = await serve();
    const diary = new Diary();
    const socket = connectTo(url);
    socket.onOpen(diary.note("open"));
    socket.onClose(diary.note("close"));
    socket.connect();
    await diary.until("open");
    socket.disconnect(() => diary.write("disconnected"));
    socket.connect();
    await diary.until("open", 2);
    expect(diary.lines).toEqual(["open", "close: close event 1000, clean", "disconnected", "open"]);
    expect(server.stats().live.websocket).toBe(1);
  });

  test("conn.close() loses the connection, which comes back", async () => {
    const { url } = await serve();
    const diary = new Diary();
    const socket = connectTo(url);
    socket.onOpen(diary.note("open"));
    socket.onClose(diary.note("close"));
    expect(socket.conn).toBeNull();
    socket.connect();
    await diary.until("open");
    expect(socket.conn?.readyState).toBe(1);
    socket.conn?.close();
    await diary.until("open", 2);
    expect(diary.lines).toEqual(["open", "close: close event 1000, clean", "open"]);
  });

  test("replaceTransport() tells nobody of the connection that it ends", async () => {
    const { url } = await serve();
    const diary = new Diary();
    const socket = connectTo(url);
    socket.onOpen(diary.note("open"));
    socket.onClose(diary.note("close"));
    const room = socket.channel("room:lobby");
    room.onError(diary.note("room error"));
    room.join().receive("ok", diary.note("joined"));
    socket.connect();
    await diary.until("joined");
    socket.replaceTransport(OURS.LongPoll);
    socket.connect();
    await diary.until("joined", 2);
    expect(diary.lines).toEqual([
      "open",
      "joined: {}",
      "room error: {reason: connection_closed, source: transport}",
      "open",
      "joined: {}",
    ]);
    expect(socket.engine.session.state).toMatchObject({ type: "open", transport: "longpoll" });
  });
});

describe("truth", () => {
  test("a push in flight fails the moment its connection does; npm phoenix has it time out", async () => {
    const story = async ({ connectTo }: Library): Promise<readonly string[]> => {
      const { url } = await serve();
      const diary = new Diary();
      const socket = connectTo(url);
      const room = socket.channel("room:lobby");
      room.join().receive("ok", diary.note("joined"));
      socket.connect();
      await diary.until("joined");
      const silent = room
        .push("silent", {})
        .receive("error", diary.note("error"))
        .receive("timeout", diary.note("timeout"));
      const drop = room.push("drop", {});
      await diary.until("joined", 2);
      // npm phoenix would wait for both, behind the end of the test too.
      for (const push of [silent, drop]) push.cancelTimeout();
      return diary.lines;
    };
    expect(await story(OURS)).toEqual([
      "joined: {}",
      "error: {reason: disconnected, sent: true, source: transport}",
      "joined: {}",
    ]);
    expect(await story(PHOENIX)).toEqual(["joined: {}", "joined: {}"]);
  });

  test("leave() is confirmed by the server, or times out", async () => {
    const { url } = await speak(async (speaker) => {
      await speaker.reply(await speaker.hear());
    });
    const diary = new Diary();
    const socket = connectTo(url);
    const room = socket.channel("room:lobby");
    room.onClose(diary.note("room close"));
    room.join().receive("ok", diary.note("joined"));
    socket.connect();
    await diary.until("joined");
    const leave = room.leave(20).receive("ok", diary.note("ok"));
    expect(room.state).toBe("leaving");
    leave.receive("timeout", diary.note("timeout"));
    await diary.until("timeout");
    expect(diary.lines).toEqual(["joined: {}", "room close: leave", "timeout: {}"]);
  });

  test("what a program's encode gives that is no frame is not sent as an empty one", async () => {
    const { url } = await serve();
    const diary = new Diary();
    const socket = connectTo(url, {
      encode: (message, done) => {
        const isEcho = message.event === "echo";
        done(isEcho ? new Blob(["bytes"]) : JSON.stringify(Object.values(message)));
      },
    });
    const room = socket.channel("room:lobby");
    room.join().receive("ok", diary.note("joined"));
    socket.connect();
    await diary.until("joined");
    room.push("echo", {}).receive("error", diary.note("error"));
    await diary.until("error");
    expect(diary.lines[1]).toBe("error: {reason: unsendable, sent: false, source: client}");
    expect(socket.counters.messagesSent).toBe(1);
  });

  test("the queue of a channel is bounded, and says so", async () => {
    const diary = new Diary();
    const socket = connectTo("ws://127.0.0.1:9/socket", { reconnectAfterMs: () => 60_000 });
    const room = socket.channel("room:lobby");
    room.join();
    for (let n = 0; n < 1_000; n++) room.push("echo", { n });
    room.push("echo", {}).receive("error", diary.note("error"));
    expect(diary.lines).toEqual(["error: {reason: queueFull, sent: false, source: client}"]);
    expect(room.pushBuffer).toHaveLength(1_000);
    room.leave();
    expect(room.pushBuffer).toHaveLength(0);
  });

  test("callbacks of a Presence that throw are reported, and nobody is forgotten for it", () => {
    const reported = vi.spyOn(console, "error").mockImplementation(() => {});
    const channel = new Socket("ws://127.0.0.1/socket").channel("room:a");
    const presence = new Presence(channel);
    const synced = vi.fn<() => void>();
    presence.onJoin(() => {
      throw new Error("at a join");
    });
    presence.onLeave(() => {
      throw new Error("at a leave");
    });
    presence.onSync(synced);
    const entries = { ann: { metas: [{ phx_ref: "1" }] }, bob: { metas: [{ phx_ref: "2" }] } };
    channel.trigger("presence_state", entries);
    expect(presence.list((key: string) => key)).toEqual(["ann", "bob"]);
    channel.trigger("presence_state", {});
    expect(presence.list()).toEqual([]);
    expect(synced).toHaveBeenCalledTimes(2);
    expect(reported).toHaveBeenCalledTimes(4);
  });

  test("a handler that throws is reported, and stops nothing else", async () => {
    const reported = vi.spyOn(console, "error").mockImplementation(() => {});
    const { url } = await serve();
    const diary = new Diary();
    const socket = connectTo(url);
    const fail = (): never => {
      throw new Error("as asked");
    };
    socket.onOpen(fail);
    socket.onOpen(diary.note("open"));
    const room = socket.channel("room:lobby");
    room.on("said", fail);
    room.on("said", diary.note("said"));
    room.join().receive("ok", fail).receive("ok", diary.note("joined"));
    socket.connect();
    await diary.until("joined");
    room.push("say", { n: 1 });
    await diary.until("said");
    expect(diary.lines).toEqual(["open", "joined: {}", "said: {n: 1}"]);
    expect(reported).toHaveBeenCalledTimes(3);
  });

  test("a join that waits for its connection too long says so, and goes on waiting", async () => {
    const { url } = await serve();
    const diary = new Diary();
    const socket = connectTo(url);
    const room = socket.channel("room:lobby");
    room.join(100).receive("timeout", () => diary.write("timeout", room.state));
    room.joinPush.receive("ok", () => diary.write("joined", room.state));
    await diary.until("timeout");
    socket.connect();
    await diary.until("joined");
    // On a machine that is held up, a join that was sent may time out as well.
    const waits = diary.lines.slice(0, -1);
    expect(new Set(waits)).toEqual(new Set(["timeout: errored"]));
    expect(diary.lines.at(-1)).toBe("joined: joined");
  });

  test("logs hold no params and no tokens", async () => {
    const { url } = await serve();
    const lines: string[] = [];
    const socket = connectTo(url, {
      params: { token: "secret-1" },
      authToken: "secret-2",
      logger: (...line) => lines.push(JSON.stringify(line)),
    });
    const diary = new Diary();
    const room = socket.channel("room:lobby", { token: "secret-3" });
    room.on("said", diary.note("said"));
    room.join().receive("ok", () => room.push("say", {}));
    socket.connect();
    await diary.until("said");
    await disconnected(socket);
    const kinds = lines.map((line) => (JSON.parse(line) as [string])[0]);
    expect(new Set(kinds)).toEqual(new Set(["transport", "push", "receive", "channel"]));
    // The server of this test answers a join with its params.
    const own = lines.filter((line) => !line.includes("phx_reply"));
    expect(own.join("\n")).not.toContain("secret");
  });
});

describe("coming back", () => {
  async function refusing(): Promise<{ url: string; tokens: unknown[] }> {
    const tokens: unknown[] = [];
    const server = new ChannelsServer({ logger: false });
    server.socket("/socket", {
      connect({ params }) {
        tokens.push(params["token"]);
        return params["token"] === "fresh" ? accept({}) : refuse(403);
      },
      channels: {},
    });
    const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
    onTestFinished(() => server.close());
    return { url: `ws://127.0.0.1:${port}/socket`, tokens };
  }

  test("credentials that were refused are not sent again, unless a function says so", async () => {
    const reported = vi.spyOn(console, "error").mockImplementation(() => {});
    const { url, tokens } = await refusing();
    const socket = new Socket(url, { params: { token: "stale" } });
    socket.connect();
    await expect.poll(() => reported.mock.calls.length).toBeGreaterThan(0);
    expect(socket.connectionState()).toBe("closed");
    expect(tokens).toEqual(["stale"]);
    const stubborn = connectTo(url, { params: { token: "stale" } });
    stubborn.connect();
    await expect.poll(() => tokens.length).toBeGreaterThan(3);
  });

  test("params may be had from a promise, anew for each attempt", async () => {
    const { url, tokens } = await refusing();
    let attempts = 0;
    const diary = new Diary();
    const socket = connectTo(url, {
      params: async () => ({ token: ["stale", "fresh"][attempts++] }),
      beforeReconnect: diary.note("before reconnect"),
    });
    socket.onOpen(diary.note("open"));
    socket.connect();
    await diary.until("open");
    expect(tokens).toEqual(["stale", "fresh"]);
    expect(diary.lines).toEqual(["before reconnect", "open"]);
  });

  test("functions may give up, and are told why", async () => {
    const reported = vi.spyOn(console, "error").mockImplementation(() => {});
    const causes: string[] = [];
    const socket = connectTo("ws://127.0.0.1:9/socket", {
      reconnectAfterMs(tries, cause) {
        causes.push(`${tries} ${cause.type}`);
        return tries === 1 && 1;
      },
    });
    socket.connect();
    await expect.poll(() => reported.mock.calls.length).toBeGreaterThan(0);
    expect(causes).toEqual(["1 connectFailed", "2 connectFailed"]);
  });

  test("long polling, where WebSockets do not open", async () => {
    const { url } = await serve();
    const filter = await UpgradeFilter.listen(Number(new URL(url).port));
    onTestFinished(() => filter.close());
    filter.fate = { type: "refuse", status: 404 };
    const diary = new Diary();
    const socket = connectTo(`ws://127.0.0.1:${filter.port}/socket`, { longPollFallbackMs: 2_000 });
    socket.channel("room:lobby").join().receive("ok", diary.note("joined"));
    socket.connect();
    await diary.until("joined");
    expect(socket.engine.session.state).toMatchObject({ type: "open", transport: "longpoll" });
    await disconnected(socket);
  });
});

test("a channel that is removed leaves", async () => {
  const { url, server } = await serve();
  const diary = new Diary();
  const socket = connectTo(url);
  const room = socket.channel("room:lobby");
  room.join().receive("ok", diary.note("joined"));
  socket.connect();
  await diary.until("joined");
  socket.remove(room);
  await expect.poll(() => server.stats().live.channel).toBe(0);
  expect([room.state, socket.channels]).toEqual(["closed", []]);
});

test("in a page that Node plays, the WebSocket is the page's", () => {
  class PagesWebSocket extends WebSocket {}
  onTestFinished(() => void vi.unstubAllGlobals());
  vi.stubGlobal("WebSocket", PagesWebSocket);
  expect(new Socket("/socket").transport).toBe(WebSocket);
  vi.stubGlobal("document", {});
  vi.stubGlobal("addEventListener", () => {});
  expect(new Socket("/socket").transport).toBe(PagesWebSocket);
});

test("a program that sends heartbeats at its own times", async () => {
  const { url } = await serve();
  const diary = new Diary();
  const socket = connectTo(url, {
    autoSendHeartbeat: false,
    heartbeatCallback: diary.note("heartbeat"),
  });
  socket.channel("room:lobby").join().receive("ok", diary.note("joined"));
  socket.connect();
  await diary.until("joined");
  expect(socket.engine.session.wakeAt).toBe(Infinity);
  for (const count of [1, 2]) {
    socket.sendHeartbeat();
    await diary.until("heartbeat: ok", count);
  }
  expect(diary.lines.slice(1)).toEqual([
    ...["heartbeat: sent", "heartbeat: ok"],
    ...["heartbeat: sent", "heartbeat: ok"],
  ]);
  expect(socket.engine.session.wakeAt).toBe(Infinity);
});

test("version 1 of the protocol, for servers that know no other", async () => {
  const { url } = await serve();
  const diary = new Diary();
  const socket = connectTo(url, { vsn: "1.0.0" });
  const room = socket.channel("room:lobby", { n: 1 });
  room.on("said", diary.note("said"));
  room.join().receive("ok", diary.note("joined"));
  socket.connect();
  await diary.until("joined");
  room.push("say", { n: 2 }).receive("ok", diary.note("say"));
  await diary.until("say");
  expect(diary.lines).toEqual(["joined: {n: 1}", "said: {n: 2}", "say: {}"]);
});

test("LongPoll is a WebSocket of its own, too", async () => {
  const { url } = await serve();
  const diary = new Diary();
  const poll = new OURS.LongPoll(`${url.replace("ws:", "http:")}/websocket?vsn=2.0.0`);
  poll.onopen = diary.note("open");
  poll.onmessage = ({ data }) => diary.write("message", data);
  poll.onclose = ({ code }) => diary.write("close", String(code));
  await diary.until("open");
  poll.send(JSON.stringify(["1", "1", "room:lobby", "phx_join", {}]));
  await diary.until("message");
  poll.close();
  await diary.until("close");
  expect(diary.lines[1]).toContain("phx_reply");
});

test("a socket that only waits in a module has no address to check", () => {
  const socket = new Socket("/socket");
  expect(socket.onOpen(() => {})).toEqual(expect.any(String));
  expect(new Channel("room:lobby", {}, socket).state).toBe("closed");
  expect(socket.connectionState()).toBe("closed");
  expect(() => socket.connect()).toThrow("url");
});
