// P5: every push has one outcome: the server's answer, or an error whose code says what became of it.
import type { Speaker } from "@slipstream/faults";
import { EncodeError, type PushFailure } from "@slipstream/core";
import { describe, expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { serve, speak } from "./fixtures/servers.ts";
import { newSocket, openSocket, turn, untilChannel } from "./fixtures/sockets.ts";
import { PushError, V1, type Channel, type NodeSocketOptions, type Socket } from "./index.ts";

interface Joined {
  readonly socket: Socket;
  readonly room: Channel;
}

async function joined(url: string, options: NodeSocketOptions = {}): Promise<Joined> {
  const socket = await openSocket(url, options);
  return { socket, room: await socket.join("room:a") };
}

/** A room whose server lets us in and then says what `script` says. */
async function room(script: (speaker: Speaker) => Promise<void> | void): Promise<Joined> {
  const { url } = await speak(async (speaker) => {
    await speaker.letIn();
    await script(speaker);
  });
  return joined(url);
}

function expectCounted({ stats }: Socket, counts: Record<string, number>): void {
  const counted = Object.entries(stats.counters.pushes).filter(([, count]) => count !== 0);
  expect(Object.fromEntries(counted)).toEqual(counts);
}

describe("the server's answer", () => {
  test("ok: the response, whatever it is", async () => {
    const { url } = await serve();
    const { socket, room } = await joined(url);
    const responses = [{ a: [1, "é\u2028"] }, "text", 0, null, [], false];
    for (const response of responses) expect(await room.push("echo", response)).toEqual(response);
    expect(await room.push("echo")).toEqual({});
    expectCounted(socket, { ok: responses.length + 1 });
  });

  test("bytes there and back, from any view, and through replies and messages", async () => {
    const { url } = await serve();
    const { room } = await joined(url);
    const bytes = Uint8Array.of(0, 1, 255, 254);
    const shifted = new Uint8Array([9, 9, 0, 1, 255, 254, 9]).subarray(2, 6);
    const views = [bytes, bytes.buffer, shifted, Buffer.from(bytes), new DataView(bytes.buffer)];
    for (const view of views) expect(await room.push("echo", view)).toEqual(bytes);
    expect(await room.push("echo", new Uint8Array(0))).toEqual(new Uint8Array(0));
    const messages = room.messages("said");
    await room.push("say", bytes);
    expect((await messages.next()).value?.payload).toEqual(bytes);
  });

  test("refused: any other status, as the server said it, with its response", async () => {
    const { url } = await serve();
    const { socket, room } = await joined(url);
    for (const [event, status] of [
      ["refuse", "error"],
      ["odd", "maybe"],
    ] as const) {
      const error = await failureOf(room.push(event, { reason: "no room" }));
      expect(error).toBeInstanceOf(PushError);
      expect(error).toMatchObject({
        code: "refused",
        status,
        response: { reason: "no room" },
        topic: "room:a",
        event,
      });
    }
    expectCounted(socket, { refused: 2 });
  });

  test("1,000 in flight: each gets its own answer, in whatever order they come", async () => {
    const { room: it } = await room(async (speaker) => {
      const pushes = [];
      for (let n = 0; n < 1_000; n++) pushes.push(await speaker.hear());
      for (const push of pushes.reverse()) await speaker.reply(push, "ok", push[4]);
    });
    const pushes = Array.from({ length: 1_000 }, (_, n) => it.push("e", { n }));
    expect(await Promise.all(pushes)).toEqual(pushes.map((_, n) => ({ n })));
  });
});

describe("no answer", () => {
  test("timeout: counted from the call; the late answer is ignored and counted", async () => {
    let timedOut: () => void = () => {};
    const goOn = new Promise<void>((resolve) => {
      timedOut = resolve;
    });
    const { socket, room: it } = await room(async (speaker) => {
      const push = await speaker.hear();
      await goOn;
      await speaker.reply(push);
    });
    const error = await failureOf(it.push("e", {}, { timeout: 5 }));
    expect(error).toMatchObject({ code: "timeout", response: undefined });
    timedOut();
    await expect.poll(() => socket.stats.counters.ignored.unmatchedReply).toBe(1);
    expectCounted(socket, { timeout: 1 });
    expect(it.state.type).toBe("joined");
  });

  test.each<[PushFailure, string, (speaker: Speaker) => Promise<void> | void]>([
    ["disconnected", "a RST", ({ peer }) => peer.reset()],
    ["disconnected", "a FIN", ({ peer }) => peer.end()],
    ["channelCrashed", "phx_error", (speaker) => speaker.say("1", "1", "room:a", "phx_error", {})],
    ["channelClosed", "phx_close", (speaker) => speaker.say("1", "1", "room:a", "phx_close", {})],
  ])("%s: at once, by %s", async (code, _, end) => {
    const { socket, room: it } = await room(async (speaker) => {
      await speaker.hear();
      await speaker.hear();
      await end(speaker);
    });
    const pushes = [it.push("e", {}, { timeout: Infinity }), it.push("e")];
    for (const push of pushes) expect(await failureOf(push)).toMatchObject({ code });
    expectCounted(socket, { [code]: 2 });
  });

  test("disconnected: by our own disconnect(), pings too", async () => {
    const { socket, room: it } = await room(() => {});
    const failures = [failureOf(it.push("e")), failureOf(socket.ping())];
    void socket.disconnect();
    for (const failure of failures) {
      expect(await failure).toMatchObject({ code: "disconnected" });
    }
    expectCounted(socket, { disconnected: 2 });
  });

  test("left: by leave()", async () => {
    const { socket, room: it } = await room(async (speaker) => {
      await speaker.hear();
      await speaker.reply(await speaker.hear());
    });
    const failure = failureOf(it.push("e"));
    await it.leave();
    expect(await failure).toMatchObject({ code: "left" });
    expect(await failureOf(it.push("e"))).toMatchObject({ code: "left" });
    expectCounted(socket, { left: 2 });
  });
});

describe("a process that was busy", () => {
  test("hears what came meanwhile before it declares anything to be overdue", async () => {
    const busy = (ms: number): void => {
      const until = performance.now() + ms;
      while (performance.now() < until);
    };
    const { room: it } = await room(async (speaker) => {
      await speaker.reply(await speaker.hear(), "ok", "in time");
      busy(2_100);
    });
    expect(await it.push("e", {}, { timeout: 2_000 })).toBe("in time");
  });
});

describe("not sent", () => {
  test("notJoined: nobody has asked to join, or the join was refused", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const idle = socket.channel("room:a");
    expect(await failureOf(idle.push("e"))).toMatchObject({ code: "notJoined" });
    const refused = socket.channel("room:b", { deny: true });
    await failureOf(refused.join());
    expect(await failureOf(refused.push("e"))).toMatchObject({ code: "notJoined" });
    expectCounted(socket, { notJoined: 2 });
  });

  test("unsendable: the cause says why, and the channel lives", async () => {
    const { url } = await serve();
    const { socket, room } = await joined(url);
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    for (const payload of [cycle, { n: 1n }]) {
      for (const push of [room.push("echo", payload), room.send("echo", payload)]) {
        const error = await failureOf(push);
        expect(error).toMatchObject({
          code: "unsendable",
          cause: { code: "unserializable_payload" },
        });
      }
    }
    const long = await failureOf(room.push("x".repeat(256), Uint8Array.of(1)));
    expect(long).toMatchObject({ code: "unsendable", cause: { code: "field_too_long" } });
    expectCounted(socket, { unsendable: 5 });
    expect(await room.push("echo", { still: "here" })).toEqual({ still: "here" });
  });

  test("unsendable: bytes under V1", async () => {
    const { url } = await serve();
    const { room } = await joined(url, { serializer: V1 });
    const error = await failureOf(room.push("echo", Uint8Array.of(1)));
    expect(error).toMatchObject({ code: "unsendable" });
    expect((error as Error).cause).toBeInstanceOf(EncodeError);
    expect(await room.push("echo", { a: 1 })).toEqual({ a: 1 });
  });
});

