// The opening handshake: what connect is told, what it may answer, and who else may use the server.
import { once } from "node:events";
import { createServer, get, type IncomingMessage } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect as connectTcp, type AddressInfo } from "node:net";
import { kernelSockets, selfSigned } from "@slipstream/faults";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import type { ConnectRequest } from "../endpoint.ts";
import { ListenError, OptionError, ServerClosedError } from "../errors.ts";
import { accept, ok, refuse, type Accepted } from "../channel/results.ts";
import { ChannelsServer } from "../server.ts";
import { TestClient } from "../fixtures/client.ts";
import { servesUntil } from "../fixtures/server.ts";
import { gate, until } from "../fixtures/until.ts";

const serve = servesUntil(onTestFinished);

const anyone = { join: () => ok() };

const handshake = [
  "Host: x",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
];

async function refusal(
  url: string,
  protocols: string[] = [],
): Promise<{ status: number; body: string }> {
  const webSocket = new WebSocket(url, protocols);
  const [, response] = (await once(webSocket, "unexpected-response")) as [unknown, IncomingMessage];
  let body = "";
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode ?? 0, body };
}

/** Sends a request by hand, and gives the whole answer. */
async function raw(port: number, ...lines: readonly string[]): Promise<string> {
  const socket = connectTcp(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  await once(socket, "close");
  return answer;
}

test("connect is told the params, headers, token, URL and peer, and its assigns reach the channel", async () => {
  const requests: ConnectRequest[] = [];
  const { port } = await serve<{ user: string }>(
    { join: (_params, channel) => ok({ assigns: channel.assigns, id: channel.socket.id }) },
    {
      async connect(request) {
        requests.push(request);
        return accept({ user: request.params["user"] as string });
      },
      id: ({ user }) => `user:${user}`,
    },
  );
  const client = await TestClient.connect(port, {
    query: "vsn=2.0.0&user=u1&a[b]=c",
    protocols: ["phoenix", `base64url.bearer.phx.${Buffer.from("töken").toString("base64url")}`],
  });
  expect(client.webSocket.protocol).toBe("phoenix");
  expect(await client.join("x")).toEqual({
    status: "ok",
    response: { assigns: { user: "u1" }, id: "user:u1" },
  });
  const [request] = requests;
  expect({ ...request?.params }).toEqual({ vsn: "2.0.0", user: "u1", a: { b: "c" } });
  expect(request).toMatchObject({ authToken: "töken", peer: { address: "127.0.0.1" } });
  expect(request?.headers.upgrade).toBe("websocket");
  expect(request?.url.pathname).toBe("/socket/websocket");
});

const untouchable = new Proxy(
  {},
  {
    has() {
      throw new Error("secret");
    },
  },
);

test.each([
  ["refuse(401)", () => refuse(401), 401, "refused"],
  ["refuse(), later", async () => refuse(), 403, "refused"],
  ["refuse with a status that is none", () => refuse(200), 403, "refused"],
  ["an error, later", () => Promise.reject(new Error("secret")), 500, "connectFailed"],
  [
    "what throws when it is awaited",
    () =>
      ({
        // oxlint-disable-next-line unicorn/no-thenable -- that is the attack
        then() {
          throw new Error("secret");
        },
      }) as never,
    500,
    "connectFailed",
  ],
  ["nothing", () => undefined as unknown as Accepted<unknown>, 500, "connectFailed"],
  ["what cannot be looked at", () => untouchable as never, 500, "connectFailed"],
  ["the same, later", async () => untouchable as never, 500, "connectFailed"],
  ["a status that is no number", () => refuse(Symbol("no") as never), 500, "connectFailed"],
])("connect returns %s", async (_name, connect, status, reason) => {
  const { port, server } = await serve(anyone, { connect });
  const answer = await refusal(`ws://127.0.0.1:${port}/socket/websocket?vsn=2.0.0`);
  expect(answer.status).toBe(status);
  expect(answer.body).not.toContain("secret");
  expect(server.stats()).toMatchObject({ opened: 0, upgradesRefused: { [reason]: 1 } });
});

test("an id that throws is a connect that failed", async () => {
  const { port } = await serve(anyone, {
    id: () => {
      throw new Error("no id");
    },
  });
  expect(await refusal(`ws://127.0.0.1:${port}/socket/websocket`)).toMatchObject({ status: 500 });
});

test.each([
  ["a number", () => 7],
  ["an object", () => ({})],
  ["a promise", async () => "user:7"],
  ["a promise that rejects", () => Promise.reject(new Error("no id"))],
])("an id that disconnect could not name (%s) is a connect that failed", async (_name, id) => {
  const { port, server } = await serve(anyone, { id: id as never });
  expect(await refusal(`ws://127.0.0.1:${port}/socket/websocket`)).toMatchObject({ status: 500 });
  expect(server.stats().upgradesRefused.connectFailed).toBe(1);
});

test("a connect that takes too long is answered 503", async () => {
  const { port, server } = await serve(anyone, {
    connect: () => new Promise<Accepted<unknown>>(() => {}),
    connectTimeout: 20,
  });
  expect(await refusal(`ws://127.0.0.1:${port}/socket/websocket`)).toMatchObject({ status: 503 });
  expect(server.stats().upgradesRefused.connectTimeout).toBe(1);
});

test("a client that is gone before connect decides leaves nothing behind", async () => {
  const asked = gate();
  const decision = gate();
  const { port, server } = await serve(anyone, {
    async connect() {
      asked.open();
      await decision.opened;
      return accept();
    },
  });
  const socket = connectTcp(port, "127.0.0.1");
  socket.write(`GET /socket/websocket HTTP/1.1\r\n${handshake.join("\r\n")}\r\n\r\n`);
  await asked.opened;
  socket.resetAndDestroy();
  await once(socket, "close");
  decision.open();
  await until(() => server.stats().ended + server.stats().upgradesRefused.abandoned === 1);
  expect(server.stats().live.websocket).toBe(0);
});

test.each([
  ["POST", "POST /socket/websocket HTTP/1.1", handshake, "405", "badRequest"],
  ["no key", "GET /socket/websocket HTTP/1.1", handshake.slice(0, 4), "400", "badRequest"],
  [
    "an old version",
    "GET /socket/websocket HTTP/1.1",
    handshake.with(3, "Sec-WebSocket-Version: 8"),
    "400",
    "badRequest",
  ],
  [
    "another protocol",
    "GET /socket/websocket HTTP/1.1",
    handshake.with(1, "Upgrade: h2c"),
    "400",
    "badRequest",
  ],
  ["a bad query", "GET /socket/websocket?a=%ff HTTP/1.1", handshake, "400", "badParams"],
  [
    "a bad subprotocol",
    "GET /socket/websocket HTTP/1.1",
    [...handshake, "Sec-WebSocket-Protocol: ,"],
    "400",
    "badRequest",
  ],
  ["no such path", "GET /socket HTTP/1.1", handshake, "404", "unknownPath"],
  ["a path like a host", "GET //socket/websocket HTTP/1.1", handshake, "404", "unknownPath"],
])("%s", async (_name, first, lines, status, reason) => {
  const { port, server } = await serve(anyone);
  const answer = await raw(port, first, ...lines);
  expect(answer.split(" ")[1]).toBe(status);
  expect(answer).toContain("Connection: close");
  expect(server.stats().upgradesRefused).toMatchObject({ [reason]: 1 });
});

test("an existing HTTP server keeps its requests and its other upgrades", async () => {
  const http = createServer((_request, response) => response.end("the app"));
  http.on("upgrade", (request, socket) => {
    if (request.url === "/other")
      socket.end("HTTP/1.1 418 I'm a teapot\r\nConnection: close\r\n\r\n");
  });
  const server = new ChannelsServer({ logger: false });
  server.socket("/socket", { channels: { "*": anyone } });
  server.attach(http);
  server.attach(http);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;

  const client = await TestClient.connect(port);
  await client.join("a");
  expect(await raw(port, "GET /other HTTP/1.1", ...handshake)).toContain("418");
  const [response] = (await once(get({ port, path: "/", agent: false }), "response")) as [
    IncomingMessage,
  ];
  expect(await response.toArray()).toEqual([Buffer.from("the app")]);

  await server.close();
  expect((await client.closed).code).toBe(1012);
  expect(http.listening).toBe(true);
  expect(http.listenerCount("upgrade")).toBe(1);
  await new Promise((resolve) => http.close(resolve));
});

test.each(["/socket//websocket", "/socket/websocket/"])(
  "%s is the path of /socket, as to Phoenix",
  async (path) => {
    const { port } = await serve(anyone);
    const client = await TestClient.connect(port, { path });
    expect(await client.join("a")).toEqual({ status: "ok", response: {} });
  },
);

test.each(["before", "after"])(
  "who answers every upgrade, and was there %s, is told of none of ours",
  async (when) => {
    const http = createServer();
    const server = new ChannelsServer({ logger: false });
    server.socket("/socket", { channels: { "*": anyone } });
    if (when === "after") server.attach(http);
    const others = new WebSocketServer({ server: http, path: "/others" });
    others.on("connection", (webSocket) => webSocket.send('"hello"'));
    if (when === "before") server.attach(http);
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    const { port } = http.address() as AddressInfo;

    const client = await TestClient.connect(port);
    expect(await client.join("a")).toEqual({ status: "ok", response: {} });
    const other = await TestClient.connect(port, { path: "/others" });
    expect(await other.next()).toBe("hello");
    expect(await raw(port, "GET /nowhere HTTP/1.1", ...handshake)).toContain("400");
    expect(server.stats().upgradesRefused.unknownPath).toBe(0);

    await server.close();
    expect((await client.closed).code).toBe(1012);
    expect(Object.hasOwn(http, "emit")).toBe(false);
    expect(await raw(port, "GET /socket/websocket HTTP/1.1", ...handshake)).toContain("400");
    await other.close();
    others.close();
    await new Promise((resolve) => http.close(resolve));
  },
);

/** Older ones take whatever asks for an upgrade for one, and ask nobody. */
const asksFirst = "shouldUpgradeCallback" in createServer();

test("a request that asks for another upgrade is the app's, where Node lets it", async () => {
  const http = createServer((request, response) => {
    if (!server.handleRequest(request, response)) request.pipe(response);
  });
  const server = new ChannelsServer({ logger: false });
  server.socket("/socket", { channels: { "*": anyone } });
  server.attach(http);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise((resolve) => void http.close(() => resolve())));
  const { port } = http.address() as AddressInfo;
  const h2c = ["Host: localhost", "Connection: Upgrade, close", "Upgrade: h2c"];
  const asked = await raw(port, "POST /app HTTP/1.1", ...h2c, "Content-Length: 3", "", "abc");
  expect(asked).toMatch(
    asksFirst ? /^HTTP\/1.1 200 .*abc/s : /^HTTP\/1.1 400 .*leave the header out/s,
  );
  const polled = await raw(port, "GET /socket/longpoll?vsn=2.0.0 HTTP/1.1", ...h2c);
  expect(polled).toMatch(asksFirst ? /^HTTP\/1.1 200 .*"token":/s : /^HTTP\/1.1 400 /);
  expect(await raw(port, "GET /app HTTP/1.1", ...handshake)).toMatch(/^HTTP\/1.1 404 /);
  await (await TestClient.connect(port)).close();

  // Whoever listens for upgrades gets all that are not ours.
  http.once("upgrade", (_request, socket) => socket.end("HTTP/1.1 418 I'm a teapot\r\n\r\n"));
  expect(await raw(port, "GET /app HTTP/1.1", ...h2c)).toMatch(/^HTTP\/1.1 418 /);
  await server.close();
  expect(await raw(port, "POST /app HTTP/1.1", ...h2c, "Content-Length: 3", "", "abc")).toMatch(
    /^HTTP\/1.1 200 .*abc/s,
  );
});

