// The filter in front of a server of Node's: what each fate looks like to a WebSocket of `ws`, and that
// plain HTTP passes whatever the fate.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { UpgradeFilter, type UpgradeFate } from "./upgrade-filter.ts";

async function filtered(fate: UpgradeFate): Promise<{ filter: UpgradeFilter; url: string }> {
  const http = createServer((request, response) =>
    response.end(`${request.method} ${request.url}`),
  );
  const sockets = new WebSocketServer({ server: http });
  sockets.on("connection", (socket) => socket.on("message", (text) => socket.send(text)));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const filter = await UpgradeFilter.listen((http.address() as AddressInfo).port);
  filter.fate = fate;
  onTestFinished(async () => {
    await filter.close();
    http.closeAllConnections();
    http.close();
  });
  return { filter, url: `ws://127.0.0.1:${filter.port}/path` };
}

function dial(url: string): WebSocket {
  const socket = new WebSocket(url);
  socket.on("error", () => {});
  onTestFinished(() => socket.terminate());
  return socket;
}

test("pass: there and back", async () => {
  const { filter, url } = await filtered({ type: "pass" });
  const socket = dial(url);
  await once(socket, "open");
  socket.send("hello");
  const [echo] = (await once(socket, "message")) as [Buffer];
  expect([echo.toString(), filter.upgrades]).toEqual(["hello", 1]);
});

test("refuse: the status", async () => {
  const { url } = await filtered({ type: "refuse", status: 403 });
  const socket = dial(url);
  const [, response] = (await once(socket, "unexpected-response")) as [
    unknown,
    { statusCode: number },
  ];
  expect(response.statusCode).toBe(403);
});

test("hang: the request has come, and no answer is on its way", async () => {
  const { filter, url } = await filtered({ type: "hang" });
  const socket = dial(url);
  await expect.poll(() => filter.upgrades).toBe(1);
  expect(socket.readyState).toBe(WebSocket.CONNECTING);
});

test("kill: opens, and is gone without a close frame", async () => {
  const { url } = await filtered({ type: "kill" });
  const socket = dial(url);
  const opened = once(socket, "open");
  const [code] = (await once(socket, "close")) as [number];
  await opened;
  expect(code).toBe(1006);
});

test("swallow: opens, and nothing comes back, not even to a ping or a close", async () => {
  const { url } = await filtered({ type: "swallow" });
  const socket = dial(url);
  await once(socket, "open");
  const heard: string[] = [];
  socket.on("message", () => heard.push("message")).on("pong", () => heard.push("pong"));
  await new Promise<void>((resolve) => socket.send("hello", () => resolve()));
  await new Promise<void>((resolve) => socket.ping("", true, () => resolve()));
  socket.close();
  // Something that passes, sent after it, is there and back before anything of it.
  expect(await (await fetch(url.replace("ws", "http"))).text()).toBe("GET /path");
  expect([heard, socket.readyState]).toEqual([[], WebSocket.CLOSING]);
});
