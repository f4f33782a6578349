// P9: a handler that throws, rejects or does something else in the middle is reported and stops
// nothing: not the others, not the channel, not the connection.
import { describe, expect, test } from "vitest";
import { serve } from "./fixtures/servers.ts";
import { Log, newSocket, openSocket } from "./fixtures/sockets.ts";

const broken = (): never => {
  throw new Error("broken");
};

describe("handlers that fail", () => {
  test("of messages: the others are called, and the log says which one it was", async () => {
    const { url } = await serve();
    const log = new Log();
    const socket = await openSocket(url, { logger: log });
    const room = await socket.join("room:a");
    const heard: unknown[] = [];
    room.on("said", broken);
    room.on("said", async () => broken());
    room.onMessage(broken);
    room.on("said", (payload) => heard.push(payload));
    const loop = room.messages("said");
    await room.push("say", 1);
    await room.push("say", 2);
    expect(heard).toEqual([1, 2]);
    expect([(await loop.next()).value?.payload, (await loop.next()).value?.payload]).toEqual([
      1, 2,
    ]);
    const errors = log.lines.filter(([level]) => level === "error");
    expect(errors.map(([, message]) => message).toSorted()).toEqual(
      [
        ...Array.from(
          { length: 4 },
          () => "slipstream: a handler of said on room:a failed; everything else goes on.",
        ),
        ...Array.from(
          { length: 2 },
          () => "slipstream: a handler of messages on room:a failed; everything else goes on.",
        ),
      ].toSorted(),
    );
    for (const [, , details] of errors) expect(details).toEqual(new Error("broken"));
  });

  test("of states and ends: the socket connects, ends and comes back all the same", async () => {
    const { server, url } = await serve();
    const log = new Log();
    const socket = newSocket(url, { logger: log });
    socket.onState(broken);
    socket.onConnectionEnd(broken);
    await socket.connect();
    const room = socket.channel("room:a");
    room.onState(broken);
    await room.join();
    server.disconnect("everyone");
    await expect.poll(() => socket.stats.counters.opened).toBe(2);
    await room.join();
    expect(await room.push("echo", 1)).toBe(1);
    expect(await socket.disconnect()).toMatchObject({ clean: true });
    const failed = log.lines.map(([, message]) => /a handler of (.*) failed/.exec(message)?.[1]);
    expect(new Set(failed.filter((what) => what !== undefined))).toEqual(
      new Set(["connection ends", "state changes of room:a", "state changes of the socket"]),
    );
  });

  test("a logger that throws harms nothing either", async () => {
    const { server, url } = await serve();
    const logger = { error: broken, warn: broken, debug: broken };
    const socket = await openSocket(url, { logger, rejoin: false });
    const room = await socket.join("room:a");
    room.on("said", broken);
    await room.push("say", 1);
    expect(await room.push("echo", 2)).toBe(2);
    await room.push("crash").catch(() => {});
    expect(room.state.type).toBe("errored");
    server.disconnect("everyone");
    await expect.poll(() => socket.stats.counters.opened).toBe(2);
    expect(await socket.disconnect()).toMatchObject({ code: 1000, clean: true });
  });

  test("a failed push that a handler returns is counted, not reported", async () => {
    const { url } = await serve();
    const log = new Log();
    const socket = await openSocket(url, { logger: log });
    const room = await socket.join("room:a");
    room.on("said", () => room.push("refuse"));
    await room.push("say", 1);
    await room.push("echo");
    expect(socket.stats.unobservedFailures).toBe(1);
    expect(log.lines.filter(([level]) => level === "error")).toEqual([]);
  });
});

describe("handlers that act", () => {
  test("pushes, joins and leaves from a handler take their turn behind what is being done", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    const results: unknown[] = [];
    const all = new Promise<void>((resolve) => {
      room.on("said", async () => {
        results.push(await room.push("echo", "pushed"));
        const other = await socket.join("room:b", { from: "a handler" });
        results.push(other.response);
        await other.leave();
        results.push(other.state.type);
        resolve();
      });
    });
    await room.push("say");
    await all;
    expect(results).toEqual(["pushed", { from: "a handler" }, "left"]);
  });

  test("a disconnect from a handler: nobody hears the rest of it, on any channel", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const [room, other] = [await socket.join("room:a"), await socket.join("room:b")];
    const heard: unknown[] = [];
    const ended = new Promise<unknown>((resolve) => {
      room.on("n", (payload) => {
        heard.push(payload);
        resolve(socket.disconnect());
      });
    });
    room.on("n", () => heard.push("second handler"));
    room.onMessage(() => heard.push("handler of everything"));
    other.onMessage(() => heard.push("other channel"));
    void room.push("count", { to: 5 });
    void other.push("count", { to: 5 });
    expect(await ended).toMatchObject({ code: 1000, clean: true });
    expect(heard).toEqual([{ n: 1 }]);
  });

  test("a disconnect and a connect from a handler of states", async () => {
    const { url } = await serve();
    const socket = newSocket(url);
    let turns = 0;
    const back = new Promise<void>((resolve) => {
      socket.onState(({ type }) => {
        if (type !== "open") return;
        turns += 1;
        if (turns === 3) return resolve();
        void socket.disconnect();
        void socket.connect();
      });
    });
    await socket.connect();
    await back;
    expect(socket.stats.counters).toMatchObject({ opened: 3, endsByReason: { requested: 2 } });
  });

  test("off() in a handler: the handler that was taken away is not called any more", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    const heard: string[] = [];
    room.on("said", () => {
      heard.push("first");
      off();
    });
    const off = room.on("said", () => heard.push("second"));
    await room.push("say");
    await room.push("say");
    expect(heard).toEqual(["first", "first"]);
  });
});
