// P15: messages that make no sense here and now, that are odd, or that are too much: ignored and
// counted, or delivered as they are, or the end of the connection with the code that says so.
import { closeFrame, encodeFrame, OPCODE, textFrame } from "@slipstream/faults";
import { describe, expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { speak, speakOnly } from "./fixtures/servers.ts";
import { nextEnd, openSocket } from "./fixtures/sockets.ts";
import { expectIgnored, nested, take } from "./fixtures/taking.ts";
import type { Socket } from "./index.ts";

type Ignored = keyof Socket["stats"]["counters"]["ignored"];

describe("messages that mean nothing here are ignored and counted", () => {
  test.each<[string, Partial<Record<Ignored, number>>, unknown[][]]>([
    [
      "a topic that has no channel",
      { unknownTopic: 2 },
      [
        [null, null, "room:other", "news", {}],
        ["7", null, "__proto__", "news", {}],
      ],
    ],
    [
      "a reply to a ref that was never sent",
      { unmatchedReply: 3 },
      [
        ["1", "999", "room:a", "phx_reply", { status: "ok", response: {} }],
        ["1", null, "room:a", "phx_reply", { status: "ok", response: {} }],
        ["1", "__proto__", "room:a", "phx_reply", { status: "ok", response: {} }],
      ],
    ],
    [
      "a second answer to the join",
      { unmatchedReply: 2 },
      [
        ["1", "1", "room:a", "phx_reply", { status: "ok", response: "again" }],
        ["1", "1", "room:a", "phx_reply", { status: "error", response: "no" }],
      ],
    ],
    [
      "a heartbeat's answer that nobody waits for",
      { unmatchedReply: 1 },
      [[null, "999", "phoenix", "phx_reply", { status: "ok", response: {} }]],
    ],
    [
      "a close for a membership that is over",
      { lateClose: 2 },
      [
        ["999", "999", "room:a", "phx_close", {}],
        ["999", "999", "room:gone", "phx_close", {}],
      ],
    ],
    [
      "a crash of a membership that is over",
      { staleJoinRef: 1 },
      [["999", "999", "room:a", "phx_error", {}]],
    ],
    [
      "a message for a membership that is over",
      { staleJoinRef: 1 },
      [["999", null, "room:a", "news", "stale"]],
    ],
  ])("%s", async (_, counts, messages) => {
    const tried = await take(messages.map((message) => JSON.stringify(message)));
    expect(tried.heard).toEqual(["last"]);
    expectIgnored(tried.socket, counts);
  });

  test("a duplicate answer to a push: the first one counts", async () => {
    const { url } = await speak(async (speaker) => {
      await speaker.letIn();
      const push = await speaker.hear();
      await speaker.reply(push, "ok", "first");
      await speaker.reply(push, "error", "second");
      await speaker.reply(await speaker.hear(), "ok", "next");
    });
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    expect([await room.push("e"), await room.push("e")]).toEqual(["first", "next"]);
    expect(socket.stats.counters.ignored.unmatchedReply).toBe(1);
    expect(socket.stats.counters.pushes).toMatchObject({ ok: 2, refused: 0 });
  });
});

describe("messages that are odd, and messages all the same", () => {
  test("keys that are names of Object's own properties reach no prototype", async () => {
    const payload = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    const { heard } = await take([
      `[null,null,"room:a","news",${payload}]`,
      `[null,null,"room:a","__proto__",${payload}]`,
      `[null,null,"room:a","constructor",${payload}]`,
    ]);
    expect(heard.length).toBe(4);
    expect(Object.hasOwn(heard[0] as object, "__proto__")).toBe(true);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
    expect(Reflect.get(Object, "polluted")).toBeUndefined();
  });

  test("a channel on the topic __proto__ is one like any other", async () => {
    const { url } = await speak(async (speaker) => {
      const join = await speaker.letIn("let in");
      await speaker.say(join[0], null, "__proto__", "toString", "said");
    });
    const socket = await openSocket(url);
    const room = await socket.join("__proto__");
    expect(room.response).toBe("let in");
    expect((await room.messages("toString").next()).value?.payload).toBe("said");
  });

  test("a payload that nests 100,000 deep is delivered, and so is an answer, errors included", async () => {
    const { url } = await speak(async (speaker) => {
      const [joinRef] = await speaker.letIn();
      await speaker.peer.write(textFrame(`["${joinRef}",null,"room:a","news",${nested(100_000)}]`));
      for (const status of ["ok", "error"]) {
        const [, ref] = await speaker.hear();
        const answer = `{"status":"${status}","response":${nested(100_000)}}`;
        await speaker.peer.write(
          textFrame(`["${joinRef}","${ref}","room:a","phx_reply",${answer}]`),
        );
      }
    });
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    expect(depthOf((await room.messages("news").next()).value?.payload)).toBe(100_000);
    expect(depthOf(await room.push("e"))).toBe(100_000);
    const error = await failureOf(room.push("e"));
    expect(error).toMatchObject({ code: "refused", status: "error" });
    expect(depthOf((error as { response: unknown }).response)).toBe(100_000);
  });

  test("join_refs that are numbers, arrays that are too long, and broadcasts with a ref", async () => {
    const { heard } = await take([
      `[1,null,"room:a","news","a number is another ref"]`,
      `["1",null,"room:a","news","six",{"more":1}]`,
      `[null,5,"room:a","news","a broadcast with a ref"]`,
    ]);
    expect(heard).toEqual(["six", "a broadcast with a ref", "last"]);
  });

  test("a status and a reason of a megabyte make no error message of a megabyte", async () => {
    const long = "x".repeat(1024 * 1024);
    const { url } = await speak(async (speaker) => {
      await speaker.letIn();
      await speaker.reply(await speaker.hear(), long, { reason: long });
    });
    const socket = await openSocket(url);
    const room = await socket.join("room:a");
    const error = (await failureOf(room.push("e"))) as Error & { status: string };
    expect(error.message.length).toBeLessThan(1_000);
    expect(error.status.length).toBe(long.length);
  });
});

function depthOf(value: unknown): number {
  let depth = 0;
  for (let at = value; Array.isArray(at); at = at[0] as unknown) depth += 1;
  return depth;
}

describe("too much", () => {
  test("a frame that says it has 200 MB, against 16 MiB: refused by its head with 1009", async () => {
    const { server, url } = await speak(async ({ peer }) => {
      const head = { ...textFrame("x"), declaredLength: 200 * 1024 * 1024 };
      await peer.write(encodeFrame(head));
    });
    const socket = await openSocket(url, { reconnect: false, closeTimeout: 20 });
    expect(await nextEnd(socket)).toMatchObject({
      reason: { type: "protocolError", code: 1009 },
      clean: false,
    });
    const peer = await server.peer();
    await peer.gone();
    expect(peer.wire.story()).toContain("client: close 1009");
  });

  test("a server that really sends 200 MB: told 1009, and reset when it does not stop", async () => {
    const { server, url } = await speakOnly(async ({ peer }) => {
      const payload = Buffer.alloc(200 * 1024 * 1024, "x");
      await peer.write({ opcode: OPCODE.text, payload }).catch(() => {});
    });
    const socket = await openSocket(url, { reconnect: false, closeTimeout: 20 });
    const end = await nextEnd(socket);
    expect(end).toMatchObject({ reason: { type: "protocolError", code: 1009 }, clean: false });
    const peer = await server.peer();
    await peer.gone();
    expect(peer.wire.story().at(-1)).toBe("client: RST");
    expect([socket.stats.bufferedAmount, socket.state.type]).toEqual([0, "ended"]);
  });

  test("fragments that grow beyond it: the same", async () => {
    const { url } = await speak(async ({ peer }) => {
      const piece = Buffer.alloc(1024 * 1024, "x");
      await peer.write({ opcode: OPCODE.text, payload: piece, fin: false });
      for (let sent = 1; sent <= 17; sent++) {
        await peer.write({ opcode: OPCODE.continuation, payload: piece, fin: false });
      }
    });
    const socket = await openSocket(url, { reconnect: false, closeTimeout: 20 });
    expect((await nextEnd(socket)).reason).toEqual({ type: "protocolError", code: 1009 });
  });

  test("a message of 16 MiB is read", async () => {
    const size = 16 * 1024 * 1024 - 100;
    const { heard } = await take([`[null,null,"room:a","news","${"x".repeat(size)}"]`]);
    expect((heard[0] as string).length).toBe(size);
  });

  test("a close frame that comes with the rest unread: what came before it is delivered", async () => {
    const { url } = await speak(async (speaker) => {
      const [joinRef] = await speaker.letIn();
      await speaker.say(joinRef, null, "room:a", "news", "before");
      await speaker.peer.write(closeFrame(1000));
      await speaker.say(joinRef, null, "room:a", "news", "after");
    });
    const socket = await openSocket(url, { reconnect: false, closeTimeout: 20 });
    const heard: unknown[] = [];
    socket.channel("room:a").on("news", (payload) => heard.push(payload));
    const end = nextEnd(socket);
    await socket.join("room:a");
    expect((await end).reason).toMatchObject({ type: "closedByRemote", code: 1000 });
    expect(heard).toEqual(["before"]);
  });
});

test("a binary push to a topic of 300 bytes fails with a clear error, and nothing else does", async () => {
  const topic = `room:${"a".repeat(295)}`;
  const { url } = await speak(async (speaker) => {
    await speaker.letIn();
    await speaker.reply(await speaker.hear(), "ok", "JSON has room");
  });
  const socket = await openSocket(url);
  const room = await socket.join(topic);
  const error = await failureOf(room.push("e", Uint8Array.of(1)));
  expect(error).toMatchObject({ code: "unsendable", cause: { code: "field_too_long" } });
  expect(String((error as Error).cause)).toContain("255 bytes at most, and this one has 300");
  expect(await room.push("e", {})).toBe("JSON has room");
});