describe("send", () => {
  test("resolves when the transport has it; an answer is ignored", async () => {
    const heard: unknown[] = [];
    const { socket, room: it } = await room(async (speaker) => {
      const sent = await speaker.hear();
      heard.push(sent.slice(2));
      await speaker.reply(sent);
    });
    expect(await it.send("news", { a: 1 })).toBeUndefined();
    await expect.poll(() => socket.stats.counters.ignored.unmatchedReply).toBe(1);
    expect(heard).toEqual([["room:a", "news", { a: 1 }]]);
    expectCounted(socket, { sent: 1 });
  });

  test("fails like a push where it cannot be sent", async () => {
    const socket = newSocket("ws://127.0.0.1:1/socket");
    const error = await failureOf(socket.channel("room:a").send("e"));
    expect(error).toMatchObject({ code: "notJoined" });
  });
});

describe("a failure that nobody observes", () => {
  test("is counted and is no unhandled rejection, for pushes, sends, joins, leaves and pings", async () => {
    const { url } = await speak(async (speaker) => {
      for (let said = 0; said < 2; said++) await speaker.hear();
      speaker.peer.reset();
    });
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on("unhandledRejection", note);
    const socket = await openSocket(url, { reconnect: false });
    const it = socket.channel("room:a");
    void socket.join("room:a");
    void it.push("e");
    void it.push("e", {}, { timeout: 1 });
    void it.send("e");
    void socket.ping();
    await untilChannel(it, "errored");
    void it.join();
    void socket.connect({ signal: AbortSignal.abort() });
    await turn();
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
    expect(socket.stats.unobservedFailures).toBe(7);
  });
});
