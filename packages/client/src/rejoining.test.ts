// P6, P11: what becomes of a membership that the server, or the network, ends.
import type { Speaker, Sentence } from "@slipstream/faults";
import type { ChannelEndReason } from "@slipstream/core";
import { describe, expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { relayTo, serve, speak } from "./fixtures/servers.ts";
import { Log, openSocket, untilChannel } from "./fixtures/sockets.ts";
import type { Channel, NodeSocketOptions, Socket } from "./index.ts";
import { TestClock } from "./testing/index.ts";

/** A room whose server ends the first membership as `end` says, and lets us in again. */
async function endedOnce(
  end: (speaker: Speaker, join: Sentence) => Promise<void>,
  options: NodeSocketOptions = {},
): Promise<{ socket: Socket; room: Channel }> {
  const { url } = await speak(async (speaker) => {
    const join = await speaker.letIn({ n: 1 });
    await end(speaker, join);
    await speaker.letIn({ n: 2 });
  });
  const socket = await openSocket(url, options);
  return { socket, room: await socket.join("room:a") };
}

const crash = (speaker: Speaker, [joinRef]: Sentence): Promise<void> =>
  speaker.say(joinRef, joinRef, "room:a", "phx_error", {});
const close = (speaker: Speaker, [joinRef]: Sentence): Promise<void> =>
  speaker.say(joinRef, joinRef, "room:a", "phx_close", {});

describe("by default", () => {
  test.each([
    ["a crash", crash],
    ["a close by the server", close],
  ])("%s: joined again, on the same connection", async (_, end) => {
    const { socket, room } = await endedOnce(end);
    await expect.poll(() => room.response).toEqual({ n: 2 });
    expect(socket.stats.counters.opened).toBe(1);
  });

  test("a lost connection: all that were joined are joined again, those that were left are not", async () => {
    const { server, port } = await serve();
    const relay = await relayTo(port);
    const socket = await openSocket(relay.url);
    const rooms = await Promise.all(["a", "b", "c"].map((n) => socket.join(`room:${n}`)));
    await rooms[1]?.leave();
    relay.cut();
    await expect.poll(() => server.stats().joins.ok).toBe(5);
    await expect
      .poll(() => rooms.map(({ state }) => state.type))
      .toEqual(["joined", "left", "joined"]);
    expect(server.stats().live.channel).toBe(2);
  });

  test("a crash while it joins is told to whoever joins, and not tried again", async () => {
    const { url } = await speak(async (speaker) => {
      await crash(speaker, await speaker.hear());
    });
    const socket = await openSocket(url);
    const room = socket.channel("room:a");
    expect(await failureOf(room.join())).toMatchObject({ code: "crashed" });
    expect(room.state).toEqual({ type: "errored", reason: { type: "crashed" } });
  });

  test("a rejoin that is refused is the end, and the log is told if nobody else is", async () => {
    const { server, url } = await serve();
    const log = new Log();
    const socket = await openSocket(url, { logger: log });
    let joins = 0;
    const room = await socket.join("room:a", () => ({ deny: (joins += 1) > 1 }));
    server.disconnect("everyone");
    expect(await untilChannel(room, "errored")).toMatchObject({ reason: { type: "refused" } });
    const [, message, details] = log.lines.find(([level]) => level === "error") ?? [];
    expect(message).toContain(
      'The channel room:a ended: the server answered with the status "error"',
    );
    expect(details).toMatchObject({ name: "ChannelEndedError", code: "refused" });
    room.setParams({});
    await room.join();
    expect(await room.push("echo", 1)).toBe(1);
  });

  test("a rejoin that is not answered is tried again", async () => {
    const heard: (string | null)[] = [];
    const { url } = await speak(async (speaker) => {
      await crash(speaker, await speaker.letIn({ n: 1 }));
      for (let n = 0; n < 2; n++) heard.push((await speaker.hear())[3]);
      await speaker.letIn({ n: 2 });
    });
    const clock = new TestClock();
    const socket = await openSocket(url, { joinTimeout: 300, clock });
    const room = await socket.join("room:a");
    await untilChannel(room, "waiting");
    await clock.advance(10);
    await expect.poll(() => heard).toEqual(["phx_join"]);
    await clock.advance(300);
    await expect.poll(() => heard).toEqual(["phx_join", "phx_leave"]);
    await clock.advance(10);
    await expect.poll(() => room.response).toEqual({ n: 2 });
  });
});

describe("rejoin", () => {
  test("false: errored at once, by a crash and by a close; not by a lost connection", async () => {
    for (const [end, code] of [
      [crash, "crashed"],
      [close, "closed"],
    ] as const) {
      const { room } = await endedOnce(end, { rejoin: false });
      expect(await untilChannel(room, "errored")).toMatchObject({ reason: { type: code } });
      expect(await room.join()).toEqual({ n: 2 });
    }
    const { port } = await serve();
    const relay = await relayTo(port);
    const socket = await openSocket(relay.url, { rejoin: false });
    const room = await socket.join("room:a");
    relay.cut();
    await untilChannel(room, "waiting");
    await untilChannel(room, "joined");
  });

  test("a table gives the delays, one after the other", async () => {
    const { url } = await speak(async (speaker) => {
      for (let n = 0; n < 4; n++) await crash(speaker, await speaker.letIn());
      await speaker.letIn();
    });
    const socket = await openSocket(url, { rejoin: [1, 3, 2] });
    const waited: number[] = [];
    const room = socket.channel("room:a");
    room.onState((state) => {
      if (state.type === "waiting") waited.push(state.delay);
    });
    await room.join();
    await expect.poll(() => [waited, room.state.type]).toEqual([[1, 3, 2, 2], "joined"]);
  });

  test("a function gets the attempt and the cause, and may retry even what was refused", async () => {
    const { url } = await serve();
    const seen: [number, ChannelEndReason][] = [];
    const socket = await openSocket(url, {
      rejoin: (attempt, cause) => {
        seen.push([attempt, cause]);
        return attempt < 2 && 1;
      },
    });
    let joins = 0;
    const room = await socket.join("room:a", () => ({ deny: (joins += 1) < 3 }));
    expect(room.response).toEqual({ deny: false });
    const refused = { type: "refused", status: "error", response: { reason: "unauthorized" } };
    expect(seen).toEqual([
      [0, refused],
      [1, refused],
    ]);
  });

  test("join() while it waits tries at once", async () => {
    const { room } = await endedOnce(crash, { rejoin: [60_000] });
    await untilChannel(room, "waiting");
    expect(await room.join()).toEqual({ n: 2 });
  });

  test("leave() while it waits is at once, and it does not come back", async () => {
    const { socket, room } = await endedOnce(crash, { rejoin: [60_000] });
    await untilChannel(room, "waiting");
    await room.leave();
    expect([room.state.type, socket.stats.channels]).toEqual(["left", 0]);
  });
});

test("other channels are unharmed by one that crashes again and again", async () => {
  const { server, url } = await serve();
  const socket = await openSocket(url);
  const [bad, good] = [await socket.join("room:bad"), await socket.join("room:good")];
  const heard: unknown[] = [];
  good.on("said", (payload) => heard.push(payload));
  for (let n = 1; n <= 5; n++) {
    expect(await failureOf(bad.push("crash"))).toMatchObject({ code: "channelCrashed" });
    await good.push("say", n);
    await untilChannel(bad, "joined");
  }
  expect(heard).toEqual([1, 2, 3, 4, 5]);
  expect(server.stats()).toMatchObject({ opened: 1, channelEndsByReason: { crashed: 5 } });
});
