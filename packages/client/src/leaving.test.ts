// P6: leave() resolves on the server's word, whatever it overlaps with, and nothing is delivered from
// the call on.
import { describe, expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { serve, speak } from "./fixtures/servers.ts";
import { newSocket, openSocket, turn, untilChannel } from "./fixtures/sockets.ts";
import { LeaveError, OptionError } from "./index.ts";
import { TestClock } from "./testing/index.ts";

describe("leave", () => {
  test("resolves on the server's word; nothing is delivered from the call on", async () => {
    let answer: () => void = () => {};
    const { url } = await speak(async (speaker) => {
      const [joinRef] = await speaker.letIn();
      const leave = await speaker.hear();
      expect(leave.slice(2)).toEqual(["room:a", "phx_leave", {}]);
      await speaker.say(joinRef, null, "room:a", "news", "late");
      await speaker.say(null, null, "room:a", "news", "late broadcast");
      await new Promise<void>((resolve) => (answer = resolve));
      await speaker.reply(leave);
      await speaker.say(joinRef, joinRef, "room:a", "phx_close", {});
    });
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    const heard: unknown[] = [];
    room.on("news", (payload) => heard.push(payload));
    const loop = room.messages();
    let left = false;
    const leaving = room.leave().then(() => (left = true));
    expect(await loop.next()).toEqual({ done: true, value: undefined });
    await expect.poll(() => socket.stats.counters.ignored.notJoined).toBe(2);
    expect([left, room.state.type]).toEqual([false, "leaving"]);
    answer();
    await leaving;
    expect(room.state).toEqual({ type: "left", by: "leave", confirmed: true });
    await expect.poll(() => socket.stats.counters.ignored.lateClose).toBe(1);
    expect(heard).toEqual([]);
  });

  test("timeout: rejects, the channel is left all the same, and says so when asked again", async () => {
    const { url } = await speak((speaker) => void speaker.letIn());
    const clock = new TestClock();
    const socket = await openSocket(url, { joinTimeout: 300, clock });
    const room = await socket.join("room:a");
    const error = await clock.advanceUntil(failureOf(room.leave()));
    expect(error).toBeInstanceOf(LeaveError);
    expect(error).toMatchObject({ code: "timeout", topic: "room:a" });
    expect(room.state).toEqual({ type: "left", by: "leave", confirmed: false });
    expect(await failureOf(room.leave())).toBeInstanceOf(LeaveError);
  });

  test("its timeout can be its own, and a leave under way keeps the one that it has", async () => {
    const { url } = await speak((speaker) => void speaker.letIn());
    const socket = await openSocket(url, { joinTimeout: 3_600_000 });
    const room = await socket.join("room:a");
    const leaving = failureOf(room.leave({ timeout: 20 }));
    const again = failureOf(room.leave({ timeout: 3_600_000 }));
    expect(await leaving).toBeInstanceOf(LeaveError);
    expect(await again).toBe(await leaving);
    expect(() => room.leave({ timeout: -1 })).toThrow(OptionError);
    expect(() => room.leave({ patience: 1 } as never)).toThrow(OptionError);
  });

  test("at once, without a connection or without a membership", async () => {
    const socket = newSocket("ws://127.0.0.1:1/socket");
    const room = socket.channel("room:a");
    await room.leave();
    const joining = failureOf(room.join());
    await room.leave();
    expect(await joining).toMatchObject({ code: "left" });
    await room.leave();
    expect(room.state).toEqual({ type: "left", by: "leave", confirmed: true });
  });

  test("when the connection goes meanwhile it resolves, and nothing rejoins", async () => {
    const { server, url } = await speak(async (speaker, index) => {
      if (index > 0) return;
      await speaker.letIn();
      await speaker.hear();
      speaker.peer.reset();
    });
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    await room.leave();
    await expect.poll(() => [server.peers.length, socket.state.type]).toEqual([2, "open"]);
    expect(room.state.type).toBe("left");
    expect(socket.stats.channels).toBe(0);
  });

  test("several at once are one", async () => {
    const { server, url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    await Promise.all([room.leave(), room.leave(), room.leave()]);
    expect(server.stats().channelEndsByReason.left).toBe(1);
    expect(server.stats().messagesReceived).toBe(2);
  });
});

describe("overlaps", () => {
  test("leave while the params are evaluated: nothing is sent", async () => {
    const { server, url } = await serve();
    const socket = await openSocket(url);
    let give: (params: object) => void = () => {};
    const room = socket.channel("room:a", () => new Promise<object>((resolve) => (give = resolve)));
    const joining = failureOf(room.join());
    await untilChannel(room, "joining");
    await room.leave();
    give({});
    await turn();
    expect(await joining).toMatchObject({ code: "left" });
    expect(server.stats().messagesReceived).toBe(0);
  });

  test("leave while joining: the join is told at once, the leave when the server answers", async () => {
    const { server, url } = await serve();
    const socket = await openSocket(url);
    const room = socket.channel("room:a");
    const joining = failureOf(room.join());
    await turn();
    expect(room.state).toMatchObject({ type: "joining", step: "reply" });
    await room.leave();
    expect(await joining).toMatchObject({ code: "left" });
    await expect.poll(() => server.stats().live.channel).toBe(0);
  });

  test("join while leaving: the leave resolves, then it is joined anew", async () => {
    const { server, url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a", { n: 1 });
    const order: string[] = [];
    const leaving = room.leave().then(() => order.push("left"));
    room.setParams({ n: 2 });
    const joining = room
      .join()
      .then((response) => order.push(`joined ${JSON.stringify(response)}`));
    const pushed = room.push("echo", { waited: true });
    await Promise.all([leaving, joining]);
    expect(order).toEqual(["left", 'joined {"n":2}']);
    expect(await pushed).toEqual({ waited: true });
    expect(server.stats()).toMatchObject({ live: { channel: 1 }, channelsOpened: 2 });
  });

  test("leave, join, leave: the join is told, and the server has nobody", async () => {
    const { server, url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    const first = room.leave();
    const joining = failureOf(room.join());
    const second = room.leave();
    await Promise.all([first, second]);
    expect(await joining).toMatchObject({ code: "left" });
    await expect.poll(() => server.stats().live.channel).toBe(0);
    expect(room.state.type).toBe("left");
  });

  test("a handler that leaves: the same, from inside a delivery", async () => {
    const { server, url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    const heard: unknown[] = [];
    const left = new Promise<void>((resolve) => {
      room.on("n", (payload) => {
        heard.push(payload);
        resolve(room.leave());
      });
    });
    room.on("n", () => heard.push("the second handler"));
    void room.push("count", { to: 10 });
    await left;
    expect(heard).toEqual([{ n: 1 }]);
    expect(server.stats().live.channel).toBe(0);
  });
});
