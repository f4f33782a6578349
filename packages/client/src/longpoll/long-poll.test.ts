// The transport over long polling against servers that answer by hand: as Phoenix does, wrongly, in
// part, or never. The obligations of every transport hold, as the recorder of the conformance suite sees to.
import { inspect } from "node:util";
import { RawServer } from "@slipstream/faults";
import { describe, expect, test } from "vitest";
import { Recorder } from "../conformance/recorder.conformance.ts";
import { tokenProtocols } from "../credentials.ts";
import { PollServer, type Exchange } from "../fixtures/poll-server.ts";
import { serveRaw } from "../fixtures/servers.ts";
import { TestClock } from "../testing/index.ts";
import type { TransportClosed } from "../transport.ts";
import { longPoll } from "./long-poll.ts";
import type { LongPollOptions } from "./long-poll-options.ts";
import { LongPollError } from "./long-poll-error.ts";
import { TransportOptionError } from "./transport-option-error.ts";

const SECRET = "hunter2";
const UNCLEAN = { code: null, reason: "", clean: false };

/** Dials with secrets everywhere, and checks that none is in what is reported. */
async function failToOpen(url: string, options: LongPollOptions = {}): Promise<TransportClosed> {
  const dialled = url.includes("?") ? `${url}&secret=${SECRET}` : `${url}?secret=${SECRET}`;
  const client = new Recorder(longPoll(options), dialled, {
    headers: { authorization: `Bearer ${SECRET}` },
    protocols: tokenProtocols(SECRET),
  });
  const end = await client.end();
  expect(client.types()).toEqual(["closed"]);
  expect(inspect(end, { depth: 10, showHidden: true })).not.toContain(SECRET);
  expect(end).toMatchObject(UNCLEAN);
  return end;
}

interface Session {
  readonly server: PollServer;
  readonly client: Recorder;
  /** The poll that waits for messages. */
  readonly poll: Exchange;
}

/** A session that has begun, and whose first poll waits. */
async function open(
  options: LongPollOptions = {},
  { maxPayload = 100_000, offers = {} } = {},
): Promise<Session> {
  const server = await PollServer.listen();
  const client = new Recorder(longPoll(options), server.url, { maxPayload });
  await server.begin("t1", offers);
  await client.until("opened");
  return { server, client, poll: await server.next("GET") };
}

