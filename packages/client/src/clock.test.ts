// The seams for tests and for other transports: whatever a socket waits for goes through the clock
// that it is given, and whatever it says through the transport.
import { expect, test, vi } from "vitest";
import { systemClock } from "./clock.ts";
import { failureOf } from "./fixtures/failure.ts";
import { connected, clientOf } from "./fixtures/test-server.ts";
import { dialWs, OptionError, Socket } from "./index.ts";
import { noreply, TestServer } from "./testing/index.ts";

test("a retry waits for the clock it was given, and for no other", async () => {
  const system = vi.spyOn(systemClock, "setTimer");
  const server = new TestServer();
  const socket = clientOf(server, { reconnect: [5_000_000] });
  (await server.assertConnect()).fail();
  await server.clock.rest();
  expect(socket.state).toMatchObject({ type: "waiting", delay: 5_000_000 });
  await server.refuteConnect({}, { within: 4_999_999 });
  await server.clock.advance(1);
  await server.acceptConnect();
  expect(system).not.toHaveBeenCalled();
});

test("so do attempts, joins, pushes, leaves and closing handshakes", async () => {
  const system = vi.spyOn(systemClock, "setTimer");
  const server = new TestServer({ closing: "manual" });
  const { clock } = server;
  const times = { joinTimeout: 400, pushTimeout: 700, closeTimeout: 900, connectTimeout: 300 };
  const socket = clientOf(server, { ...times, reconnect: [1] });
  const late = async (promise: Promise<unknown>): Promise<number> => {
    const from = clock.now();
    await clock.advanceUntil(failureOf(promise));
    return clock.now() - from;
  };
  await server.assertConnect();
  const connection = await clock.advanceUntil(server.acceptConnect());
  expect(clock.now()).toBe(301);
  expect(await late(socket.join("room:never"))).toBe(400);
  const joining = socket.join("room:a");
  await connection.assertJoin("room:a");
  const room = await joining;
  expect(await late(room.push("ask"))).toBe(700);
  const leaving = room.leave();
  await connection.assertLeave("room:a", noreply());
  expect(await late(leaving)).toBe(400);
  const from = clock.now();
  expect(await clock.advanceUntil(socket.disconnect())).toMatchObject({ clean: false });
  expect(clock.now() - from).toBe(900);
  expect(clock.pending).toBe(0);
  expect(system).not.toHaveBeenCalled();
});

test("bytes are those of the transport", async () => {
  const { socket, connection } = await connected();
  connection.stopReading();
  void socket.ping().catch(() => {});
  expect(socket.stats.bufferedAmount).toBeGreaterThan(0);
  connection.read();
});

test("what belongs to Node's own transport is refused beside another one", () => {
  for (const own of [{ compress: true }, { tls: {} }, { agent: {} }]) {
    const make = (): Socket =>
      new Socket("ws://nowhere.test/socket", { ...(own as object), transport: dialWs() });
    expect(make).toThrow(OptionError);
    expect(make).toThrow("Give it to dialWs");
  }
});
