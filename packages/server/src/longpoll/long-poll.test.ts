// Long polling: what Phoenix was seen to answer, npm `phoenix` over it as it comes, and its bounds.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect as connectHttp2, createSecureServer } from "node:http2";
import { connect, type AddressInfo } from "node:net";
import { selfSigned } from "@slipstream/faults";
import { expect, onTestFinished, test } from "vitest";
import { noreply, ok, reply, accept, refuse, stop } from "../channel/results.ts";
import { ChannelsServer } from "../server.ts";
import { servesUntil } from "../fixtures/server.ts";
import { gate, until } from "../fixtures/until.ts";

const serve = servesUntil(onTestFinished);

const room = {
  join: (_params: unknown) => ok(),
  handleIn: {
    echo: (payload: unknown) => reply(payload),
    quiet: () => noreply(),
    bye: () => stop("done"),
  },
};

interface Answer {
  readonly status: number;
  readonly token?: string;
  readonly messages?: readonly string[];
}

class PollClient {
  token: string | null = null;
  readonly #url: string;
  readonly #headers: Record<string, string>;

  constructor(port: number, headers: Record<string, string> = {}, path = "/socket/longpoll") {
    this.#url = `http://127.0.0.1:${port}${path}?vsn=2.0.0`;
    this.#headers = headers;
  }

  async #ask(init: RequestInit): Promise<Answer> {
    const token = this.token === null ? "" : `&token=${this.token}`;
    const response = await fetch(this.#url + token, {
      ...init,
      headers: { ...this.#headers, ...(init.headers as Record<string, string>) },
    });
    expect(response.status).toBe(200);
    const answer = (await response.json()) as Answer;
    this.token = answer.token ?? this.token;
    return answer;
  }

  poll(signal?: AbortSignal): Promise<Answer> {
    return this.#ask(signal === undefined ? {} : { signal });
  }

  send(...messages: readonly unknown[][]): Promise<Answer> {
    return this.#ask({
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: messages.map((message) => JSON.stringify(message)).join("\n"),
    });
  }

  end(): Promise<Answer> {
    return this.#ask({ method: "DELETE" });
  }

  raw(body: string): Promise<Answer> {
    return this.#ask({ method: "POST", body });
  }
}

const messagesOf = ({ messages = [] }: Answer): unknown[] =>
  messages.map((message) => JSON.parse(message) as unknown);

test("a session as it was recorded from Phoenix", async () => {
  const { port, server } = await serve(room);
  const client = new PollClient(port);
  expect(await client.poll()).toEqual({ status: 410, messages: [], token: expect.any(String) });
  expect(await client.send(["1", "1", "room:lp", "phx_join", {}])).toMatchObject({ status: 200 });
  const answer = await client.poll();
  expect(answer).toMatchObject({ status: 200, token: client.token });
  expect(messagesOf(answer)).toEqual([
    ["1", "1", "room:lp", "phx_reply", { response: {}, status: "ok" }],
  ]);
  expect(server.stats().live).toEqual({ websocket: 0, longpoll: 1, channel: 1 });
});

test("a poll waits for a message, and what is said in one go comes in one go", async () => {
  const { port, server } = await serve(room);
  const client = new PollClient(port);
  await client.poll();
  await client.send(["1", "1", "a", "phx_join", {}]);
  await client.poll();
  const waiting = client.poll();
  await client.send(["1", "2", "a", "quiet", {}], ["1", "3", "a", "quiet", {}]);
  for (let n = 0; n < 3; n++) server.broadcast("a", "news", { n });
  expect(messagesOf(await waiting)).toEqual([0, 1, 2].map((n) => [null, null, "a", "news", { n }]));
});

test("a poll for which nothing comes is answered 204 after its window", async () => {
  // The second poll must come within half as long again, also from a machine that is busy.
  const { port } = await serve(room, { pollWindow: 2_000 });
  const client = new PollClient(port);
  await client.poll();
  expect(await client.poll()).toMatchObject({ status: 204, token: client.token });
});

test("a session without a poll ends, and its token begins another", async () => {
  const { port, server } = await serve(room, { pollWindow: 50 });
  const client = new PollClient(port);
  await client.poll();
  const { token } = client;
  await until(() => server.stats().live.longpoll === 0);
  expect(server.stats().endsByReason.idleTimeout).toBe(1);
  expect(await client.send(["1", "1", "a", "phx_join", {}])).toEqual({ status: 410 });
  expect((await client.poll()).status).toBe(410);
  expect(client.token).not.toBe(token);
});

