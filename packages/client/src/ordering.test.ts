// P7: messages of a topic come in order, each as often as it came, but what a named policy drops and
// counts; and what belongs to an older membership never touches a newer one.
import type { Sentence } from "@slipstream/faults";
import { describe, expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { serve, speak } from "./fixtures/servers.ts";
import { openSocket, untilChannel } from "./fixtures/sockets.ts";
import { ChannelEndedError, OverflowError, type Channel, type Messages } from "./index.ts";

const COUNT = 5_000;
const numbers = (to: number, from = 1): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Up to `count` of what a loop would get; the loop can go on after it. */
async function read(messages: Messages<{ payload: unknown }>, count: number): Promise<number[]> {
  const values: number[] = [];
  while (values.length < count) {
    const { done, value } = await messages.next();
    if (done === true) break;
    values.push((value.payload as { n: number }).n);
  }
  return values;
}

describe("order", () => {
  test("handlers and loops get every message of a topic in order, on many channels at once", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const rooms = await Promise.all(numbers(8).map((n) => socket.join(`room:${n}`)));
    const handled = rooms.map((room) => {
      const values: number[] = [];
      room.on("n", (payload) => values.push((payload as { n: number }).n));
      return values;
    });
    const loops = rooms.map((room) => read(room.messages("n", { limit: COUNT }), COUNT));
    await Promise.all(rooms.map((room) => room.push("count", { to: COUNT })));
    for (const values of handled) expect(values).toEqual(numbers(COUNT));
    for (const values of await Promise.all(loops)) expect(values).toEqual(numbers(COUNT));
    expect(socket.stats.counters.messagesReceived).toBe(8 * (COUNT + 2));
  });

  test("a slow loop gets them all, in order, while handlers do not wait for it", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    const loop = room.messages("n");
    await room.push("count", { to: 100 });
    const values: number[] = [];
    for await (const { payload } of loop) {
      values.push((payload as { n: number }).n);
      if (values.length % 25 === 0) await socket.ping();
      if (values.length === 100) break;
    }
    expect(values).toEqual(numbers(100));
  });

  test("a reply comes behind the messages that were sent before it", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    let heard = 0;
    room.on("n", () => (heard += 1));
    const replied = room.push("count", { to: 50 }).then(() => heard);
    expect(await replied).toBe(50);
  });

  test("what comes right behind the answer to the join is not lost", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a", { welcome: 100 });
    expect(await read(room.messages("welcome"), 100)).toEqual(numbers(100));
    const handled: number[] = [];
    const other = await socket.join("room:b", { welcome: 3 });
    await new Promise<void>((resolve) => {
      other.on("welcome", (payload) => {
        if (handled.push((payload as { n: number }).n) === 3) resolve();
      });
    });
    expect(handled).toEqual(numbers(3));
  });
});

