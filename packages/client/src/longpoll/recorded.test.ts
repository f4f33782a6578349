// What a real Phoenix was recorded to say over long polling, played to the client; and what it was
// recorded to say over a WebSocket, in the same requests: the messages are the same.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { failureOf } from "../fixtures/failure.ts";
import { PollServer } from "../fixtures/poll-server.ts";
import { newSocket, nextEnd, untilChannel } from "../fixtures/sockets.ts";
import type { Socket } from "../index.ts";
import { longPoll } from "./long-poll.ts";

interface Exchanged {
  readonly method: string;
  readonly target: string;
  readonly contentType: string | undefined;
  readonly sent: string;
  readonly came: string;
}

function sectionsOf(file: string): Map<string, string[]> {
  const text = readFileSync(new URL(`../fixtures/${file}`, import.meta.url), "utf8");
  const sections = text.split(/^### /m).slice(1);
  return new Map(
    sections.map((section) => {
      const [name = "", ...lines] = section.split("\n");
      return [name, lines.filter((line) => line.trim() !== "")];
    }),
  );
}

function exchangesOf(lines: readonly string[]): Exchanged[] {
  return lines
    .join("\n")
    .split(/^(?=GET|POST)/m)
    .map((exchange) => {
      const [head = "", ...rest] = exchange.trimEnd().split("\n");
      const [method = "", target = "", contentType] = head.split(" ");
      const of = (arrow: string): string[] =>
        rest.filter((line) => line.startsWith(`  ${arrow} `)).map((line) => line.slice(5));
      return { method, target, contentType, sent: of("->").join("\n"), came: of("<-").join("") };
    });
}

const LONG_POLL = sectionsOf("phoenix-1.7.24.longpoll.txt");
const FRAMES = sectionsOf("phoenix-1.7.24.frames.txt");

function socketOf({ url }: PollServer): Socket {
  return newSocket(url, {
    transport: longPoll(),
    heartbeat: false,
    reconnect: false,
    rejoin: false,
  });
}

test("a session: each request is the recorded one, and each answer is understood", async () => {
  const server = await PollServer.listen();
  const socket = socketOf(server);
  const opened = socket.connect();
  const joined = opened.then(() => socket.join("room:lp"));
  const script = exchangesOf(LONG_POLL.get("a session") ?? []);
  expect(script.map(({ method }) => method)).toEqual(["GET", "POST", "GET"]);
  for (const { method, target, contentType, sent, came } of script) {
    const exchange = await server.next(method);
    expect(decodeURIComponent(exchange.url.pathname + exchange.url.search)).toBe(target);
    expect(exchange.body).toBe(sent);
    expect(exchange.headers["content-type"]).toBe(contentType);
    exchange.raw(200, came);
  }
  expect((await joined).response).toEqual({});
  const [forbidden] = exchangesOf(LONG_POLL.get("a token that was tampered with") ?? []);
  const ended = nextEnd(socket);
  (await server.next("GET")).raw(200, forbidden?.came ?? "");
  expect((await ended).reason).toMatchObject({
    type: "connectionLost",
    cause: { code: "refused", status: 403 },
  });
});

test("a conversation in frames of text: what the client says is what was recorded, and it reads the rest", async () => {
  const server = await PollServer.listen();
  const socket = socketOf(server);
  const connecting = socket.connect();
  await server.begin();
  await connecting;
  const refs = new Map<string, string>();
  const renamed = (ref: string | null): string | null =>
    ref === null ? null : (refs.get(ref) ?? ref);
  const room = socket.channel("room:a", { hello: "w" });
  const acts: Record<string, () => Promise<unknown>> = {
    "join ok": () => room.join(),
    reply: () => room.push("ping", { x: 1, u: "é\u2028" }),
    "error reply": () => failureOf(room.push("echo_err", { x: 1 })),
  };
  const outcomes: Promise<unknown>[] = [];
  for (const [name, act] of Object.entries(acts)) {
    outcomes.push(act());
    for (const line of FRAMES.get(name) ?? []) {
      const frame = JSON.parse(line.slice(5)) as [string | null, string, ...unknown[]];
      if (line.startsWith("  ->")) {
        refs.set(frame[1], String(refs.size + 1));
        const post = await server.next("POST");
        expect(post.lines).toEqual([[renamed(frame[0]), renamed(frame[1]), ...frame.slice(2)]]);
        post.answer({ status: 200 });
      } else {
        const [joinRef, ref, ...rest] = frame;
        const message = JSON.stringify([renamed(joinRef), renamed(ref), ...rest]);
        (await server.next("GET")).answer({ status: 200, token: "t1", messages: [message] });
      }
    }
  }
  await untilChannel(room, "joined");
  expect(await Promise.all(outcomes)).toEqual([
    { hello: "w" },
    { x: 1, u: "é\u2028" },
    expect.objectContaining({ code: "refused", status: "error", response: { x: 1 } }),
  ]);
  expect(socket.stats.counters.ignored).toMatchObject({ undecodable: 0, unmatchedReply: 0 });
});
