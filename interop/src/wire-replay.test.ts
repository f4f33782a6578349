// What Phoenix 1.7 was seen to say, line by line, and our server must say the same.
import { readFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { WebSocket } from "ws";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startInteropServer, type InteropServer } from "./interop-server.ts";
import { RawClient } from "./raw-client.ts";
import { parseWireLog, type WireLine, type WireSection } from "./wire-log.ts";

const sections = parseWireLog(
  readFileSync(new URL("fixtures/phoenix-1.7-frames.log", import.meta.url), "utf8"),
);

/** Sections that are not frames in and frames out: each has a test of its own below, or a reason. */
const apart = new Set([
  "open (compress offered)",
  "presence join/update/leave",
  "101 channels on one socket",
  "drain",
  "ws ping",
  "vsn=3.0.0",
  "vsn=2",
  "vsn=2.1.0",
  "vsn=2.0.9",
  "403 token=bad",
  "token=err",
  "token=raise",
  "wrong path",
  "plain GET on the websocket path",
  "/limited 65537-byte frame",
  "whoami",
  "tiny timeout (no traffic)",
  "tiny timeout (heartbeat every 1s x3, then ws ping every 1s x3)",
  "push_n 1000 x 1024",
]);

/** The path and query of the socket that a section used, where it is not the usual one. */
const queries: Readonly<Record<string, string>> = {
  V1: "vsn=1.0.0",
  "no vsn: array frame then object": "",
};

let server: InteropServer;
let base: string;
beforeAll(async () => {
  server = await startInteropServer({ port: 0 });
  base = server.url.replace("http", "ws");
});
afterAll(() => server.close());

function connect(path = "/socket/websocket?vsn=2.0.0&user=u1"): Promise<RawClient> {
  return RawClient.connect(base + path);
}

describe("the recorded frames", () => {
  // The recorder went on with one socket until that was closed.
  let client: RawClient | null = null;
  afterAll(() => client?.webSocket.terminate());

  test.each(sections.filter(({ name }) => !apart.has(name)))("$name", async (section) => {
    const query = queries[section.name] ?? "vsn=2.0.0&user=u1";
    client ??= await connect(`/socket/websocket?${query}`);
    await replay(client, section);
    if (section.lines.some(({ type }) => type === "closed")) client = null;
    else await expectNothingMore(client);
  });
});

async function replay(client: RawClient, { lines }: WireSection): Promise<void> {
  for (const line of lines) {
    switch (line.type) {
      case "sent":
        client.send(line.frame);
        break;
      case "received":
        expect(comparable(await client.next())).toEqual(comparable(line.frame));
        break;
      case "closed":
        // 1005, and 1000 after a while, is what the recorder saw of its own close.
        if (endedByRecorder(lines, line))
          client.webSocket.close(...(line.code === 1005 ? [] : [line.code]));
        expect(await client.closed).toEqual({ code: line.code, reason: line.reason });
        break;
      case "note":
        throw new Error(`This line needs a test of its own: ${line.text}`);
    }
  }
}

function endedByRecorder(lines: readonly WireLine[], { code }: { code: number }): boolean {
  return code === 1005 || (code === 1000 && lines.some(({ type }) => type === "received"));
}

function comparable(frame: unknown): unknown {
  return typeof frame === "string" && frame !== "" ? JSON.parse(frame) : frame;
}

let barriers = 0;
async function expectNothingMore(client: RawClient): Promise<void> {
  const ref = `barrier ${++barriers}`;
  client.send(JSON.stringify([null, ref, "phoenix", "heartbeat", {}]));
  expect(await client.nextJson()).toEqual([
    null,
    ref,
    "phoenix",
    "phx_reply",
    { response: {}, status: "ok" },
  ]);
}

