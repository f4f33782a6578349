// Requests that a client of WebSockets does not send, and somebody who plays one proxy off against another
// does: each is refused, none is answered 101, and the next one is served (RFC 9112 3.2, RFC 6455 4.2.1).
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { ok } from "../channel/results.ts";
import { TestClient } from "../fixtures/client.ts";
import { servesUntil } from "../fixtures/server.ts";
import { until } from "../fixtures/until.ts";
import { ChannelsServer } from "../server.ts";

const serve = servesUntil(onTestFinished);
const anyone = { join: () => ok() };

const upgrade = [
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
];
const GET = "GET /socket/websocket?vsn=2.0.0 HTTP/1.1";
const POLL = "GET /socket/longpoll?vsn=2.0.0 HTTP/1.1";

const head = (...lines: readonly string[]): string => `${lines.join("\r\n")}\r\n\r\n`;

/** A masked text frame, whose mask is 0. */
function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}

class RawClient {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  said = "";

  constructor(port: number, request: string | Buffer) {
    this.socket = connect(port, "127.0.0.1");
    this.socket.on("error", () => {});
    this.socket.on("data", (chunk: Buffer) => (this.said += chunk.toString("latin1")));
    this.socket.write(request);
    this.closed = new Promise((resolve) => this.socket.once("close", () => resolve()));
    onTestFinished(() => void this.socket.destroy());
  }
}

test.each([
  ["no host", [GET, ...upgrade], "The host header is missing."],
  ["two hosts", [GET, "Host: a", "Host: b", ...upgrade], "There must be one host header."],
  ["a host twice", [GET, "Host: a", "HOST: a", ...upgrade], "There must be one host header."],
  ["what is no host", [GET, "Host: a b/c", ...upgrade], "must be a host"],
  ["a host with somebody's name", [GET, "Host: a@b", ...upgrade], "must be a host"],
  ["HTTP/1.0", [GET.replace("1.1", "1.0"), "Host: a", ...upgrade], "HTTP/1.1"],
  ["a body", [GET, "Host: a", "Content-Length: 5", ...upgrade], "must have no body"],
  ["pieces", [GET, "Host: a", "Transfer-Encoding: chunked", ...upgrade], "must have no body"],
  ["two hosts, polling", [POLL, "Host: a", "Host: b"], "There must be one host header."],
  ["two hosts, the first a page's", [POLL, "Host: a", "Host: b", "Origin: http://a"], "one host"],
])("%s: 400, and the client is told what is wrong", async (_name, lines, sentence) => {
  const { port, server } = await serve(anyone);
  const client = new RawClient(port, head(...lines));
  await until(() => client.said.includes(sentence));
  expect(client.said).toMatch(/^HTTP\/1.1 400 /);
  expect(client.said).not.toContain("101");
  expect(server.stats()).toMatchObject({ opened: 0, upgradesRefused: { badRequest: 1 } });
  const next = await TestClient.connect(port);
  await next.close();
});

test.each([
  ["an empty host, of a target that has none", "Host:"],
  ["a port", "Host: example.org:80"],
  ["IPv6", "Host: [::1]:4000"],
  ["a name that browsers take for a broken address", "Host: web_app.1:4000"],
])("%s is no fault", async (_name, host) => {
  const { port } = await serve(anyone);
  const client = new RawClient(port, head(GET, host, "Content-Length: 0", ...upgrade));
  await until(() => client.said.startsWith("HTTP/1.1 101 "));
});

test("frames that come with the upgrade, on a connection that was used before", async () => {
  const { port } = await serve(anyone);
  const client = new RawClient(port, head("GET /nowhere HTTP/1.1", "Host: a"));
  await until(() => client.said.includes("not found"));
  client.said = "";
  const join = frame('["1","1","t","phx_join",{}]');
  client.socket.write(Buffer.concat([Buffer.from(head(GET, "Host: a", ...upgrade)), join]));
  await until(() => client.said.includes("phx_reply"));
  expect(client.said).toMatch(/^HTTP\/1.1 101 /);
});

test("an upgrade behind a request that is not answered yet: its answer is never taken for ours", async () => {
  const server = new ChannelsServer({ logger: false });
  server.socket("/socket", { channels: { "*": anyone } });
  let slow: ServerResponse | null = null;
  const http = createServer((_request, response) => {
    slow = response;
  });
  server.attach(http);
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  onTestFinished(async () => {
    await server.close();
    http.close();
  });
  const { port } = http.address() as AddressInfo;
  const client = new RawClient(
    port,
    head("GET /app HTTP/1.1", "Host: a") + head(GET, "Host: a", ...upgrade),
  );
  await client.closed;
  expect(client.said).toBe("");
  (slow as ServerResponse | null)?.end("late");
  expect(server.stats()).toMatchObject({ opened: 0, upgradesRefused: { badRequest: 1 } });
  const next = await TestClient.connect(port);
  await next.close();
});
