// P6: join() resolves on the server's word and leave() too, whatever they overlap with.
import { describe, expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { serve, speak, type V2Message } from "./fixtures/servers.ts";
import { newSocket, openSocket, turn, untilChannel } from "./fixtures/sockets.ts";
import { JoinError, LeaveError, V1 } from "./index.ts";

describe("join", () => {
  test("resolves with the server's answer, and not before", async () => {
    let answer: () => void = () => {};
    const { url } = await speak(async (speaker) => {
      const join = await speaker.hear();
      await new Promise<void>((resolve) => (answer = resolve));
      await speaker.reply(join, "ok", { members: 3 });
    });
    const socket = await openSocket(url);
    const room = socket.channel("room:a", { user: 1 });
    let joined = false;
    const joining = room.join().finally(() => (joined = true));
    await untilChannel(room, "joining");
    expect(await socket.ping({ timeout: 5 }).catch((error: unknown) => error)).toMatchObject({
      code: "timeout",
    });
    expect([joined, room.state.type, room.response]).toEqual([false, "joining", undefined]);
    answer();
    expect(await joining).toEqual({ members: 3 });
    expect(room.response).toEqual({ members: 3 });
    expect(await room.join()).toEqual({ members: 3 });
  });

  test("its params are a value, or a function that is called for each join, and may be async", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    let calls = 0;
    const params = async (): Promise<object> => ({ call: (calls += 1) });
    const room = await socket.join("room:a", params);
    expect(room.response).toEqual({ call: 1 });
    await room.leave();
    expect(await room.join()).toEqual({ call: 2 });
    await room.leave();
    room.setParams({ fixed: true });
    expect(await room.join()).toEqual({ fixed: true });
    const none = await socket.join("room:b");
    expect(none.response).toEqual({});
    const nothing = await socket.join("room:c", () => undefined);
    expect(nothing.response).toEqual({});
  });

  test("refused: with the server's response; nothing is tried again until it is asked for", async () => {
    const { server, url } = await serve();
    const socket = await openSocket(url);
    const room = socket.channel("room:a", { deny: true });
    const error = await failureOf(room.join());
    expect(error).toBeInstanceOf(JoinError);
    expect(error).toMatchObject({
      code: "refused",
      status: "error",
      response: { reason: "unauthorized" },
      topic: "room:a",
    });
    expect((error as Error).message).toContain("unauthorized");
    expect(room.state).toMatchObject({ type: "errored", reason: { type: "refused" } });
    expect(server.stats().joins).toMatchObject({ denied: 1 });
    room.setParams({});
    expect(await room.join()).toEqual({});
  });

  test("a topic that nobody serves, and a join that crashes, are refusals too", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    expect(await failureOf(socket.join("nobody:here"))).toMatchObject({
      code: "refused",
      response: { reason: "unmatched topic" },
    });
    expect(await failureOf(socket.join("room:a", { crash: true }))).toMatchObject({
      code: "refused",
      response: { reason: "join crashed" },
    });
  });

  test("timeout: the server is sent a leave, and its late answer joins nobody", async () => {
    const heard: V2Message[] = [];
    const { url } = await speak(async (speaker) => {
      for (let said = 0; said < 2; said++) heard.push(await speaker.hear());
      await speaker.reply(heard[0] as V2Message);
      await speaker.reply(heard[1] as V2Message);
    });
    const socket = await openSocket(url, { joinTimeout: 5 });
    const room = socket.channel("room:a");
    expect(await failureOf(room.join())).toMatchObject({ code: "timeout" });
    await expect.poll(() => heard.map(([, , , event]) => event)).toEqual(["phx_join", "phx_leave"]);
    expect(heard[1]?.[0]).toBe(heard[0]?.[0]);
    await expect.poll(() => socket.stats.counters.ignored.unmatchedReply).toBe(2);
    expect(room.state).toMatchObject({ type: "errored", reason: { type: "timeout" } });
  });

  test("paramsFailed: a function that throws, rejects or takes longer than joinTimeout", async () => {
    const { server, url } = await serve();
    const socket = await openSocket(url, { joinTimeout: 10 });
    const cause = new Error("no params today");
    const throws = (): never => {
      throw cause;
    };
    expect(await failureOf(socket.join("room:a", throws))).toMatchObject({
      code: "paramsFailed",
      cause,
    });
    expect(await failureOf(socket.join("room:a", () => Promise.reject(cause)))).toMatchObject({
      code: "paramsFailed",
      cause,
    });
    expect(await failureOf(socket.join("room:a", () => new Promise(() => {})))).toMatchObject({
      code: "paramsFailed",
    });
    expect(server.stats().messagesReceived).toBe(0);
  });

  test("unsendable: params that no frame can hold", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const error = await failureOf(socket.join("room:a", { n: 1n }));
    expect(error).toMatchObject({
      code: "unsendable",
      cause: { code: "unserializable_payload" },
    });
  });

  test("before the socket is connected it waits; several wait together", async () => {
    const { server, url } = await serve();
    const socket = newSocket(url);
    const joins = [socket.join("room:a"), socket.join("room:a"), socket.channel("room:a").join()];
    await socket.connect();
    const [first, second] = await Promise.all(joins);
    expect(second).toBe(first);
    expect(server.stats().joins.ok).toBe(1);
  });

  test("under V1 as under V2", async () => {
    const { url } = await serve();
    const socket = await openSocket(url, { serializer: V1 });
    const room = await socket.join("room:a", { a: 1 });
    const said = room.messages("said");
    await room.push("say", { b: 2 });
    expect((await said.next()).value?.payload).toEqual({ b: 2 });
    await room.leave();
    await socket.disconnect();
  });
});

