// The filter in front of a server of Node's: what each fate looks like to whoever asks for an upgrade, and
// that plain HTTP passes whatever the fate.
import { once } from "node:events";
import { createServer, request, type ClientRequest, type IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { UpgradeFilter, type UpgradeFate } from "./upgrade-filter.ts";

/** A filter in front of a server that upgrades, and then says all back. */
async function filtered(fate: UpgradeFate): Promise<UpgradeFilter> {
  const http = createServer((request, response) =>
    response.end(`${request.method} ${request.url}`),
  );
  http.on("upgrade", (_request, socket) => {
    socket.on("error", () => {});
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    );
    socket.pipe(socket);
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const filter = await UpgradeFilter.listen((http.address() as AddressInfo).port);
  filter.fate = fate;
  onTestFinished(async () => {
    await filter.close();
    http.closeAllConnections();
    http.close();
  });
  return filter;
}

function ask({ port }: UpgradeFilter): ClientRequest {
  const headers = {
    Connection: "Upgrade",
    Upgrade: "WebSocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "phoenix, other",
  };
  const asked = request({ host: "127.0.0.1", port, path: "/path", headers });
  asked.on("error", () => {});
  asked.end();
  onTestFinished(() => void asked.destroy());
  return asked;
}

async function upgraded(asked: ClientRequest): Promise<[IncomingMessage, Socket]> {
  const [response, socket] = (await once(asked, "upgrade")) as [IncomingMessage, Socket];
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  return [response, socket];
}

test("pass: there and back", async () => {
  const filter = await filtered({ type: "pass" });
  const [, socket] = await upgraded(ask(filter));
  socket.write("hello");
  const [echo] = (await once(socket, "data")) as [Buffer];
  expect([echo.toString(), filter.upgrades]).toEqual(["hello", 1]);
});

test("refuse: the status", async () => {
  const filter = await filtered({ type: "refuse", status: 403 });
  const [response] = (await once(ask(filter), "response")) as [IncomingMessage];
  expect(response.statusCode).toBe(403);
});

test("hang: the request has come, and is not answered; what passes is answered meanwhile", async () => {
  const filter = await filtered({ type: "hang" });
  const asked = ask(filter);
  const heard: string[] = [];
  asked.on("upgrade", () => heard.push("upgrade")).on("response", () => heard.push("response"));
  await expect.poll(() => filter.upgrades).toBe(1);
  expect(await (await fetch(`http://127.0.0.1:${filter.port}/path`)).text()).toBe("GET /path");
  expect([heard, asked.destroyed]).toEqual([[], false]);
});

test("kill: opens, with the first protocol that was offered, and is reset", async () => {
  const filter = await filtered({ type: "kill" });
  const [response, socket] = await upgraded(ask(filter));
  expect(response.headers).toMatchObject({
    "sec-websocket-accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    "sec-websocket-protocol": "phoenix",
  });
  if (!socket.destroyed) await once(socket, "close");
});

test("swallow: opens, and nothing comes back; what passes does", async () => {
  const filter = await filtered({ type: "swallow" });
  const [, socket] = await upgraded(ask(filter));
  const heard: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => heard.push(chunk));
  await new Promise<void>((resolve) => socket.write("hello", () => resolve()));
  expect(await (await fetch(`http://127.0.0.1:${filter.port}/path`)).text()).toBe("GET /path");
  expect([heard, socket.destroyed]).toEqual([[], false]);
});
