// P1, P2: disconnect() that overlaps with itself, with connect(), and with a close by the server.
import { closeFrame } from "@slipstream/faults";
import { describe, expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { answerClose, serveRaw, speakOnly } from "./fixtures/servers.ts";
import { newSocket, nextEnd, openSocket, untilState } from "./fixtures/sockets.ts";

const NOTHING_TO_CLOSE = { code: null, reason: "", clean: true };

describe("again and again", () => {
  test("twice, and once more when it is over: one close frame", async () => {
    const { server, url } = await speakOnly(({ peer }) => answerClose(peer));
    const socket = await openSocket(url);
    const [first, second] = [socket.disconnect({ code: 4000 }), socket.disconnect({ code: 4001 })];
    expect(await first).toEqual({ code: 1000, reason: "", clean: true });
    expect(await second).toEqual(await first);
    expect(await socket.disconnect()).toEqual(NOTHING_TO_CLOSE);
    const peer = await server.peer();
    await peer.gone();
    expect(peer.wire.story().filter((line) => line.startsWith("client: close"))).toEqual([
      "client: close 4000",
    ]);
  });

  test("from a handler that is told of the end, it says what the end was", async () => {
    const { url } = await speakOnly(({ peer }) => answerClose(peer, 1001));
    const socket = await openSocket(url);
    const again: Promise<unknown>[] = [];
    socket.onConnectionEnd(() => again.push(socket.disconnect()));
    const first = await socket.disconnect();
    expect(first).toEqual({ code: 1001, reason: "", clean: true });
    expect(await Promise.all(again)).toEqual([first]);
  });

  test("connect() right after: the old connection ends in order, then the new one comes", async () => {
    const { server, url } = await speakOnly(({ peer }) => answerClose(peer));
    const socket = await openSocket(url);
    const disconnecting = socket.disconnect();
    const connecting = socket.connect();
    expect(await disconnecting).toEqual({ code: 1000, reason: "", clean: true });
    await connecting;
    expect([socket.state.type, server.peers.length]).toEqual(["open", 2]);
    await socket.disconnect();
    expect(socket.stats.counters.endsByReason.requested).toBe(2);
  });

  test("disconnect, connect, disconnect at once: the connect is told, and nothing is dialled", async () => {
    const { server, url } = await speakOnly(({ peer }) => answerClose(peer));
    const socket = await openSocket(url);
    const first = socket.disconnect();
    const connecting = failureOf(socket.connect());
    const second = socket.disconnect();
    expect(await connecting).toMatchObject({ code: "requested" });
    expect(await first).toEqual({ code: 1000, reason: "", clean: true });
    expect(await second).toEqual(await first);
    expect([socket.state.type, server.peers.length]).toEqual(["ended", 1]);
  });

  test("a connect() that was asked for before the disconnect is not kept by one after it", async () => {
    const server = await serveRaw(async (peer, index) => {
      if (index > 0) await peer.accept();
    });
    const socket = newSocket(`${server.url}/socket`, { closeTimeout: 20 });
    const before = failureOf(socket.connect());
    await (await server.peer()).request();
    void socket.disconnect();
    const after = socket.connect();
    expect(await before).toMatchObject({ code: "requested" });
    await after;
    expect(socket.state.type).toBe("open");
  });
});

describe("the server closes (P2)", () => {
  test("its code is echoed at once, TCP ends, and the reason has the code", async () => {
    const { server, url } = await speakOnly(async ({ peer }) => {
      await peer.write(closeFrame(1012, "drain"));
      await peer.frame();
      peer.end();
    });
    const socket = newSocket(url, { reconnect: false });
    const end = nextEnd(socket);
    await socket.connect();
    expect(await end).toEqual({
      reason: { type: "closedByRemote", code: 1012, reason: "drain" },
      code: 1012,
      text: "drain",
      clean: true,
    });
    const peer = await server.peer();
    await peer.gone();
    expect(peer.wire.story().slice(2)).toEqual([
      "server: close 1012 drain",
      "client: close 1012 drain",
      "server: FIN",
      "client: FIN",
    ]);
  });

  test("and never ends TCP: echoed, and reset after closeTimeout", async () => {
    const { server, url } = await speakOnly(({ peer }) => peer.write(closeFrame(1012, "drain")));
    const socket = newSocket(url, { reconnect: false, closeTimeout: 20 });
    const end = nextEnd(socket);
    await socket.connect();
    expect(await end).toMatchObject({
      reason: { type: "closedByRemote", code: 1012 },
      clean: false,
    });
    const peer = await server.peer();
    await peer.gone();
    expect(peer.wire.story().slice(-2)).toEqual(["client: close 1012 drain", "client: RST"]);
  });

  test("a disconnect meanwhile: no second close frame, and no reconnect", async () => {
    const { server, url } = await speakOnly(({ peer }) => peer.write(closeFrame(1012)));
    const socket = newSocket(url, { closeTimeout: 20 });
    await socket.connect();
    await untilState(socket, "closing");
    expect(await socket.disconnect({ code: 4000 })).toEqual({
      code: 1012,
      reason: "",
      clean: false,
    });
    const peer = await server.peer();
    await peer.gone();
    expect(peer.wire.story()).not.toContain("client: close 4000");
    expect(server.peers.length).toBe(1);
  });
});