/** As a client of ours says that it understands more than Phoenix says. */
const OURS = { accept: "application/json;slipstream=1" };

test("a session ends at once by DELETE, which is offered to clients of ours as it begins", async () => {
  const { port, server } = await serve(room);
  const client = new PollClient(port, OURS);
  expect(await client.poll()).toMatchObject({ status: 410, delete: true, binary: "base64" });
  const waiting = client.poll();
  expect(await client.end()).toEqual({ status: 410 });
  expect(await waiting).toMatchObject({ status: 410, code: 1000 });
  await until(() => server.stats().live.longpoll === 0);
  expect(server.stats().endsByReason).toMatchObject({ closedByRemote: 1 });
  expect(await client.end()).toEqual({ status: 410 });
});

test("a poll of ours that its DELETE has overtaken begins no session", async () => {
  const { port, server } = await serve(room);
  const client = new PollClient(port, OURS);
  await client.poll();
  await client.end();
  const late = new PollClient(port, { accept: "application/json;slipstream=1;session=1" });
  late.token = client.token;
  expect(await late.poll()).toEqual({ status: 410 });
  await until(() => server.stats().live.longpoll === 0);
});

test("a parameter of the program's that is called token does not keep a session from beginning", async () => {
  const { port } = await serve(room);
  const client = new PollClient(port, OURS);
  client.token = "of-the-program";
  expect(await client.poll()).toMatchObject({ status: 410, token: expect.any(String) });
  expect(client.token).not.toBe("of-the-program");
});