describe("dialling", () => {
  test("the request is the one that was asked for; the session's token opens it", async () => {
    const server = await PollServer.listen();
    const client = new Recorder(longPoll(), `${server.url}&token%5B%5D=a`, {
      headers: { "x-trace": "1" },
      protocols: tokenProtocols("tök"),
    });
    const begin = await server.next("GET");
    expect(begin.url.pathname + begin.url.search).toBe("/socket/longpoll?vsn=2.0.0&token%5B%5D=a");
    expect(begin.headers).toMatchObject({
      "x-trace": "1",
      "x-phoenix-authtoken": Buffer.from("tök").toString("latin1"),
    });
    expect(begin.headers).not.toHaveProperty("x-phoenix-longpoll-token");
    begin.answer({ status: 410, token: "SFMyNTY.a+b" });
    await client.until("opened");
    const poll = await server.next("GET");
    expect(poll.url.searchParams.get("token")).toBe("SFMyNTY.a+b");
    client.reset();
    expect(await client.end()).toEqual(UNCLEAN);
    expect(await poll.over).toBe("gone");
  });

  test("the session's token by header", async () => {
    const server = await PollServer.listen();
    const client = new Recorder(longPoll({ token: "header" }), server.url);
    await server.begin("t1");
    const poll = await server.next("GET");
    expect(poll.url.search).toBe("?vsn=2.0.0");
    expect(poll.headers["x-phoenix-longpoll-token"]).toBe("t1");
    client.reset();
    await client.end();
  });

  test("nobody listens", async () => {
    const gone = await RawServer.listen(() => {});
    const { url } = gone;
    await gone.close();
    const end = await failToOpen(`${url}/websocket`);
    expect(end.error?.cause).toMatchObject({ code: "ECONNREFUSED" });
  });

  test("a name that does not exist", async () => {
    const end = await failToOpen("ws://no-such-host.invalid/websocket");
    expect(end.error?.cause).toBeInstanceOf(Error);
  });

  test.each(["not a url", "ftp://127.0.0.1", "ws://127.0.0.1:70000"])(
    "a URL that cannot be dialled: %s",
    async (url) => {
      const end = await failToOpen(url);
      expect(end.error?.cause).toMatchObject({ code: "invalid_url" });
    },
  );

  test("a header that cannot be sent", async () => {
    const client = new Recorder(longPoll(), "ws://127.0.0.1:1", { headers: { a: `${SECRET}\n` } });
    const end = await client.end();
    expect(end.error?.cause).toMatchObject({ code: "unreachable" });
    expect(inspect(end, { depth: 10, showHidden: true })).not.toContain(SECRET);
  });

  test("a fetch of the program's that throws what it likes", async () => {
    const end = await failToOpen("ws://127.0.0.1:1/websocket", {
      fetch: (url) => {
        throw new TypeError(`cannot fetch ${url}`);
      },
    });
    expect(end.error?.cause).toMatchObject({ code: "unreachable" });
  });

  test.each([400, 401, 403, 404, 429, 500, 503])("refused with HTTP's %i", async (status) => {
    const server = await PollServer.listen();
    const end = failToOpen(server.url);
    (await server.next("GET")).raw(status, "nein, dänke", { "X-Why": "because" });
    expect((await end).rejected).toMatchObject({
      status,
      body: "nein, dänke",
      headers: { "x-why": "because" },
    });
    expect((await end).error).toBeUndefined();
  });

  test.each([403, 408, 410, 500])(
    "refused as Phoenix does, with %i in the body",
    async (status) => {
      const server = await PollServer.listen();
      const end = failToOpen(server.url);
      (await server.next("GET")).answer({ status });
      expect((await end).rejected).toMatchObject({ status, body: `{"status":${status}}` });
    },
  );

  test("by a redirect, which is not followed", async () => {
    const server = await PollServer.listen();
    const end = failToOpen(server.url);
    (await server.next("GET")).raw(302, "", { Location: "/elsewhere" });
    expect((await end).rejected).toMatchObject({ status: 302 });
    expect(server.exchanges).toHaveLength(1);
  });

  test("with a body larger than is kept: 16 KiB of it", async () => {
    const server = await PollServer.listen();
    const end = failToOpen(server.url);
    (await server.next("GET")).raw(500, "x".repeat(20_000));
    expect((await end).rejected?.body).toBe("x".repeat(16 * 1024));
  });

  test("with a body that never ends: no more of it is read than maxPayload allows", async () => {
    const server = await serveRaw(async (peer) => {
      await peer.request();
      await peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
      await peer.write(Buffer.alloc(100_000_000, "x")).catch(() => {});
    });
    const client = new Recorder(longPoll(), `${server.url}/websocket`, { maxPayload: 1_000 });
    expect((await client.end()).error).toMatchObject({ protocol: 1009 });
    await (await server.peer()).gone();
  });

  test("with names that would reach a prototype", async () => {
    const server = await PollServer.listen();
    const end = failToOpen(server.url);
    (await server.next("GET")).raw(500, "", { ["__proto__"]: "x", constructor: "y" });
    expect(Object.getPrototypeOf((await end).rejected?.headers)).toBe(null);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });

  test.each([
    ["a page", "<html>Sign in to the Wi-Fi</html>"],
    ["what is no UTF-8", Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ["a session of somebody who knows no 410", '{"status":200,"token":"t"}'],
  ])("%s in place of an answer", async (_, body) => {
    const server = await PollServer.listen();
    const end = failToOpen(server.url);
    (await server.next("GET")).raw(200, body);
    expect((await end).error?.cause).toMatchObject({ code: "bad_answer" });
    expect((await end).rejected).toBeUndefined();
  });

  test.each<[string, (server: RawServer) => Promise<void>]>([
    [
      "no HTTP",
      async (server) => (await server.peer()).write("220 smtp.example.org ESMTP\r\n\r\n"),
    ],
    ["a FIN", async (server) => (await server.peer()).end()],
    ["a RST", async (server) => (await server.peer()).reset()],
  ])("%s in place of an answer", async (_, answer) => {
    const server = await serveRaw(async (peer) => void (await peer.request()));
    const end = failToOpen(`${server.url}/websocket`);
    await (await server.peer()).request();
    await answer(server);
    expect((await end).error?.cause).toBeInstanceOf(Error);
    const peer = await server.peer();
    if (!peer.closed) peer.end();
  });

  test("no answer within requestTimeout", async () => {
    const server = await PollServer.listen();
    const clock = new TestClock();
    const end = failToOpen(server.url, { clock });
    const begin = await server.next("GET");
    expect((await clock.advanceUntil(end)).error?.cause).toMatchObject({ code: "request_timeout" });
    expect(await begin.over).toBe("gone");
  });

  test.each(["reset", "close"] as const)("%s ends the dial", async (how) => {
    const server = await PollServer.listen();
    const client = new Recorder(longPoll(), server.url);
    const begin = await server.next("GET");
    client[how]();
    client[how]();
    expect(await client.end()).toEqual(UNCLEAN);
    expect(await begin.over).toBe("gone");
  });

  test("options that cannot be used", () => {
    const wrong: [string, object][] = [
      ["requestTimeout", { requestTimeout: 0 }],
      ["requestTimeout", { requestTimeout: "1" }],
      ["token", { token: "cookie" }],
      ["fetch", { fetch: "fetch" }],
      ["timeout", { timeout: 1 }],
    ];
    for (const [option, options] of wrong) {
      expect(() => longPoll(options as LongPollOptions)).toThrow(TransportOptionError);
      expect(() => longPoll(options as LongPollOptions)).toThrow(
        expect.objectContaining({ option, code: "invalid_option" }),
      );
    }
  });
});

describe("TCP that ends in the middle of an answer", () => {
  const answerOf = (body: string): string =>
    `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
  const begun = answerOf('{"status":410,"token":"t"}');
  const brought = answerOf('{"status":200,"token":"t","messages":["[1]"]}');

  test.each(["fin", "rst"] as const)("a %s after each byte of the first", async (by) => {
    const server = await serveRaw(async (peer, index) => {
      await peer.request();
      if (index > 0) await peer.write(begun.slice(0, index));
      if (by === "rst") peer.reset();
      else peer.end();
    });
    for (let cut = 0; cut < begun.length; cut++) {
      const client = new Recorder(longPoll(), `${server.url}/websocket`);
      const end = await client.end();
      expect(client.types()).toEqual(["closed"]);
      expect(end.error?.cause).toBeInstanceOf(Error);
      await (await server.peer(cut)).gone();
    }
  });

  test.each(["fin", "rst"] as const)(
    "a %s after each byte of a poll's: nothing of it is delivered",
    async (by) => {
      const server = await serveRaw(async (peer, index) => {
        await peer.request();
        if (index % 2 === 0) {
          await peer.write(begun);
          return peer.end();
        }
        const cut = (index - 1) / 2;
        if (cut > 0) await peer.write(brought.slice(0, cut));
        if (by === "rst") peer.reset();
        else peer.end();
      });
      for (let cut = 0; cut < brought.length; cut++) {
        const client = new Recorder(longPoll(), `${server.url}/websocket`);
        const end = await client.end();
        expect(client.types()).toEqual(["opened", "closed"]);
        expect(end).toMatchObject(UNCLEAN);
        expect(end.error?.cause).toBeInstanceOf(Error);
        await (await server.peer(2 * cut + 1)).gone();
      }
    },
  );
});

describe("receiving", () => {
  test("polls follow each other, each with the newest token; messages come in order", async () => {
    const { server, client, poll } = await open();
    poll.answer({ status: 200, token: "t2", messages: ["[1]", "[2]"] });
    const second = await server.next("GET");
    expect(second.url.searchParams.get("token")).toBe("t2");
    second.answer({ status: 204, token: "t2", messages: [] });
    const third = await server.next("GET");
    third.answer({ status: 200, messages: ["[3]"] });
    const fourth = await server.next("GET");
    expect(fourth.url.searchParams.get("token")).toBe("t2");
    expect(client.frames()).toEqual(["[1]", "[2]", "[3]"]);
    client.reset();
    await client.end();
  });

  test("1,000 messages in one answer: in order, and the next poll only after them", async () => {
    const { server, client, poll } = await open();
    const messages = Array.from({ length: 1_000 }, (_, n) => `[${n}]`);
    poll.answer({ status: 200, messages });
    let received = 0;
    client.onEvent = ({ type }) => {
      if (type !== "received") return;
      received += 1;
      if (received < 1_000) expect(server.untaken).toBe(0);
    };
    expect(await client.untilReceived(1_000)).toEqual(messages);
    await server.next("GET");
    client.reset();
    await client.end();
  });

  test("bytes come as base64 from a server that says so, and from no other", async () => {
    const one = await open({}, { offers: { binary: "base64" } });
    one.poll.answer({ status: 200, messages: ["AQID", '["x"]'] });
    expect(await one.client.untilReceived(2)).toEqual([new Uint8Array([1, 2, 3]), '["x"]']);
    const other = await open();
    other.poll.answer({ status: 200, messages: ["AQID"] });
    expect(await other.client.untilReceived(1)).toEqual(["AQID"]);
    for (const { client } of [one, other]) {
      client.reset();
      await client.end();
    }
  });

  test("a message over maxPayload, and an answer over twice that: 1009", async () => {
    const one = await open({}, { maxPayload: 1_000 });
    one.poll.answer({ status: 200, messages: ["[1]", `["${"ä".repeat(500)}"]`] });
    expect((await one.client.end()).error).toMatchObject({ protocol: 1009 });
    expect(one.client.frames()).toEqual(["[1]"]);
    const other = await open({}, { maxPayload: 1_000 });
    other.poll.answer({ status: 200, messages: Array.from({ length: 1_000 }, () => "[1234567]") });
    expect((await other.client.end()).error).toMatchObject({ protocol: 1009 });
    expect(other.client.frames()).toEqual([]);
  });

  test.each<[string, (poll: Exchange) => void, object]>([
    [
      "410",
      (poll) => poll.answer({ status: 410, token: "t9" }),
      { code: "session_gone", status: 410 },
    ],
    ["403", (poll) => poll.answer({ status: 403 }), { code: "refused", status: 403 }],
    ["500", (poll) => poll.answer({ status: 500 }), { code: "refused", status: 500 }],
    [
      "HTTP's 502",
      (poll) => poll.raw(502, "<h1>Bad Gateway</h1>"),
      { code: "refused", status: 502 },
    ],
    ["a page", (poll) => poll.raw(200, "<html>"), { code: "bad_answer" }],
    [
      "messages that are none",
      (poll) => poll.answer({ status: 200, messages: [1] }),
      { code: "bad_answer" },
    ],
    ["nothing", (poll) => poll.drop(), {}],
  ])("a poll that is answered with %s ends the connection", async (_, answer, cause) => {
    const { client, poll } = await open();
    answer(poll);
    const end = await client.end();
    expect(end).toMatchObject(UNCLEAN);
    expect(end.rejected).toBeUndefined();
    expect(end.error?.cause).toMatchObject(cause);
    expect(end.error?.cause).toBeInstanceOf(Error);
  });

  test("a server that says with which code it has ended the session is believed", async () => {
    const { client, poll } = await open();
    poll.answer({ status: 410, code: 1012 });
    expect(await client.end()).toEqual({ code: 1012, reason: "", clean: true });
  });

  test("a poll that is not answered within requestTimeout ends the connection", async () => {
    const clock = new TestClock();
    const { client, poll } = await open({ clock });
    expect((await clock.advanceUntil(client.end())).error?.cause).toMatchObject({
      code: "request_timeout",
    });
    expect(await poll.over).toBe("gone");
  });
});

describe("pausing", () => {
  test("what a poll brings waits, and nothing is polled; then everything goes on, in order", async () => {
    const { server, client, poll } = await open();
    client.pause();
    poll.answer({ status: 200, messages: ["[1]", "[2]"] });
    await poll.over;
    // A message of ours goes there and back meanwhile.
    client.send("[0]");
    (await server.next("POST")).answer({ status: 200 });
    await expect.poll(() => client.bufferedAmount).toBe(0);
    expect([client.frames(), server.untaken]).toEqual([[], 0]);
    client.resume();
    expect(await client.untilReceived(2)).toEqual(["[1]", "[2]"]);
    (await server.next("GET")).answer({ status: 200, messages: ["[3]"] });
    expect(await client.untilReceived(3)).toEqual(["[1]", "[2]", "[3]"]);
    client.reset();
    await client.end();
  });

  test("by a handler, in the middle of an answer", async () => {
    const { client, poll } = await open();
    client.onEvent = ({ type }) => {
      if (type === "received") client.pause();
    };
    poll.answer({ status: 200, messages: ["[1]", "[2]", "[3]"] });
    await client.untilReceived(1);
    client.resume();
    client.resume();
    await client.untilReceived(2);
    expect(client.frames()).toEqual(["[1]", "[2]"]);
    client.close();
    await client.end();
    expect(client.frames()).toEqual(["[1]", "[2]"]);
  });
});

describe("sending", () => {
  test("what is sent in one go goes in one request; what is sent meanwhile in the next, in order", async () => {
    const { server, client } = await open();
    client.send("[1]");
    client.send("[2]");
    const first = await server.next("POST");
    expect(first.headers["content-type"]).toBe("application/x-ndjson");
    expect(first.url.searchParams.get("token")).toBe("t1");
    expect(first.body).toBe("[1]\n[2]");
    expect(client.bufferedAmount).toBe(6);
    client.send("[3]");
    client.send(new Uint8Array([1, 2, 3]));
    expect(client.bufferedAmount).toBe(13);
    expect(server.untaken).toBe(0);
    first.answer({ status: 200 });
    const second = await server.next("POST");
    expect(second.body).toBe("[3]\nAQID");
    second.answer({ status: 200 });
    await expect.poll(() => client.bufferedAmount).toBe(0);
    client.reset();
    await client.end();
  });

  test("500 messages: at most 100 in a request, and one request at a time", async () => {
    const { server, client } = await open();
    for (let n = 0; n < 500; n++) client.send(`[${n}]`);
    const all: unknown[] = [];
    while (all.length < 500) {
      const post = await server.next("POST");
      expect(server.untaken).toBe(0);
      expect(post.lines.length).toBeLessThanOrEqual(100);
      all.push(...post.lines);
      post.answer({ status: 200 });
    }
    expect(all).toEqual(Array.from({ length: 500 }, (_, n) => [n]));
    client.reset();
    await client.end();
  });

  test.each<[string, (post: Exchange) => void, object]>([
    ["410", (post) => post.answer({ status: 410 }), { code: "session_gone" }],
    ["413", (post) => post.answer({ status: 413 }), { code: "too_large" }],
    ["HTTP's 413", (post) => post.raw(413, "too large"), { code: "too_large" }],
    ["408", (post) => post.answer({ status: 408 }), { code: "refused", status: 408 }],
    ["HTTP's 500", (post) => post.raw(500, "oops"), { code: "refused", status: 500 }],
    ["a page", (post) => post.raw(200, "<html>"), { code: "bad_answer" }],
    ["nothing", (post) => post.drop(), {}],
  ])(
    "a message that is answered with %s ends the connection, and nothing is sent again",
    async (_, answer, cause) => {
      const { server, client, poll } = await open();
      client.send("[1]");
      const post = await server.next("POST");
      client.send("[2]");
      answer(post);
      const end = await client.end();
      expect(end).toMatchObject(UNCLEAN);
      expect(end.error?.cause).toBeInstanceOf(Error);
      expect(end.error?.cause).toMatchObject(cause);
      expect(client.bufferedAmount).toBe(0);
      expect(await poll.over).toBe("gone");
      expect(server.exchanges.filter(({ method }) => method === "POST")).toHaveLength(1);
    },
  );
});

describe("closing", () => {
  test("what was sent is delivered first; to Phoenix nothing else is said", async () => {
    const { server, client, poll } = await open();
    for (let n = 0; n < 150; n++) client.send(`[${n}]`);
    client.close(1000, "bye");
    client.close();
    client.send("late");
    expect(await poll.over).toBe("gone");
    const first = await server.next("POST");
    first.answer({ status: 200 });
    const second = await server.next("POST");
    expect(client.types()).toEqual(["opened"]);
    second.answer({ status: 200 });
    expect(await client.end()).toEqual(UNCLEAN);
    expect([...first.lines, ...second.lines]).toHaveLength(150);
    expect(server.untaken).toBe(0);
  });

  test("a server that offers it is told, and its word makes the end a clean one", async () => {
    const { server, client } = await open({}, { offers: { delete: true } });
    client.send("[1]");
    client.close();
    (await server.next("POST")).answer({ status: 200 });
    const goodbye = await server.next("DELETE");
    expect(goodbye.url.searchParams.get("token")).toBe("t1");
    goodbye.answer({ status: 410 });
    expect(await client.end()).toEqual({ code: null, reason: "", clean: true });
  });

  test.each<[string, (goodbye: Exchange) => void]>([
    ["refuses", (goodbye) => goodbye.raw(405, "")],
    ["drops it", (goodbye) => goodbye.drop()],
  ])("a server that is told and %s: the end is not clean", async (_, answer) => {
    const { server, client } = await open({}, { offers: { delete: true } });
    client.close();
    answer(await server.next("DELETE"));
    expect(await client.end()).toMatchObject(UNCLEAN);
  });

  test("nothing is received after close(), whatever a poll brings", async () => {
    const { server, client, poll } = await open({}, { offers: { delete: true } });
    poll.answer({ status: 200, messages: ["[1]", "[2]"] });
    client.onEvent = ({ type }) => {
      if (type === "received") client.close();
    };
    (await server.next("DELETE")).answer({ status: 410 });
    await client.end();
    expect(client.frames()).toEqual(["[1]"]);
  });

  test("reset, while a poll, a message and a goodbye are under way", async () => {
    const { server, client, poll } = await open({}, { offers: { delete: true } });
    client.send("[1]");
    const post = await server.next("POST");
    client.reset();
    expect(await client.end()).toEqual(UNCLEAN);
    expect(await Promise.all([poll.over, post.over])).toEqual(["gone", "gone"]);
    const other = await open({}, { offers: { delete: true } });
    other.client.close();
    const goodbye = await other.server.next("DELETE");
    other.client.reset();
    expect(await other.client.end()).toEqual(UNCLEAN);
    expect(await goodbye.over).toBe("gone");
  });

  test("what is called too late or twice does nothing", async () => {
    const { server, client } = await open();
    client.reset();
    client.reset();
    await client.end();
    client.close();
    client.reset();
    client.send("later");
    client.pause();
    client.resume();
    expect(client.bufferedAmount).toBe(0);
    expect(client.types()).toEqual(["opened", "closed"]);
    expect(server.untaken).toBe(0);
  });
});

test("an error says what happened and what to do", () => {
  const error = new LongPollError("refused", 502);
  expect(error.message).toContain("refused a request of the session: 502.");
  expect(new LongPollError("bad_answer").message).toContain("proxy");
});
