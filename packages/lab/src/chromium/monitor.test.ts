// The monitor of a running server in Chromium: it shows what the server does, holds still while it is
// read, and says when there is nothing to read.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "@slipstream/client";
import { accept, ChannelsServer, ok, reply } from "@slipstream/server";
import { HandlerTimes } from "@slipstream/server/telemetry";
// What npm run build made: the page has the scripts in it that were compiled.
import { startMonitor } from "@slipstream/lab";
import { installedChromium } from "@slipstream/faults";
import { chromium, type Page } from "playwright-core";
import { afterAll, expect, onTestFinished, test } from "vitest";

const browser = await chromium.launch(installedChromium());
afterAll(() => browser.close());

interface Serving {
  readonly socket: string;
  readonly stats: string;
  readonly http: Server;
}

/** A server as its author would have it watched. */
async function serve(): Promise<Serving> {
  const server = new ChannelsServer({ logger: false });
  server.socket("/socket", {
    connect: () => accept({}),
    channels: { "room:*": { join: () => ok(), handleIn: { "<b>": () => reply() } } },
  });
  const times = new HandlerTimes(server);
  const http = createServer((_request, response) => {
    const { rss: memory } = process.memoryUsage();
    response.end(JSON.stringify({ ...server.stats(), memory, slowestHandlers: times.slowest() }));
  });
  server.attach(http);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  onTestFinished(async () => {
    times.stop();
    await server.close();
    http.closeAllConnections();
    http.close();
  });
  return { socket: `ws://127.0.0.1:${port}/socket`, stats: `http://127.0.0.1:${port}/stats`, http };
}

async function watch(
  url: string,
): Promise<{ readonly page: Page; readonly complaints: string[]; readonly asked: string[] }> {
  const monitor = await startMonitor({
    ...{ url, headers: {}, names: {}, port: 0, interval: 50, span: 60_000 },
  });
  onTestFinished(() => monitor.close());
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  const complaints: string[] = [];
  const asked: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(monitor.url);
  return { page, complaints, asked };
}

const fact = (page: Page, name: string): Promise<string> =>
  page.locator(".fact", { hasText: name }).locator("dd").innerText();

test("connections come and go before its eyes, ends have their reasons, handlers their times", async () => {
  const { socket: url, stats } = await serve();
  const { page, complaints, asked } = await watch(stats);
  await page.getByText("Reading.", { exact: true }).waitFor();
  const socket = await connect(url);
  const room = await socket.join("room:lobby");
  await room.push("<b>", {});
  await expect.poll(() => fact(page, "Connections")).toBe("1");
  // The frame that was read may be one from between the connection and the join.
  await expect.poll(() => fact(page, "Channels")).toBe("1");
  await expect
    .poll(() => page.getByRole("rowheader", { name: "room:* <b>" }).isVisible())
    .toBe(true);
  await socket.disconnect();
  await expect.poll(() => fact(page, "Connections")).toBe("0");
  await expect
    .poll(() => page.getByRole("row", { name: "closedByRemote" }).getByRole("cell").innerText())
    .toBe("1");
  await expect.poll(() => page.locator(".bars rect").count()).toBe(1);
  expect(complaints).toEqual([]);
  expect(new Set(asked.map((one) => new URL(one).pathname))).toEqual(new Set(["/", "/frames"]));
});

test("the picture holds still while it is read, and goes on afterwards", async () => {
  const { stats } = await serve();
  const { page } = await watch(stats);
  const slider = page.getByRole("slider");
  await slider.focus();
  await page.keyboard.press("Home");
  const said = await slider.getAttribute("aria-valuetext");
  const memory = await page.locator("#facts").innerHTML();
  // Frames come: the facts change, and with them it is known that the picture could have.
  await expect.poll(() => page.locator("#facts").innerHTML()).not.toBe(memory);
  expect(await slider.getAttribute("aria-valuetext")).toBe(said);
  expect(await slider.and(page.locator(":focus")).count()).toBe(1);
  await slider.blur();
  await expect.poll(() => slider.getAttribute("aria-valuetext")).not.toBe(said);
});

test("it says when there is nothing to read, and reads on when there is", async () => {
  const gone = await serve();
  gone.http.close();
  const { page } = await watch(`${gone.stats}?token=s3cret`);
  await page.getByRole("status").getByText("Nobody listens there (ECONNREFUSED).").waitFor();
  expect(await page.content()).not.toContain("s3cret");
  const { stats, http } = await serve();
  const watched = await watch(stats);
  await watched.page.getByText("Reading.", { exact: true }).waitFor();
  http.closeAllConnections();
  http.close();
  await watched.page.getByRole("status").getByText("No reading:").waitFor();
});

test("a page of another name cannot read what is behind it", async () => {
  const { stats } = await serve();
  const monitor = await startMonitor({
    ...{ url: stats, headers: {}, names: {}, port: 0, interval: 50, span: 60_000 },
  });
  onTestFinished(() => monitor.close());
  const { port } = new URL(monitor.url);
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  // Chromium resolves every name below localhost to loopback.
  const response = await page.goto(`http://evil.localhost:${port}/`);
  expect(response?.status()).toBe(403);
});