describe("one channel per topic", () => {
  test("from its making until it was left, however it is asked for", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const made = socket.channel("room:a");
    const heard: unknown[] = [];
    made.on("said", (payload) => heard.push(payload));
    const joined = await socket.join("room:a", { a: 1 });
    expect(joined).toBe(made);
    expect(socket.channel("room:a")).toBe(made);
    await joined.push("say", 1);
    expect(heard).toEqual([1]);
    await made.leave();
    expect(socket.channel("room:a")).not.toBe(made);
  });

  test("one that was left may join again; another that wants the topic then is told", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const first = await socket.join("room:a");
    await first.leave();
    const second = socket.channel("room:a");
    await first.join();
    expect(socket.channel("room:a")).toBe(first);
    expect(await failureOf(second.join())).toMatchObject({ code: "duplicate" });
    expect(first.state.type).toBe("joined");
  });
});

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
    expect(room.state).toEqual({ type: "left", confirmed: true });
    await expect.poll(() => socket.stats.counters.ignored.lateClose).toBe(1);
    expect(heard).toEqual([]);
  });

  test("timeout: rejects, the channel is left all the same, and says so when asked again", async () => {
    const { url } = await speak((speaker) => void speaker.letIn());
    const socket = await openSocket(url, { joinTimeout: 10 });
    const room = await socket.join("room:a");
    const error = await failureOf(room.leave());
    expect(error).toBeInstanceOf(LeaveError);
    expect(error).toMatchObject({ code: "timeout", topic: "room:a" });
    expect(room.state).toEqual({ type: "left", confirmed: false });
    expect(await failureOf(room.leave())).toBeInstanceOf(LeaveError);
  });

  test("at once, without a connection or without a membership", async () => {
    const socket = newSocket("ws://127.0.0.1:1/socket");
    const room = socket.channel("room:a");
    await room.leave();
    const joining = failureOf(room.join());
    await room.leave();
    expect(await joining).toMatchObject({ code: "left" });
    await room.leave();
    expect(room.state).toEqual({ type: "left", confirmed: true });
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
