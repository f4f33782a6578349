// Phoenix LiveView's own JavaScript on ours, in a page: it is joined, changed by the server and by
// clicks, and comes back.
import { installedChromium, TabbedBrowser } from "@slipstream/faults";
import {
  accept,
  Channel,
  ChannelsServer,
  noreply,
  ok,
  reply,
  type IncomingPush,
  type Untyped,
} from "@slipstream/server";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { bundled } from "../fixtures/bundled.ts";
import { servePages } from "../fixtures/pages.ts";

const PROGRAM = `
  import { Socket } from "phoenix";
  import { LiveSocket } from "phoenix_live_view";
  const live = new LiveSocket("/live", Socket, { params: { _csrf_token: "csrf" } });
  window.live = live;
  live.connect();
`;

const PAGE = `<!doctype html><html><head><title>live</title></head><body>
  <div id="phx-1" data-phx-main data-phx-session="session" data-phx-static="static">
    <button id="add" phx-click="add">add</button><p id="count">dead</p>
  </div>
  <script src="/app.js"></script>
</body></html>`;

const count = (n: number): object => ({ 0: String(n) });

/** A view that counts clicks. */
class Counter extends Channel<Untyped, object> {
  #count = 0;

  override join(params: unknown) {
    const { session, params: given } = params as { session: string; params: { _mounts: number } };
    this.#count = given._mounts * 10;
    const s = ['<button id="add" phx-click="add">add</button><p id="count">', "</p>"];
    return session === "session"
      ? ok({ rendered: { ...count(this.#count), s }, liveview_version: "1.2.12" })
      : ok({});
  }

  override handleIn({ event, payload }: IncomingPush<Untyped>) {
    const { event: name } = payload as { event: string };
    if (event !== "event") return noreply();
    if (name === "drop") {
      this.socket.drop();
      return noreply();
    }
    this.#count += 1;
    return reply({ diff: count(this.#count) });
  }

  override handleInfo(n: unknown) {
    this.push("diff", count(Number(n)));
  }
}

let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch(installedChromium());
});

afterAll(() => browser.close());

interface Served {
  readonly origin: string;
  readonly server: ChannelsServer;
  readonly views: Counter[];
}

async function serveView(): Promise<Served> {
  const views: Counter[] = [];
  const server = new ChannelsServer({ logger: false });
  server.socket("/live", {
    connect: ({ params }) => accept({ csrf: params["_csrf_token"] }),
    channels: {
      "lv:*": class extends Counter {
        override join(params: unknown) {
          views.push(this);
          return super.join(params);
        }
      },
    },
  });
  const origin = await servePages(await bundled(PROGRAM, "browser"), PAGE, server);
  return { origin, server, views };
}

async function open(): Promise<Served & { page: Page }> {
  const served = await serveView();
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  await page.goto(served.origin);
  return { ...served, page };
}

/** Resolves when the page shows it. */
async function shows(page: Page, text: string): Promise<void> {
  await page.locator("#count", { hasText: new RegExp(`^${text}$`) }).waitFor();
}

test("a view is joined, clicked, changed by the server, and comes back after a loss", async () => {
  const { page, server, views } = await open();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  await shows(page, "0");
  await page.click("#add");
  await shows(page, "1");
  views[0]?.sendInfo(7);
  await shows(page, "7");
  // An event in flight fails with its connection, and LiveView does not reload the page for it.
  await page.evaluate(() => {
    Object.assign(globalThis, { same: true });
    const { live } = globalThis as unknown as {
      live: {
        main: { pushWithReply(ref: null, event: string, payload: object): Promise<unknown> };
      };
    };
    void live.main.pushWithReply(null, "event", { type: "click", event: "drop", value: {} });
  });
  await shows(page, "10");
  await page.click("#add");
  await shows(page, "11");
  expect(await page.evaluate(() => "same" in globalThis)).toBe(true);
  expect(complaints).toEqual([]);
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const { live } = globalThis as unknown as { live: { disconnect(done: () => void): void } };
        live.disconnect(resolve);
      }),
  );
  await expect.poll(() => server.stats().live.websocket).toBe(0);
});

test("the connection goes with its page", async () => {
  const { page, server } = await open();
  await shows(page, "0");
  expect(server.stats().live.websocket).toBe(1);
  await page.goto("about:blank");
  await expect.poll(() => server.stats().live.websocket).toBe(0);
});

test("a page that is left and come back to is live again", async () => {
  const { origin, server } = await serveView();
  const tabs = TabbedBrowser.launch();
  onTestFinished(() => tabs.close());
  const tab = await tabs.open(origin);
  const count = "document.querySelector('#count')?.textContent";
  await expect.poll(() => tab.evaluate(count)).toBe("0");
  await tab.evaluate("add.click()");
  await expect.poll(() => tab.evaluate(count)).toBe("1");
  await tab.send("Page.enable");
  await tab.send("Page.navigate", { url: "about:blank" });
  await expect.poll(() => server.stats().live.websocket).toBe(0);
  await expect.poll(() => tab.evaluate("location.href")).toBe("about:blank");
  await tab.evaluate("history.back()").catch(() => {});
  // LiveView loads a page anew that comes out of the cache.
  await expect.poll(() => tab.evaluate(count).catch(() => null)).toBe("0");
  await tab.evaluate("add.click()");
  await expect.poll(() => tab.evaluate(count)).toBe("1");
  expect(server.stats().live.websocket).toBe(1);
});