describe("the rest of the recording", () => {
  test("open (compress offered): it is agreed on", async () => {
    const webSocket = new WebSocket(`${base}/socket/websocket?vsn=2.0.0`, {
      perMessageDeflate: true,
    });
    await once(webSocket, "open");
    expect(webSocket.extensions).toContain("permessage-deflate");
    webSocket.send('["1","1","room:a","phx_join",{"hello":"w"}]');
    const [data] = (await once(webSocket, "message")) as [Buffer];
    expect(JSON.parse(data.toString())).toMatchObject({ 3: "phx_reply", 4: { status: "ok" } });
    webSocket.close();
    await once(webSocket, "close");
  });

  test("presence join/update/leave, with refs and times of its own", async () => {
    const { lines } = sections.find(({ name }) => name === "presence join/update/leave")!;
    const recorded = lines.flatMap((line) => ("frame" in line ? [line.frame as string] : []));
    const [
      join1,
      ok1,
      ownDiff,
      state1,
      update,
      ok2,
      changed,
      join2,
      ok3,
      came,
      same,
      state2,
      left,
    ] = recorded as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    const [u1, u2] = [await connect(), await connect()];
    const refs = new Map<string, string>();
    const refsOfPhoenix = new Map<string, string>();
    const expectNext = async (client: RawClient, ...expected: readonly string[]): Promise<void> => {
      const got = [];
      for (const _ of expected) got.push(await client.nextJson());
      // Phoenix's tracker tells of an update in its own time, before the reply or after it.
      got.sort((a, b) => Number(isDiff(a)) - Number(isDiff(b)));
      expect(got.map((frame) => withoutRefs(frame, refs))).toEqual(
        expected.map((frame) => withoutRefs(JSON.parse(frame), refsOfPhoenix)),
      );
    };
    u1.send(join1);
    await expectNext(u1, ok1);
    await expectNext(u1, ownDiff);
    await expectNext(u1, state1);
    u1.send(update);
    await expectNext(u1, ok2, changed);
    u2.send(join2);
    await expectNext(u2, ok3);
    await expectNext(u1, came);
    await expectNext(u2, same);
    await expectNext(u2, state2);
    u2.webSocket.close(1000);
    await expectNext(u1, left);
    u1.webSocket.close();
    await u1.closed;
  });

  test("101 channels on one socket", async () => {
    const client = await connect();
    for (let n = 0; n <= 100; n++) {
      client.send(JSON.stringify([`j${n}`, `j${n}`, `room:m${n}`, "phx_join", {}]));
    }
    for (let n = 0; n < 100; n++) {
      expect(await client.nextJson()).toMatchObject([
        `j${n}`,
        `j${n}`,
        `room:m${n}`,
        "phx_reply",
        { status: "ok" },
      ]);
    }
    const refusal = { response: { reason: "too many channels joined" }, status: "error" };
    expect(await client.nextJson()).toEqual(["j100", "j100", "room:m100", "phx_reply", refusal]);
    client.webSocket.close();
    await client.closed;
  });

  test("drain: 1012", async () => {
    const drained = await startInteropServer({ port: 0 });
    const client = await RawClient.connect(
      `${drained.url.replace("http", "ws")}/socket/websocket?vsn=2.0.0`,
    );
    client.send('["1","1","room:a","phx_join",{}]');
    await client.next();
    await drained.close();
    expect(await client.closed).toEqual({ code: 1012, reason: "" });
    expect(drained.channels.stats()).toMatchObject({
      live: { websocket: 0, channel: 0 },
      endsByReason: { drained: 1 },
    });
  });

  test("a WebSocket ping is answered", async () => {
    const client = await connect();
    client.webSocket.ping("hi");
    const [pong] = (await once(client.webSocket, "pong")) as [Buffer];
    expect(pong.toString()).toBe("hi");
    client.webSocket.close();
    expect(await client.closed).toEqual({ code: 1005, reason: "" });
  });

  test("vsn=2.0.9 is accepted", async () => {
    const client = await connect("/socket/websocket?vsn=2.0.9");
    client.webSocket.close();
    await client.closed;
  });

  test.each([
    ["vsn=3.0.0", 403, ""],
    ["vsn=2", 403, ""],
    ["vsn=2.1.0", 403, ""],
    ["vsn=2.0.0&token=bad", 403, ""],
    ["vsn=2.0.0&token=err", 403, ""],
    ["vsn=2.0.0&token=raise", 500, '{"error":"Internal Server Error"}'],
  ])("an upgrade with %s is answered %i", async (query, status, body) => {
    expect(await refusedUpgrade(`/socket/websocket?${query}`)).toMatchObject({ status, body });
  });

  test("a wrong path is answered 404, with and without an upgrade", async () => {
    expect(await refusedUpgrade("/nope/websocket?vsn=2.0.0")).toMatchObject({
      status: 404,
      body: "not found",
    });
    expect(await plainGet("/nope/websocket")).toEqual({ status: 404, body: "not found" });
  });

  test("a plain GET on the websocket path is answered 400", async () => {
    expect(await plainGet("/socket/websocket")).toEqual({
      status: 400,
      body: `'connection' header must contain 'upgrade', got ["keep-alive"]`,
    });
  });

  test("a frame of one byte too many is answered 1009", async () => {
    const client = await connect("/limited/websocket?vsn=2.0.0");
    client.send("x".repeat(65_537));
    expect(await client.closed).toEqual({ code: 1009, reason: "" });
  });

  test("whoami", async () => {
    const client = await RawClient.connect(
      `${base}/socket/websocket?vsn=2.0.0&user=zo%C3%AB&a[b]=c&l[]=1&l[]=2`,
      { "x-foo": "bar" },
    );
    client.send('["1","1","room:a","phx_join",{}]');
    await client.next();
    client.send('["1","2","room:a","whoami",{}]');
    const recorded = sections.find(({ name }) => name === "whoami")?.lines.at(-2);
    const frame = recorded?.type === "received" ? String(recorded.frame) : "";
    const here = frame
      .replace("127.0.0.1:4100", `127.0.0.1:${server.port}`)
      .replace("127.0.0.1:51448", `127.0.0.1:${client.localPort}`);
    expect(await client.nextJson()).toEqual(JSON.parse(here));
    client.webSocket.close();
    await client.closed;
  });

  test("a connection from which nothing comes is closed with 1000", async () => {
    const client = await connect("/tiny/websocket?vsn=2.0.0");
    expect(await client.closed).toEqual({ code: 1000, reason: "" });
  });

  test("push_n: all messages in order, then the reply", async () => {
    const client = await connect();
    client.send('["1","1","room:a","phx_join",{}]');
    await client.next();
    client.send('["1","2","room:a","push_n",{"n":1000,"size":1024}]');
    const data = "x".repeat(1024);
    for (let seq = 1; seq <= 1_000; seq++) {
      expect(await client.nextJson()).toEqual(["1", null, "room:a", "push_n", { seq, data }]);
    }
    expect(await client.nextJson()).toMatchObject([
      "1",
      "2",
      "room:a",
      "phx_reply",
      { status: "ok" },
    ]);
    client.webSocket.close();
    await client.closed;
  });
});