/** The same room beside an HTTP server that tells when polls come and go. */
async function serveWatched() {
  const { server } = await serve(room);
  const seen = { polls: 0, posts: 0, ended: 0 };
  const http = createServer((request, response) => {
    if (request.method === "GET") seen.polls += 1;
    if (request.method === "POST") seen.posts += 1;
    response.on("close", () => (seen.ended += 1));
    expect(server.handleRequest(request, response)).toBe(true);
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return { server, seen, port: (http.address() as AddressInfo).port };
}

test("what came while a poll's client went away is kept for the next one", async () => {
  const { port, server, seen } = await serveWatched();
  const client = new PollClient(port);
  await client.poll();
  await client.send(["1", "1", "a", "phx_join", {}]);
  await client.poll();
  const away = new AbortController();
  const waiting = client.poll(away.signal).catch(() => "aborted");
  await until(() => seen.polls === 3);
  const { ended } = seen;
  away.abort();
  expect(await waiting).toBe("aborted");
  await until(() => seen.ended > ended);
  server.broadcast("a", "news", {});
  expect(messagesOf(await client.poll())).toEqual([[null, null, "a", "news", {}]]);
});

test.each([
  ["Node's default", {}, ""],
  ["httpAllowHalfOpen", { httpAllowHalfOpen: true }, '"status":204'],
])(
  "what comes the moment a poll's client has ended its side is kept: %s",
  async (_, option, told) => {
    const { server } = await serve(room);
    const http = createServer((request, response) => {
      server.handleRequest(request, response);
      request.socket.once("end", () => server.broadcast("a", "news", {}));
    });
    Object.assign(http, option).listen(0, "127.0.0.1");
    await once(http, "listening");
    onTestFinished(() => {
      http.closeAllConnections();
      http.close();
    });
    const { port } = http.address() as AddressInfo;
    const client = new PollClient(port);
    await client.poll();
    await client.send(["1", "1", "a", "phx_join", {}]);
    await client.poll();
    const socket = connect(port, "127.0.0.1");
    const target = `/socket/longpoll?vsn=2.0.0&token=${client.token ?? ""}`;
    let answer = "";
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
    socket.end(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    await once(socket, "close");
    expect(answer).toContain(told);
    expect(messagesOf(await client.poll())).toEqual([[null, null, "a", "news", {}]]);
  },
);

test("tokens by header, which keeps them out of URLs", async () => {
  const { port } = await serve(room);
  const client = new PollClient(port);
  const { token } = await client.poll();
  const response = await fetch(`http://127.0.0.1:${port}/socket/longpoll?vsn=2.0.0`, {
    method: "POST",
    headers: { "x-phoenix-longpoll-token": token as string },
    body: JSON.stringify(["1", "1", "a", "phx_join", {}]),
  });
  expect(await response.json()).toMatchObject({ status: 200 });
  expect(messagesOf(await client.poll())).toHaveLength(1);
});

test.each([
  ["refuse(403)", () => refuse(403), 403],
  ["refuse(401)", () => refuse(401), 403],
  [
    "an error",
    () => {
      throw new Error("secret");
    },
    500,
  ],
])("connect says %s", async (_, connect, status) => {
  const { port, server } = await serve(room, { connect });
  expect(await new PollClient(port).poll()).toEqual({ status });
  expect(server.stats().opened).toBe(0);
});

test("connect is told the params and the authToken of newer clients", async () => {
  const asked = gate<unknown>();
  const { port } = await serve(room, {
    connect: ({ params, authToken }) => {
      asked.open({ vsn: params["vsn"], authToken });
      return accept();
    },
  });
  // Headers are bytes: here those of "tök" in UTF-8.
  const bytes = Buffer.from("tök").toString("latin1");
  await new PollClient(port, { "x-phoenix-authtoken": bytes }).poll();
  expect(await asked.opened).toEqual({ vsn: "2.0.0", authToken: "tök" });
});

test("a page of another origin is refused; one that may come can read the answer", async () => {
  const { port, server } = await serve(room, { origins: ["https://good.org"] });
  const ask = (origin: string, method = "GET"): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}/socket/longpoll?vsn=2.0.0`, { method, headers: { origin } });
  expect(await (await ask("https://evil.org")).json()).toEqual({ status: 403 });
  expect(server.stats().upgradesRefused.forbiddenOrigin).toBe(1);
  const good = await ask("https://good.org", "OPTIONS");
  expect(good.headers.get("access-control-allow-origin")).toBe("https://good.org");
  expect(good.headers.get("access-control-allow-methods")).toBe("GET, POST, DELETE, OPTIONS");
});

test("over HTTP/2 a page of the same host may come, and no other", async () => {
  const { server } = await serve(room);
  const http = createSecureServer({ ...selfSigned(), allowHTTP1: true }, (request, response) => {
    server.handleRequest(
      request as unknown as IncomingMessage,
      response as unknown as ServerResponse,
    );
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const { port } = http.address() as AddressInfo;
  const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  onTestFinished(() => {
    session.close();
    http.close();
  });
  const asked = async (origin: string): Promise<unknown> => {
    const stream = session.request({ ":path": "/socket/longpoll?vsn=2.0.0", origin });
    let text = "";
    for await (const chunk of stream) text += String(chunk);
    return JSON.parse(text) as unknown;
  };
  expect(await asked(`https://127.0.0.1:${port}`)).toMatchObject({ status: 410 });
  expect(await asked("https://elsewhere.org")).toEqual({ status: 403 });
});

test("bytes come as base64", async () => {
  const { port, server } = await serve(room);
  const client = new PollClient(port);
  await client.poll();
  await client.send(["1", "1", "a", "phx_join", {}]);
  await client.poll();
  // Kind 0, the lengths of join_ref, ref, topic and event, these, and the payload.
  const push = Buffer.concat([
    Buffer.from([0, 1, 1, 1, 5]),
    Buffer.from("12aquiet"),
    Buffer.from([7]),
  ]);
  expect((await client.raw(push.toString("base64"))).status).toBe(200);
  server.broadcast("a", "bytes", new Uint8Array([1]));
  server.broadcast("a", "news", {});
  expect(messagesOf(await client.poll())).toEqual([[null, null, "a", "news", {}]]);
  expect(server.stats()).toMatchObject({ undeliverable: 1, live: { channel: 1 } });
});

test("bytes are sent as base64 to a client that reads it, and to nobody else", async () => {
  const { port, server } = await serve(room);
  const clients = [
    new PollClient(port, OURS),
    new PollClient(port, { accept: "application/json" }),
  ] as const;
  for (const client of clients) {
    await client.poll();
    await client.send(["1", "1", "a", "phx_join", {}]);
    await client.poll();
  }
  server.broadcast("a", "bytes", new Uint8Array([7]));
  server.broadcast("a", "news", {});
  const { messages: [bytes = "", news] = [] } = await clients[0].poll();
  // Kind 2, the lengths of topic and event, these, and the payload.
  expect(Buffer.from(bytes, "base64").toString("latin1")).toBe("\u0002\u0001\u0005abytes\u0007");
  expect(news).toContain("news");
  expect(messagesOf(await clients[1].poll())).toEqual([[null, null, "a", "news", {}]]);
  expect(server.stats().undeliverable).toBe(1);
});

test("a body over maxPayload is refused, and its session goes on", async () => {
  const { port } = await serve(room, { maxPayload: 1_000 });
  const client = new PollClient(port);
  await client.poll();
  expect(await client.raw("x".repeat(1_500))).toEqual({ status: 413 });
  expect((await client.send(["1", "1", "a", "phx_join", {}])).status).toBe(200);
});

test("a body of many messages leaves others their turns, and is answered when all are taken", async () => {
  const { port, server } = await serve(room, { maxMessageRate: Infinity });
  const client = new PollClient(port);
  await client.poll();
  const heartbeats = Array.from({ length: 20_000 }, (_, n) => [
    null,
    String(n),
    "phoenix",
    "heartbeat",
    {},
  ]);
  const answered = client.send(...heartbeats);
  await until(() => server.stats().messagesReceived > 0);
  expect(server.stats().messagesReceived).toBeLessThan(heartbeats.length);
  expect(await answered).toEqual({ status: 200 });
  expect(server.stats().messagesReceived).toBe(heartbeats.length);
  const refs = messagesOf(await client.poll()).map((message) => (message as unknown[])[1]);
  expect(refs).toEqual(heartbeats.map(([, ref]) => ref));
});

test("one body at a time is read of a session, and none once it has ended", async () => {
  const { port, server, seen } = await serveWatched();
  const client = new PollClient(port);
  const { token } = await client.poll();
  const half = connect(port, "127.0.0.1");
  onTestFinished(() => void half.destroy());
  half.on("error", () => {});
  half.write(
    `POST /socket/longpoll?vsn=2.0.0&token=${token} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n[`,
  );
  await until(() => seen.posts === 1);
  expect(await client.send(["1", "1", "a", "phx_join", {}])).toEqual({ status: 429 });
  const gone = once(half, "close");
  await server.close();
  await gone;
});

test("a request whose body was read by somebody else is refused to who passes it on", async () => {
  const server = new ChannelsServer();
  server.socket("/socket", { channels: {} });
  const http = createServer((request, response) => {
    const pass = (): void => {
      try {
        server.handleRequest(request, response);
      } catch (error) {
        response.writeHead(500).end(String(error));
      }
    };
    if (request.method === "POST") request.resume().on("end", pass);
    else pass();
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    await server.close();
    await new Promise((resolve) => http.close(resolve));
  });
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/socket/longpoll`;
  expect(await (await fetch(url)).json()).toMatchObject({ status: 410 });
  const answer = await fetch(url, { method: "POST", body: "{}" });
  expect(await answer.text()).toContain("one whose body nobody has read");
});

test("what is no message ends the session", async () => {
  const { port, server } = await serve(room);
  const client = new PollClient(port);
  await client.poll();
  expect(await client.raw("{nonsense")).toEqual({ status: 410 });
  await until(() => server.stats().live.longpoll === 0);
  expect(server.stats().endsByReason.malformedMessage).toBe(1);
});

test("a client that polls no more costs no more than maxBuffered", async () => {
  const { port, server } = await serve(room, { maxBuffered: 10_000 });
  const client = new PollClient(port);
  await client.poll();
  await client.send(["1", "1", "a", "phx_join", {}]);
  for (let n = 0; n < 50; n++) server.broadcast("a", "news", { text: "x".repeat(1_000) });
  await until(() => server.stats().live.longpoll === 0);
  expect(server.stats().endsByReason.overflow).toBe(1);
});

test("a close of the server answers those who wait", async () => {
  const { port, server, seen } = await serveWatched();
  const client = new PollClient(port);
  await client.poll();
  const waiting = client.poll();
  await until(() => seen.polls === 2);
  const [answer] = await Promise.all([waiting, server.close()]);
  expect(answer).toEqual({ status: 410, messages: [], token: client.token });
  expect(server.stats().endsByReason.drained).toBe(1);
});

test("a client of ours is told the close code, as WebSockets are", async () => {
  const { port, server, seen } = await serveWatched();
  const client = new PollClient(port, OURS);
  await client.poll();
  const waiting = client.poll();
  await until(() => seen.polls === 2);
  const [answer] = await Promise.all([waiting, server.close()]);
  expect(answer).toMatchObject({ status: 410, code: 1012 });
});

test("a session goes on through a drain until it is told, and no other begins", async () => {
  const server = new ChannelsServer({ logger: false });
  server.socket("/socket", { channels: { "*": room } });
  const http = createServer((request, response) => void server.handleRequest(request, response));
  server.attach(http);
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  const { port } = http.address() as AddressInfo;
  const client = new PollClient(port);
  await client.poll();
  await client.send(["1", "1", "a", "phx_join", {}]);
  await client.poll();
  const closing = server.close({ drain: 2 ** 30 });
  expect(await client.send(["1", "2", "a", "echo", { n: 1 }])).toMatchObject({ status: 200 });
  expect((await client.poll()).messages).toEqual([
    JSON.stringify(["1", "2", "a", "phx_reply", { response: { n: 1 }, status: "ok" }]),
  ]);
  expect((await new PollClient(port, OURS).poll()).status).toBe(503);
  expect((await new PollClient(port).poll()).status).toBe(500);
  expect(server.stats().upgradesRefused.closing).toBe(2);
  await client.end();
  await closing;
  expect(server.stats()).toMatchObject({ opened: 1, ended: 1, live: { longpoll: 0 } });
});

test("a close of the server lets an answer that is on its way arrive whole", async () => {
  const { port, server } = await serve(room, {}, { closeTimeout: 30_000 });
  const client = new PollClient(port);
  const { token } = await client.poll();
  await client.send(["1", "1", "a", "phx_join", {}]);
  await client.poll();
  // More than kernels keep for a connection at both its ends, for a client that reads slowly.
  for (let n = 0; n < 12; n++) server.broadcast("a", "news", "x".repeat(1_000_000));
  const slow = connect(port, "127.0.0.1").pause();
  onTestFinished(() => void slow.destroy());
  slow.write(`GET /socket/longpoll?vsn=2.0.0&token=${token} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await once(slow, "readable");
  const closing = server.close();
  await until(() => server.stats().live.longpoll === 0);
  let told = "";
  slow.on("data", (chunk: Buffer) => (told += chunk.toString("latin1"))).resume();
  await Promise.all([once(slow, "close"), closing]);
  const length = Number(/content-length: (\d+)/i.exec(told)?.[1]);
  expect(length).toBeGreaterThan(12_000_000);
  expect(told.length - told.indexOf("\r\n\r\n") - 4).toBe(length);
});

interface PhoenixPush {
  receive(status: string, callback: (response: unknown) => void): PhoenixPush;
}
const { Socket, LongPoll } = (await import("phoenix")) as {
  LongPoll: unknown;
  Socket: new (
    url: string,
    options: object,
  ) => {
    connect(): void;
    disconnect(callback?: () => void): void;
    channel(topic: string): {
      join(): PhoenixPush;
      push(event: string, payload: unknown): PhoenixPush;
      leave(): PhoenixPush;
      on(event: string, callback: (payload: unknown) => void): void;
    };
  };
};

test("npm phoenix over it: there is no room, and it comes back until there is", async () => {
  const { port, server } = await serve(room, { maxConnections: 1 });
  const first = new PollClient(port, OURS);
  await first.poll();
  const socket = new Socket(`http://127.0.0.1:${port}/socket`, {
    transport: LongPoll,
    reconnectAfterMs: () => 10,
  });
  socket.connect();
  onTestFinished(() => new Promise<void>((resolve) => socket.disconnect(resolve)));
  await until(() => server.stats().upgradesRefused.full >= 2);
  await first.end();
  await until(() => server.stats().live.longpoll === 1);
});

test("npm phoenix over it: joins, asks, is told, leaves", async () => {
  const { port, server } = await serve(room);
  const socket = new Socket(`http://127.0.0.1:${port}/socket`, { transport: LongPoll });
  socket.connect();
  onTestFinished(() => new Promise<void>((resolve) => socket.disconnect(resolve)));
  const channel = socket.channel("a");
  const answer = (push: PhoenixPush): Promise<unknown> =>
    new Promise((resolve) => push.receive("ok", resolve));
  const news = new Promise((resolve) => channel.on("news", resolve));
  expect(await answer(channel.join())).toEqual({});
  expect(await answer(channel.push("echo", { n: 1 }))).toEqual({ n: 1 });
  server.broadcast("a", "news", { n: 2 });
  expect(await news).toEqual({ n: 2 });
  await answer(channel.leave());
  await until(() => server.stats().live.channel === 0);
});