describe("slow readers", () => {
  async function overflown(
    options: Parameters<Channel["messages"]>[1],
  ): Promise<{ room: Channel; loop: ReturnType<Channel["messages"]>; dropped: number }> {
    const { url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    const loop = room.messages("n", options);
    await room.push("count", { to: 10 }).catch(() => {});
    return { room, loop, dropped: socket.stats.droppedMessages };
  }

  test("fail: the loop throws, what waited is counted, and the channel lives", async () => {
    const { room, loop, dropped } = await overflown({ limit: 4 });
    expect(await failureOf(loop.next())).toBeInstanceOf(OverflowError);
    expect([dropped, loop.dropped]).toEqual([5, 5]);
    expect(room.state.type).toBe("joined");
    expect(await room.push("echo", 1)).toBe(1);
  });

  test("dropOldest and dropNewest: what is dropped is counted", async () => {
    const oldest = await overflown({ limit: 4, overflow: "dropOldest" });
    expect([oldest.loop.size, oldest.dropped, oldest.loop.dropped]).toEqual([4, 6, 6]);
    expect(await read(oldest.loop, 4)).toEqual([7, 8, 9, 10]);
    const newest = await overflown({ limit: 4, overflow: "dropNewest" });
    expect([newest.dropped, await read(newest.loop, 4)]).toEqual([6, [1, 2, 3, 4]]);
  });

  test("leave: what waits can be read, and the channel is left", async () => {
    const { room, loop, dropped } = await overflown({ limit: 4, overflow: "leave" });
    await untilChannel(room, "left");
    expect([dropped, await read(loop, 5)]).toEqual([1, [1, 2, 3, 4]]);
  });
});

describe("loops and the channel's end", () => {
  test("a rejoin does not end them", async () => {
    const { server, url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a", { welcome: 1 });
    const loop = room.messages("welcome");
    expect(await read(loop, 1)).toEqual([1]);
    server.disconnect("everyone");
    expect((await loop.next()).value?.payload).toEqual({ n: 1 });
  });

  test("an end for good throws, after what waits; leave() and disconnect() end them", async () => {
    const { url } = await serve();
    const socket = await openSocket(url, { rejoin: false });
    const crashed = await socket.join("room:a");
    const loop = crashed.messages();
    await crashed.push("say", { n: 1 });
    await failureOf(crashed.push("crash"));
    expect(await read(loop, 1)).toEqual([1]);
    const error = await failureOf(loop.next());
    expect(error).toBeInstanceOf(ChannelEndedError);
    expect(error).toMatchObject({ code: "crashed", topic: "room:a" });

    const [left, open] = [await socket.join("room:b"), await socket.join("room:c")];
    const loops = [left.messages(), open.messages()];
    await left.leave();
    await socket.disconnect();
    for (const ended of loops) expect((await ended.next()).done).toBe(true);
  });

  test("a loop that begins when all is over ends, or throws, at once", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    await room.leave();
    expect((await room.messages().next()).done).toBe(true);
    const refused = socket.channel("room:b", { deny: true });
    await failureOf(refused.join());
    expect(await failureOf(refused.messages().next())).toMatchObject({ code: "refused" });
    const types: string[] = [];
    for await (const { type } of refused.states()) types.push(type);
    await socket.disconnect();
    for await (const { type } of socket.states()) types.push(type);
    expect(types).toEqual(["errored", "ended"]);
  });
});

describe("stale memberships", () => {
  test("messages, errors and closes of an older join_ref touch nothing", async () => {
    const { url } = await speak(async (speaker) => {
      const [old] = await speaker.letIn();
      await speaker.reply(await speaker.hear());
      const [current] = await speaker.letIn();
      await speaker.say(old, null, "room:a", "news", "old");
      await speaker.say(old, old, "room:a", "phx_error", {});
      await speaker.say(old, old, "room:a", "phx_close", {});
      await speaker.say(current, null, "room:a", "news", "new");
      const push = await speaker.hear();
      await speaker.reply([old, "999", "room:a", "", {}], "ok", "a reply to nobody");
      await speaker.reply(push, "ok", "mine");
    });
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    const heard: unknown[] = [];
    room.on("news", (payload) => heard.push(payload));
    await room.leave();
    await room.join();
    expect(await room.push("e")).toBe("mine");
    expect([heard, room.state.type]).toEqual([["new"], "joined"]);
    expect(socket.stats.counters.ignored).toMatchObject({
      staleJoinRef: 2,
      lateClose: 1,
      unmatchedReply: 1,
    });
  });

  test("after a reconnect no ref is used again: replies of the old connection find nobody", async () => {
    const refs: unknown[] = [];
    const hear = (message: Sentence): Sentence => {
      refs.push(message[1]);
      return message;
    };
    const { url } = await speak(async (speaker, index) => {
      hear(await speaker.letIn());
      hear(await speaker.hear());
      if (index === 0) speaker.peer.reset();
      else await speaker.reply([null, refs[1] as string, "room:a", "", {}], "ok", "stale");
    });
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    expect(await failureOf(room.push("e"))).toMatchObject({ code: "disconnected" });
    const second = failureOf(room.push("e", {}, { timeout: Infinity }));
    await expect.poll(() => socket.stats.counters.ignored.unmatchedReply).toBe(1);
    expect(new Set(refs).size).toBe(4);
    await socket.disconnect();
    expect(await second).toMatchObject({ code: "disconnected" });
  });
});
