// P1: disconnect() in every state that a socket can be in: what goes over the wire, what it resolves
// with, and that nothing is left of the connection when it does.
import { Agent } from "node:http";
import { closeFrame, FullServer, kernelSockets, textFrame } from "@slipstream/faults";
import { describe, expect, onTestFinished, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { answerClose, serve, serveRaw, speakOnly } from "./fixtures/servers.ts";
import { newSocket, openSocket, turn, untilState } from "./fixtures/sockets.ts";

/** The client's ends of connections to this port; what lingers in TIME-WAIT is nobody's any more. */
function ours(port: number): string[] {
  const sockets = kernelSockets(port) ?? [];
  return sockets
    .filter(({ remotePort, state }) => remotePort === port && state !== "TIME-WAIT")
    .map(({ state }) => state);
}

const NOTHING_TO_CLOSE = { code: null, reason: "", clean: true };

describe("open", () => {
  test("close frames both ways, the server's FIN, ours, and only then it resolves", async () => {
    const { server, url } = await speakOnly(({ peer }) => answerClose(peer, 1000, "farewell"));
    const socket = await openSocket(url);
    const ended = await socket.disconnect({ code: 4321, reason: "done" });
    expect(ours(server.port)).toEqual([]);
    expect(ended).toEqual({ code: 1000, reason: "farewell", clean: true });
    const peer = await server.peer();
    await peer.gone();
    expect(peer.wire.story()).toEqual([
      "client: GET /socket/websocket",
      "server: 101",
      "client: close 4321 done",
      "server: close 1000 farewell",
      "server: FIN",
      "client: FIN",
    ]);
    expect(socket.state).toMatchObject({ type: "ended", reason: { type: "requested" } });
  });

  test("against the Channels server", async () => {
    const { server, url } = await serve();
    const socket = await openSocket(url);
    expect(await socket.disconnect({ code: 4000, reason: "done" })).toEqual({
      code: 4000,
      reason: "done",
      clean: true,
    });
    await expect.poll(() => server.stats().endsByReason.closedByRemote).toBe(1);
  });

  test("the server never answers: RST after closeTimeout", async () => {
    const { server, url } = await speakOnly();
    const socket = await openSocket(url, { closeTimeout: 20 });
    expect(await socket.disconnect()).toEqual({ code: null, reason: "", clean: false });
    expect(ours(server.port)).toEqual([]);
    const peer = await server.peer();
    await peer.gone();
    expect(peer.wire.story().slice(-2)).toEqual(["client: close 1000", "client: RST"]);
  });

  test("the server answers and never ends TCP: RST after closeTimeout, its code is told", async () => {
    const { server, url } = await speakOnly(async ({ peer }) => {
      await peer.frame();
      await peer.write(closeFrame(1001, "stuck"));
    });
    const socket = await openSocket(url, { closeTimeout: 300 });
    expect(await socket.disconnect()).toEqual({ code: 1001, reason: "stuck", clean: false });
    const peer = await server.peer();
    await peer.gone();
    expect(peer.wire.story().slice(-2)).toEqual(["server: close 1001 stuck", "client: RST"]);
  });

  test("the server answers late, within closeTimeout: clean, and what it sent before is not delivered", async () => {
    let answer: () => void = () => {};
    const { server, url } = await speakOnly(async (speaker) => {
      await speaker.letIn();
      await speaker.peer.frame();
      for (let n = 0; n < 10; n++) await speaker.say(null, null, "room:a", "news", n);
      await new Promise<void>((resolve) => (answer = resolve));
      await speaker.peer.write(closeFrame(1000, "late"));
      speaker.peer.end();
    });
    const socket = await openSocket(url, { closeTimeout: 3_600_000 });
    const room = await socket.join("room:a");
    const heard: unknown[] = [];
    room.on("news", (payload) => heard.push(payload));
    const disconnecting = socket.disconnect();
    const peer = await server.peer();
    await expect
      .poll(() => peer.wire.story().filter((line) => line.startsWith("server: text")).length)
      .toBe(11);
    answer();
    expect(await disconnecting).toEqual({ code: 1000, reason: "late", clean: true });
    expect(heard).toEqual([]);
  });

  test("in the middle of a fragmented message", async () => {
    const { server, url } = await speakOnly(async ({ peer }) => {
      await peer.write({ ...textFrame('[null,null,"room:a",'), fin: false });
      await answerClose(peer);
    });
    const socket = await openSocket(url);
    const peer = await server.peer();
    await expect.poll(() => peer.wire.story()).toContain("server: text 20 (more follows)");
    expect(await socket.disconnect()).toEqual({ code: 1000, reason: "", clean: true });
  });

  test("with 50 MB unread: they are read and thrown away", async () => {
    const megabyte = textFrame(
      JSON.stringify([null, null, "room:a", "page", "x".repeat(1024 * 1024)]),
    );
    const { server, url } = await speakOnly(async (speaker) => {
      await speaker.letIn();
      const written = Array.from({ length: 50 }, () => speaker.peer.write(megabyte));
      await answerClose(speaker.peer);
      await Promise.all(written);
    });
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    let pages = 0;
    const disconnected = new Promise<unknown>((resolve) => {
      room.on("page", () => {
        pages += 1;
        resolve(socket.disconnect());
      });
    });
    expect(await disconnected).toEqual({ code: 1000, reason: "", clean: true });
    expect(pages).toBe(1);
    expect(ours(server.port)).toEqual([]);
    // ws stops at our own close already; what it lets through is counted.
    expect(socket.stats.counters.messagesReceived).toBe(2);
  });
});

describe("connecting", () => {
  test("while the credentials are evaluated: at once, and nothing is dialled when they come", async () => {
    const { server, url } = await speakOnly();
    let give: (params: object) => void = () => {};
    const params = (): Promise<object> => new Promise((resolve) => (give = resolve));
    const socket = newSocket(url, { params: params as () => Promise<Record<string, never>> });
    const connecting = failureOf(socket.connect());
    expect(await socket.disconnect()).toEqual(NOTHING_TO_CLOSE);
    expect(await connecting).toMatchObject({ name: "ConnectError", code: "requested" });
    give({ a: 1 });
    await turn();
    expect([server.peers.length, socket.state.type]).toEqual([0, "ended"]);
  });

  test("while the name is looked up", async () => {
    const agent = new Agent({ lookup: () => {} });
    onTestFinished(() => agent.destroy());
    const socket = newSocket("ws://nowhere.invalid/socket", { agent });
    const connecting = failureOf(socket.connect());
    await untilDialling(socket);
    expect(await socket.disconnect()).toMatchObject({ code: null });
    expect(await connecting).toMatchObject({ code: "requested" });
  });

  test("while TCP is being opened", async () => {
    const full = await FullServer.listen();
    onTestFinished(() => full.close());
    const socket = newSocket(`ws://127.0.0.1:${full.port}/socket`);
    const connecting = failureOf(socket.connect());
    await untilDialling(socket);
    expect(await socket.disconnect()).toMatchObject({ code: null });
    expect(ours(full.port)).not.toContain("SYN-SENT");
    expect(await connecting).toMatchObject({ code: "requested" });
  });

  test("while the upgrade is not answered: a RST", async () => {
    const server = await serveRaw();
    const socket = newSocket(`${server.url}/socket`);
    const connecting = failureOf(socket.connect());
    const peer = await server.peer();
    await peer.request();
    expect(await socket.disconnect()).toMatchObject({ code: null });
    await peer.gone();
    expect(peer.wire.story()).toEqual(["client: GET /socket/websocket", "client: RST"]);
    expect(ours(server.port)).toEqual([]);
    expect(await connecting).toMatchObject({ code: "requested" });
    expect(socket.stats.counters.endsByReason.requested).toBe(1);
  });
});

describe("with no connection", () => {
  test("never connected", async () => {
    const socket = newSocket("ws://127.0.0.1:1/socket");
    expect(await socket.disconnect()).toEqual(NOTHING_TO_CLOSE);
    expect(socket.state).toMatchObject({ type: "ended", reason: { type: "requested" } });
  });

  test("waiting to reconnect: no further attempt", async () => {
    const server = await serveRaw((peer) => peer.reset());
    const socket = newSocket(`${server.url}/socket`, { reconnect: [60_000] });
    const connecting = failureOf(socket.connect());
    await untilState(socket, "waiting");
    expect(await socket.disconnect()).toEqual(NOTHING_TO_CLOSE);
    expect(await connecting).toMatchObject({ code: "requested" });
    expect(server.peers.length).toBe(1);
  });

  test("after a fatal end", async () => {
    const server = await serveRaw((peer) => peer.reset());
    const socket = newSocket(`${server.url}/socket`, { reconnect: false });
    expect(await failureOf(socket.connect())).toMatchObject({ code: "connectFailed" });
    expect(await socket.disconnect()).toEqual(NOTHING_TO_CLOSE);
    expect(socket.state).toMatchObject({ type: "ended", reason: { type: "connectFailed" } });
  });
});

async function untilDialling(socket: ReturnType<typeof newSocket>): Promise<void> {
  await expect.poll(() => socket.state).toMatchObject({ type: "connecting", step: "dialling" });
}
