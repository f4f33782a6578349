// Supabase's own client on ours, in a page, with its worker that says when heartbeats are sent.
import { installedChromium } from "@slipstream/faults";
import { accept, ChannelsServer, ok } from "@slipstream/server";
import { chromium } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { bundled } from "../fixtures/bundled.ts";
import { servePages } from "../fixtures/pages.ts";

const PROGRAM = `
  import { RealtimeClient } from "@supabase/realtime-js";
  window.heard = [];
  window.client = new RealtimeClient(\`ws://\${location.host}/realtime/v1\`, {
    params: { apikey: "key" },
    worker: true,
    heartbeatIntervalMs: 1_000,
    heartbeatCallback: (status) => heard.push(status),
  });
  client.channel("room").subscribe((status) => heard.push(status));
`;
const PAGE = '<!doctype html><title>A page</title><script src="/app.js"></script>';

test("heartbeats go out at the worker's word, and nothing is left when it has disconnected", async () => {
  const server = new ChannelsServer({ logger: false });
  server.socket("/realtime/v1", {
    connect: () => accept({}),
    channels: { "realtime:*": { join: () => ok({ postgres_changes: [] }) } },
  });
  const origin = await servePages(await bundled(PROGRAM, "browser"), PAGE, server);
  const browser = await chromium.launch(installedChromium());
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(origin);
  const heard = (): Promise<string[]> => page.evaluate("heard");
  await expect.poll(heard).toContain("SUBSCRIBED");
  await expect.poll(() => page.workers().length).toBe(1);
  await expect.poll(heard).toContain("ok");
  await page.evaluate("client.disconnect()");
  await expect.poll(() => page.workers().length).toBe(0);
  await expect.poll(() => server.stats().live.websocket).toBe(0);
});