test("two servers on one HTTP server: each has its paths, and others are answered once", async () => {
  const http = createServer();
  const [one, two] = [new ChannelsServer(), new ChannelsServer()] as const;
  one.socket("/one", { channels: { "*": anyone } }).attach(http);
  two.socket("/two", { channels: { "*": anyone } }).attach(http);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  const client = await TestClient.connect(port, { path: "/one/websocket" });
  await (await TestClient.connect(port, { path: "/two/websocket" })).close();
  expect(await raw(port, "GET /three/websocket HTTP/1.1", ...handshake)).toContain("404");
  const refused = (server: ChannelsServer): number => server.stats().upgradesRefused.unknownPath;
  expect(refused(one) + refused(two)).toBe(1);

  // Taken down in the order in which they came, which is not that of wrappers.
  await one.close();
  expect((await client.closed).code).toBe(1012);
  await (await TestClient.connect(port, { path: "/two/websocket" })).close();
  await two.close();
  expect(http.listenerCount("upgrade")).toBe(0);
  await new Promise((resolve) => http.close(resolve));
});

test("HTTPS: the same over TLS, ends included", async () => {
  const { key, cert } = selfSigned();
  const https = createHttpsServer({ key, cert });
  const server = new ChannelsServer({ logger: false, closeTimeout: 50 });
  server.socket("/socket", {
    connect: ({ url }) => accept({ scheme: url.protocol }),
    channels: { "*": { join: (_params, channel) => ok(channel.assigns) } },
  });
  server.attach(https);
  await new Promise<void>((resolve) => https.listen(0, "127.0.0.1", resolve));
  const { port } = https.address() as AddressInfo;
  const [one, two] = [
    await TestClient.connect(port, { scheme: "wss" }),
    await TestClient.connect(port, { scheme: "wss" }),
  ];
  expect(await one.join("a")).toEqual({ status: "ok", response: { scheme: "https:" } });
  two.webSocket.pause();
  await one.close(1000);
  await server.close();
  expect(server.stats().endsByReason).toMatchObject({ closedByRemote: 1, drained: 1 });
  const left = kernelSockets(port)?.filter(({ localPort }) => localPort === port) ?? [];
  expect(
    left.map(({ state }) => state).filter((state) => state !== "LISTEN" && state !== "TIME-WAIT"),
  ).toEqual([]);
  two.webSocket.terminate();
  await new Promise((resolve) => https.close(resolve));
});

