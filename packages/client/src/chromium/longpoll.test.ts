// Long polling, and falling back to it, in Chromium: the conversation, where nothing is in the way and
// where WebSockets are refused, with what was found in the page's own storage.
import { fileURLToPath } from "node:url";
import { UpgradeFilter } from "@slipstream/faults";
import { build } from "esbuild";
import type { Page } from "playwright-core";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { launchChromium } from "../fixtures/chromium.ts";
import { converse } from "../fixtures/conversation.ts";
import { EXPECTED } from "../fixtures/conversation-expected.ts";
import { serve } from "../fixtures/servers.ts";

const browser = await launchChromium();
afterAll(() => browser.close());

const dist = (file: string): string =>
  JSON.stringify(fileURLToPath(new URL(`../../dist/${file}`, import.meta.url)));

/** What a page loads that falls back: the client and the two transports. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `export * from ${dist("browser/index.js")}; export * from ${dist("longpoll/index.js")};`,
      resolveDir: fileURLToPath(new URL(".", import.meta.url)),
    },
    bundle: true,
    format: "iife",
    globalName: "client",
    write: false,
    logLevel: "error",
  });
  return outputFiles.map(({ text }) => text).join("");
}

const content = await bundle();

/** Holds the conversation in a page, over a transport that is made there. */
async function conversation(
  page: Page,
  transport: string,
  url: string,
): Promise<Record<string, unknown>> {
  await page.addScriptTag({ content });
  const text = await page.evaluate<string>(`
    (() => {
      const transport = ${transport};
      class Socket extends client.Socket {
        constructor(url, options) { super(url, { ...options, transport }); }
      }
      return (${String(converse)})({ Socket }, "${url}").then(JSON.stringify);
    })()`);
  return JSON.parse(text) as Record<string, unknown>;
}

const polled = JSON.parse(
  JSON.stringify({ ...EXPECTED, ended: { code: null, reason: "", clean: true } }),
) as Record<string, unknown>;

test.each(["client.longPoll()", 'client.longPoll({ token: "header" })'])(
  "%s, from a page of another origin",
  async (transport) => {
    const { server, url } = await serve();
    const page = await browser.newPage();
    expect(await conversation(page, transport, url)).toEqual(polled);
    expect(server.stats().live).toEqual({ websocket: 0, longpoll: 0, channel: 0 });
    await page.close();
  },
);

test("falling back where WebSockets are refused; the tab remembers it when the page is loaded anew", async () => {
  const { port } = await serve();
  const filter = await UpgradeFilter.listen(port);
  onTestFinished(() => filter.close());
  filter.fate = { type: "refuse", status: 403 };
  const page = await browser.newPage();
  const transport =
    "client.withFallback(client.dialPlatform(), client.longPoll(), { failures: 1, store: sessionStorage })";
  for (let load = 0; load < 2; load++) {
    await page.goto(`http://127.0.0.1:${filter.port}/`);
    const url = `ws://127.0.0.1:${filter.port}/socket`;
    expect(await conversation(page, transport, url)).toEqual(polled);
  }
  expect(filter.upgrades).toBe(1);
  await page.close();
});

test("a page that disconnects and goes away at once leaves no session behind", async () => {
  // Nobody's patience would end it in the time of this test.
  const { server, url } = await serve(undefined, { pollWindow: 1_000_000 });
  const page = await browser.newPage();
  await page.addScriptTag({ content });
  await page.evaluate(`
    globalThis.socket = new client.Socket("${url}", { transport: client.longPoll() });
    socket.connect().then(() => socket.join("room:a")).then(() => {})`);
  expect(server.stats().live).toMatchObject({ longpoll: 1, channel: 1 });
  await page.evaluate(
    'void socket.disconnect(); setTimeout(() => (location.href = "about:blank"))',
  );
  await expect.poll(() => server.stats().live.longpoll).toBe(0);
  expect(server.stats().endsByReason).toMatchObject({ closedByRemote: 1 });
  await page.close();
});
