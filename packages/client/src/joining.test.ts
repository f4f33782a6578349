// P6: join() resolves on the server's word, and fails with what the server, or the params, said.
import type { Sentence } from "@slipstream/faults";
import { describe, expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { serve, speak } from "./fixtures/servers.ts";
import { Log, newSocket, openSocket, untilChannel } from "./fixtures/sockets.ts";
import { JoinError, V1 } from "./index.ts";

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
    const heard: Sentence[] = [];
    const { url } = await speak(async (speaker) => {
      for (let said = 0; said < 2; said++) heard.push(await speaker.hear());
      await speaker.reply(heard[0] as Sentence);
      await speaker.reply(heard[1] as Sentence);
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

  test("joined again with other params: shared, and the log is told, without them", async () => {
    const { url } = await serve();
    const log = new Log();
    const socket = await openSocket(url, { logger: log });
    const room = await socket.join("room:a", { user: 1 });
    const said = (): unknown[] => log.lines.filter(([level]) => level === "warn");
    expect(await socket.join("room:a", { user: 1 })).toBe(room);
    expect(await socket.join("room:a")).toBe(room);
    expect(said()).toEqual([]);
    expect(await socket.join("room:a", { user: "s3cr3t" })).toBe(room);
    expect(room.response).toEqual({ user: 1 });
    expect(said()).toEqual([
      ["warn", expect.stringContaining("one channel per topic and socket"), undefined],
    ]);
    expect(JSON.stringify(said())).not.toContain("s3cr3t");
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
