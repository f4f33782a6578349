// What a real Phoenix was recorded to say, played to the client: it understands each sentence, and
// writes its own exactly as the recording has them.
import { readFileSync } from "node:fs";
import { binaryFrame, OPCODE, textFrame } from "@slipstream/faults";
import { describe, expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { speak } from "./fixtures/servers.ts";
import { openSocket, untilChannel } from "./fixtures/sockets.ts";
import type { Socket } from "./index.ts";

type Line = { readonly by: "client" | "server"; readonly frame: string | Uint8Array };

const SECTIONS = new Map(
  readFileSync(new URL("fixtures/phoenix-1.7.24.frames.txt", import.meta.url), "utf8")
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const [name = "", ...lines] = section.split("\n");
      return [name, lines.filter((line) => line.trim() !== "").map(parse)] as const;
    }),
);

function parse(line: string): Line {
  const [, arrow, bytes, text = ""] = /^ {2}(->|<-) (BIN )?(.*)$/s.exec(line) ?? [];
  const frame = bytes === undefined ? text : new Uint8Array(Buffer.from(text, "hex"));
  return { by: arrow === "->" ? "client" : "server", frame };
}

/** The lines of these sections, with refs as a socket that is new counts them. */
function lines(sections: readonly string[]): Line[] {
  const refs = new Map<string, string>();
  const renamed = (ref: string | null): string | null =>
    ref === null ? null : (refs.get(ref) ?? `old ${ref}`);
  return sections
    .flatMap((name) => SECTIONS.get(name) ?? [])
    .map(({ by, frame }) => {
      if (typeof frame !== "string") return { by, frame };
      const [joinRef, ref, ...rest] = JSON.parse(frame) as [string | null, string, ...unknown[]];
      if (by === "client") refs.set(ref, String(refs.size + 1));
      return { by, frame: JSON.stringify([renamed(joinRef), renamed(ref), ...rest]) };
    });
}

/** A server that plays its part of the recording, and expects the client to play the other. */
async function play(...sections: string[]): Promise<Socket> {
  const script = lines(sections);
  const { url } = await speak(async ({ peer }) => {
    for (const { by, frame } of script) {
      if (by === "server") {
        await peer.write(typeof frame === "string" ? textFrame(frame) : binaryFrame(frame));
      } else {
        const { opcode, payload } = await peer.frame();
        if (opcode === OPCODE.text) expect(Buffer.from(payload).toString()).toBe(frame);
        else expect(new Uint8Array(payload)).toEqual(frame);
      }
    }
  });
  return openSocket(url, { heartbeat: false, rejoin: false });
}

test("a conversation: replies, messages, broadcasts, a heartbeat, and bytes in all of them", async () => {
  const socket = await play(
    "join ok",
    "reply",
    "error reply",
    "noreply",
    "push",
    "broadcast",
    "heartbeat",
    "binary reply",
    "binary error reply",
    "binary push",
    "binary broadcast",
  );
  const room = await socket.join("room:a", { hello: "w" });
  expect(room.response).toEqual({ hello: "w" });
  const messages = room.messages();
  const next = async (): Promise<unknown> => {
    const { event, payload } = (await messages.next()).value ?? {};
    return [event, payload];
  };
  expect(await room.push("ping", { x: 1, u: "é\u2028" })).toEqual({ x: 1, u: "é\u2028" });
  expect(await failureOf(room.push("echo_err", { x: 1 }))).toMatchObject({
    status: "error",
    response: { x: 1 },
  });
  await room.send("noreply");
  await room.send("push", { p: 1 });
  expect(await next()).toEqual(["push", { p: 1 }]);
  expect(await room.push("bcast", { b: 1 })).toEqual({});
  expect(await next()).toEqual(["bcast", { b: 1 }]);
  expect(await socket.ping()).toBeGreaterThanOrEqual(0);
  const dead = Uint8Array.of(0xde, 0xad);
  expect(await room.push("bin", dead)).toEqual(dead);
  expect(await failureOf(room.push("bin_err", dead))).toMatchObject({
    status: "error",
    response: dead,
  });
  await room.send("bin_push", Uint8Array.of(0xbe, 0xef));
  expect(await next()).toEqual(["bin_push", Uint8Array.of(0xbe, 0xef)]);
  await room.send("bcast", Uint8Array.of(0xca, 0xfe));
  expect(await next()).toEqual(["bcast", Uint8Array.of(0xca, 0xfe)]);
  expect(Object.values(socket.stats.counters.ignored).every((count) => count === 0)).toBe(true);
});

describe("joins", () => {
  test.each([
    ["join error", "room:d", { deny: true }, "unauthorized"],
    ["join crash", "room:c", { crash: true }, "join crashed"],
    ["join unmatched topic", "nope:x", {}, "unmatched topic"],
  ])("%s", async (section, topic, params, reason) => {
    const socket = await play(section);
    expect(await failureOf(socket.join(topic, params))).toMatchObject({
      code: "refused",
      status: "error",
      response: { reason },
    });
  });

  test("push on join: what comes right behind the answer", async () => {
    const socket = await play("push on join (order of reply vs pushes)");
    const room = await socket.join("room:p", { push_on_join: 2 });
    const messages = room.messages("welcome");
    expect((await messages.next()).value?.payload).toEqual({ seq: 1 });
    expect((await messages.next()).value?.payload).toEqual({ seq: 2 });
  });
});

describe("ends", () => {
  test.each([
    ["crash", "crash", "channelCrashed", "crashed"],
    ["close_me :shutdown", "close_me", "channelClosed", "closed"],
    ["stop_error :boom", "stop_error", "channelCrashed", "crashed"],
  ])("%s", async (section, event, code, reason) => {
    const socket = await play(section);
    const room = await socket.join("room:a");
    expect(await failureOf(room.push(event))).toMatchObject({ code });
    expect(room.state).toEqual({ type: "errored", reason: { type: reason } });
  });

  test("a stop with a reply: the push has its answer, then the channel is closed", async () => {
    const socket = await play("stop :normal with reply");
    const room = await socket.join("room:a");
    expect(await room.push("stop", { z: 1 })).toEqual({ z: 1 });
    expect(await untilChannel(room, "errored")).toMatchObject({ reason: { type: "closed" } });
  });

  test("a leave, after a close that was of another membership", async () => {
    const socket = await play("duplicate join", "leave");
    const room = await socket.join("room:a", { again: 1 });
    await room.leave();
    expect(room.state).toEqual({ type: "left", by: "leave", confirmed: true });
    await expect.poll(() => socket.stats.counters.ignored.lateClose).toBe(2);
  });
});
