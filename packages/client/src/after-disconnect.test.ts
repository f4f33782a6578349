// After disconnect() nothing is sent, and whoever tries is told so, and what to do: not that a channel
// was left, which nobody did.
import { describe, expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { serve } from "./fixtures/servers.ts";
import { newSocket, openSocket } from "./fixtures/sockets.ts";

describe("on a channel that was joined", () => {
  test("its state says by what it was left; pushes and joins fail as disconnected", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    const disconnecting = socket.disconnect();
    const during = failureOf(room.push("echo"));
    await disconnecting;
    expect(room.state).toEqual({ type: "left", by: "disconnect" });
    for (const failure of [during, failureOf(room.push("echo"))]) {
      expect(await failure).toMatchObject({ code: "disconnected", sent: false });
      expect(String(await failure)).toContain(
        "was not sent: there is no connection. Call connect()",
      );
    }
    expect(await failureOf(room.join())).toMatchObject({ name: "JoinError", code: "disconnected" });
    expect(String(await failureOf(room.join()))).toContain("Call connect() first");
    expect(await failureOf(socket.join("room:b"))).toMatchObject({ code: "disconnected" });
    expect(await failureOf(socket.ping())).toMatchObject({ code: "disconnected", sent: false });
  });

  test("connect() and join() bring it back", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    await socket.disconnect();
    await socket.connect();
    // Nothing joins again by itself after a disconnect that was asked for.
    expect(await failureOf(room.push("echo"))).toMatchObject({ code: "notJoined", sent: false });
    await room.join();
    expect(await room.push("echo", 1)).toBe(1);
  });

  test("what was in flight was sent", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    const failure = failureOf(room.push("silent"));
    await socket.disconnect();
    expect(await failure).toMatchObject({ code: "disconnected", sent: true });
    expect(String(await failure)).toContain("may or may not have acted on it");
  });
});

test("one that was left before stays left", async () => {
  const { url } = await serve();
  const socket = await openSocket(url);
  const room = await socket.join("room:a");
  await room.leave();
  await socket.disconnect();
  expect(room.state).toEqual({ type: "left", by: "leave", confirmed: true });
  expect(await failureOf(room.push("echo"))).toMatchObject({ code: "left", sent: false });
});

test("a join that was under way is told at once", async () => {
  const socket = newSocket("ws://127.0.0.1:1/socket");
  const joining = failureOf(socket.join("room:a"));
  void socket.disconnect();
  expect(await joining).toMatchObject({ name: "JoinError", code: "disconnected" });
});

test("a push that timed out in the queue says that it was never sent", async () => {
  const socket = newSocket("ws://127.0.0.1:1/socket");
  const room = socket.channel("room:a");
  void room.join();
  const error = await failureOf(room.push("e", {}, { timeout: 1 }));
  expect(error).toMatchObject({ code: "timeout", sent: false });
  expect(String(error)).toContain("was not sent: the channel was not joined within");
});