test("all of it is counted, and nothing is left", async () => {
  const { live, opened, ended, endsByReason } = await statsOnceSettled();
  expect(live).toEqual({ websocket: 0, longpoll: 0, channel: 0 });
  expect(opened).toBe(ended);
  expect(endsByReason).toMatchObject({
    idleTimeout: 1,
    closedByChannel: 1,
    disconnected: 1,
    dropped: 1,
    protocolError: 1,
    malformedMessage: 7,
  });
  expect(Object.values(endsByReason).reduce((sum, count) => sum + count)).toBe(ended);
});

function isDiff(frame: unknown): boolean {
  return (frame as unknown[])[3] === "presence_diff";
}

/** The same frame, its refs numbered in the order in which they came, and without times. */
function withoutRefs(frame: unknown, refs: Map<string, string>): unknown {
  return JSON.parse(
    JSON.stringify(frame, (key, value: unknown) => {
      if (key === "online_at") return "a time";
      if (!key.startsWith("phx_ref")) return value;
      if (!refs.has(String(value))) refs.set(String(value), `ref ${refs.size}`);
      return refs.get(String(value));
    }),
  );
}

/** A client's socket may be gone a moment before the server's. */
async function statsOnceSettled(): Promise<ReturnType<InteropServer["channels"]["stats"]>> {
  while (server.channels.stats().live.websocket > 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  return server.channels.stats();
}

async function refusedUpgrade(path: string): Promise<{ status: number; body: string }> {
  const webSocket = new WebSocket(base + path);
  const [, response] = (await once(webSocket, "unexpected-response")) as [unknown, IncomingMessage];
  return read(response);
}

async function plainGet(path: string): Promise<{ status: number; body: string }> {
  const request = get(server.url + path, { headers: { connection: "keep-alive" } });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return read(response);
}

async function read(response: IncomingMessage): Promise<{ status: number; body: string }> {
  let body = "";
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode ?? 0, body };
}