test("a port that is taken, and options that are none, are told kindly", async () => {
  const { port } = await serve(anyone);
  const second = new ChannelsServer();
  const failure = second.listen({ port, host: "127.0.0.1" });
  await expect(failure).rejects.toThrow(ListenError);
  await expect(failure).rejects.toThrow(/port .* of 127\.0\.0\.1/);

  for (const path of ["socket", "/", "/socket/", "/a?b", ""]) {
    expect(() => second.socket(path, { channels: {} })).toThrow(OptionError);
  }
  second.socket("/twice", { channels: {} });
  expect(() => second.socket("/twice", { channels: {} })).toThrow(OptionError);
  expect(() => second.socket("/a", { channels: { a: 1 as never } })).toThrow(OptionError);
  const silent = { join: () => ok(), intercept: ["news"] };
  expect(() => second.socket("/a", { channels: { a: silent } })).toThrow(/handleOut/);
  expect(() => second.socket("/a", { channels: null as never })).toThrow(OptionError);
  expect(() => second.socket("/a", { channels: {}, connect: 1 as never })).toThrow(OptionError);
  await second.close();
  const third = new ChannelsServer();
  const listening = third.listen({ port: 0, host: "127.0.0.1" });
  await Promise.all([third.close(), expect(listening).rejects.toThrow(ServerClosedError)]);
  await expect(second.listen({ port: 0 })).rejects.toThrow(ServerClosedError);
  const http = createServer();
  onTestFinished(() => void http.close());
  expect(() => second.attach(http)).toThrow(ServerClosedError);
});
