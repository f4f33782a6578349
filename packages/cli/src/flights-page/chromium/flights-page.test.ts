// The page as its users have it: Chromium, a real server, a real PGlite.
import { fileURLToPath } from "node:url";
import { installedChromium } from "@slipstream/faults";
import { chromium, type Browser, type Locator, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { readFlights } from "../../demo/flights-file.ts";
import { pgliteFlights } from "../../demo/live-pages/pglite-flights.ts";
import { flightsDatabase, HEADS, type FlightsDatabase } from "../../testing/flights-database.ts";
import { serveFlightsPage, type FlightsPage } from "../serve.ts";

const FLIGHTS = 2_500;
const PICTURE = fileURLToPath(new URL("../../../../../docs/images/flights.png", import.meta.url));

let browser: Browser;
let database: FlightsDatabase;
let served: FlightsPage;

beforeAll(async () => {
  browser = await chromium.launch(installedChromium());
  database = await flightsDatabase(FLIGHTS);
  served = await serve();
});

afterAll(async () => {
  await browser.close();
  await served.close();
  await database.db.close();
});

const serve = (port = 0): Promise<FlightsPage> =>
  serveFlightsPage({ source: database.source(), edit: database.edit, port });

const errors: string[] = [];
const pages: Page[] = [];
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
  expect(errors.splice(0)).toEqual([]);
});

interface Visit {
  readonly url?: string;
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: "light" | "dark";
}

async function visit({
  url = served.url,
  width = 1120,
  height = 720,
  colorScheme = "light",
}: Visit = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  pages.push(page);
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (line) => {
    if (line.type() === "error") errors.push(line.text());
  });
  await page.goto(url);
  await isLive(page);
  return page;
}

const pill = (page: Page): Locator => page.getByRole("status");
const isLive = (page: Page): Promise<void> =>
  expect.poll(() => pill(page).textContent()).toBe("Live");
const grid = (page: Page): Locator => page.getByRole("grid", { name: "Flights" });
const row = (page: Page, id: number): Locator => page.locator(`[data-flight="${id}"]`);

/** What the flights in the document show in a column, from the top. */
const shown = (page: Page, column: number): Promise<string[]> =>
  page.evaluate(
    `${FROM_TOP}("[data-flight]").map((row) => row.children[${column - 1}].textContent)`,
  );

const ids = (page: Page): Promise<number[]> =>
  page.evaluate(`${FROM_TOP}("[data-flight]").map((row) => Number(row.dataset.flight))`);

/** In the page: the elements that a selector finds, from the top. */
const FROM_TOP = `((selector) => [...document.querySelectorAll(selector)]
  .map((element) => ({ element, top: element.getBoundingClientRect().top }))
  .sort((a, b) => a.top - b.top)
  .map(({ element }) => element))`;

/** Scrolls to the end, or to the start, screen by screen; what was in view, in the order in which it was. */
const scrollThrough = (
  page: Page,
  direction: 1 | -1,
): Promise<{ readonly seen: number[]; readonly most: number }> =>
  page.evaluate(`(async () => {
    const grid = document.querySelector("[role=grid]");
    const seen = new Set();
    let most = 0;
    for (;;) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const { top, bottom } = grid.getBoundingClientRect();
      const rows = ${FROM_TOP}(".body .row").filter((row) => {
        const box = row.getBoundingClientRect();
        return box.bottom > top + 40 && box.top < bottom;
      });
      if (rows.length === 0 || rows.some(({ dataset }) => dataset.flight === undefined)) continue;
      // What was scrolled in this frame is drawn in the next one.
      const end = Math.min(bottom, grid.querySelector(".body").getBoundingClientRect().bottom);
      const [first] = rows;
      if (first.getBoundingClientRect().top > top + 42) continue;
      if (rows.at(-1).getBoundingClientRect().bottom < end - 2) continue;
      if (${direction} === -1) rows.reverse();
      for (const { dataset } of rows) seen.add(Number(dataset.flight));
      most = Math.max(most, grid.querySelectorAll(".row").length);
      const before = grid.scrollTop;
      grid.scrollTop += ${direction} * (grid.clientHeight - 150);
      // Below those that are known, places are shown as long as there are more.
      if (grid.scrollTop === before) return { seen: [...seen], most };
    }
  })()`);

const scrollTo = (page: Page, place: number): Promise<unknown> =>
  page.evaluate(`document.querySelector("[role=grid]").scrollTop = 44 * ${place}`);

describe("the flights page", () => {
  test("is scrolled from the first flight to the last and back; few are in the document", async () => {
    const page = await visit({ height: 1_600 });
    const all = await database.ids("ORDER BY delay DESC, id DESC");
    const down = await scrollThrough(page, 1);
    expect(down.seen).toEqual(all);
    expect(down.most).toBeLessThan(80);
    const up = await scrollThrough(page, -1);
    expect(up.seen).toEqual(all.toReversed());
    const held = /(\d+) held/.exec((await page.locator(".total").textContent()) ?? "");
    expect(Number(held?.[1])).toBeLessThanOrEqual(800);
    expect(await pill(page).textContent()).toBe("Live");
  });

  test("goes to the last flight and to the first by the keyboard alone", async () => {
    const page = await visit();
    await grid(page).focus();
    await page.keyboard.press("Control+End");
    const [last = 0] = await database.ids("ORDER BY delay, id LIMIT 1");
    await row(page, last).waitFor();
    await expect
      .poll(() => grid(page).getAttribute("aria-activedescendant"))
      .toBe(await row(page, last).getByRole("gridcell").nth(1).getAttribute("id"));
    await page.keyboard.press("PageUp");
    await page.keyboard.press("Control+Home");
    const [first = 0] = await database.ids("ORDER BY delay DESC, id DESC LIMIT 1");
    await row(page, first).waitFor();
    await page.keyboard.press("Space");
    await expect.poll(() => row(page, first).getAttribute("aria-selected")).toBe("true");
  });

  test("filters by airports and delays", async () => {
    const page = await visit();
    await page.getByLabel("From").fill("sea");
    await page.getByLabel("Delay at least").fill("20");
    await page.getByLabel("Delay at most").fill("40");
    const expected = await database.ids(
      "WHERE origin = 'SEA' AND delay BETWEEN 20 AND 40 ORDER BY delay DESC, id DESC",
    );
    expect(expected.length).toBeGreaterThan(20);
    await expect.poll(async () => (await ids(page))[0]).toBe(expected[0]);
    await isLive(page);
    expect((await scrollThrough(page, 1)).seen).toEqual(expected);
    await expect.poll(() => page.locator(".total b").textContent()).toBe(`${expected.length}`);
    await page.getByRole("button", { name: "Clear" }).click();
    await expect.poll(() => page.locator(".total b").textContent()).toBe("2,500");
  });

  test("filters by the first letters while they are typed, and says that there is none", async () => {
    const page = await visit();
    await page.getByLabel("To").fill("S");
    await expect
      .poll(async () => new Set(await shown(page, 4)))
      .toEqual(new Set(["SEA", "SFO", "SLC"]));
    await page.getByLabel("To").fill("XX");
    await expect.poll(() => page.locator(".total b").textContent()).toBe("0");
    await page.getByText("No flight is like this.").waitFor();
  });

  test("sorts by each column, either way", async () => {
    const page = await visit();
    for (const [name, column] of HEADS) {
      const head = page.getByRole("columnheader", { name });
      const first = name === "Distance" ? "descending" : "ascending";
      for (const direction of [first, first === "ascending" ? "descending" : "ascending"]) {
        await head.getByRole("button").click();
        expect(await head.getAttribute("aria-sort")).toBe(direction);
        const sql = direction === "ascending" ? "" : "DESC";
        const expected = await database.ids(`ORDER BY ${column} ${sql}, id ${sql} LIMIT 10`);
        await expect.poll(async () => (await ids(page)).slice(0, 10)).toEqual(expected);
      }
    }
  });

  test("what is selected stays selected while it is out of sight, and is true there too", async () => {
    const page = await visit();
    const [first = 0, second = 0] = await ids(page);
    await row(page, first).getByRole("checkbox").check();
    await row(page, second).getByRole("checkbox").check();
    const tray = page.getByRole("region", { name: "Selected flights" });
    await expect.poll(() => tray.getByRole("listitem").count()).toBe(2);
    await page.getByRole("button", { name: "Last" }).click();
    await row(page, first).waitFor({ state: "detached" });
    await database.edit({ id: first, delay: 2_345 });
    await tray.getByText("+2,345").waitFor();
    await page.getByRole("button", { name: "First" }).click();
    await row(page, first).waitFor();
    expect(await row(page, first).getByRole("checkbox").isChecked()).toBe(true);
    expect(await row(page, second).getAttribute("aria-selected")).toBe("true");
    await tray.getByRole("button", { name: `deselect flight ${second}` }).click();
    await expect.poll(() => row(page, second).getAttribute("aria-selected")).toBe("false");
    if (process.env["UPDATE_IMAGES"] === "1") await draw();
  });

  test("an edit in one tab is seen at once in another, lit up, with why", async () => {
    const [one, other] = [await visit(), await visit()];
    const [id = 0] = await ids(other);
    await row(one, id).getByRole("button").click();
    await expect.poll(() => pill(one).textContent()).toBe("Held while you edit");
    const field = one.getByLabel(`Delay of flight ${id}, minutes`);
    await field.fill("4444");
    await field.press("Enter");
    await isLive(one);
    await expect.poll(() => row(other, id).getByRole("button").textContent()).toBe("+4,444");
    expect(await row(other, id).getAttribute("data-changed")).toBe("later");
    await other.getByText(`updated flight ${id}`).waitFor();
    expect(await row(one, id).getByRole("button").textContent()).toBe("+4,444");
    expect(await one.evaluate("document.activeElement.role")).toBe("grid");
  });

  test("an edit that cannot be saved says why, and can be given up", async () => {
    const page = await visit();
    const [, id = 0] = await ids(page);
    const before = await row(page, id).getByRole("button").textContent();
    await grid(page).focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    const field = page.getByLabel(`Delay of flight ${id}, minutes`);
    await field.fill("soon");
    await field.press("Enter");
    const told = page.getByRole("alert");
    await expect.poll(() => told.textContent()).toBe("Whole minutes, from −5,760 to 5,760.");
    // Nothing is painted over it, and what is too long is not cut to something else.
    const atItsMiddle = `(({ x, y, width, height }) =>
      document.elementFromPoint(x + width / 2, y + height / 2).className)(
      document.querySelector(".problem").getBoundingClientRect())`;
    expect(await page.evaluate(atItsMiddle)).toBe("problem");
    await field.fill("");
    await field.pressSequentially("99999999999");
    await field.press("Enter");
    expect(await field.inputValue()).toBe("99999999999");
    await told.waitFor();
    await field.press("Escape");
    await isLive(page);
    expect(await row(page, id).getByRole("button").textContent()).toBe(before);
  });

  test("a longer delay has a longer bar, of one length of track", async () => {
    const page = await visit();
    const [a = 0, b = 0] = await ids(page);
    await database.edit({ id: a, delay: 594 });
    await database.edit({ id: b, delay: 1_140 });
    await expect.poll(() => row(page, b).getByRole("button").textContent()).toBe("+1,140");
    await expect.poll(() => row(page, a).getByRole("button").textContent()).toBe("+594");
    const width = (id: number, part: string): Promise<number> =>
      page.evaluate(
        `document.querySelector('[data-flight="${id}"] ${part}').getBoundingClientRect().width`,
      );
    await expect
      .poll(async () => (await width(b, ".track > span")) - (await width(a, ".track > span")))
      .toBeGreaterThan(5);
    expect(await width(a, ".track")).toBe(await width(b, ".track"));
  });

  test("a filter that is no number says so, and the list keeps its last one", async () => {
    const page = await visit();
    const least = page.getByLabel("Delay at least");
    const early = page.locator('.body [data-punctuality="early"]');
    await page.getByRole("columnheader", { name: "Delay" }).getByRole("button").click();
    await early.first().waitFor();
    await least.fill("15");
    await expect.poll(() => early.count()).toBe(0);
    await isLive(page);
    const before = (await ids(page)).slice(0, 10);
    await least.fill("xyz");
    const told = page.getByText("Delay at least: a whole number of minutes");
    await told.waitFor();
    expect(await told.textContent()).toContain("the list keeps its last filter");
    expect(await least.getAttribute("aria-describedby")).toBe(await told.getAttribute("id"));
    await least.press("Enter");
    await isLive(page);
    expect((await ids(page)).slice(0, 10)).toEqual(before);
    await least.fill("");
    await told.waitFor({ state: "hidden" });
    await early.first().waitFor();
  });

  test("rows that come and go elsewhere do not move what is looked at", async () => {
    const page = await visit();
    const [looked = 0] = await database.ids("ORDER BY delay DESC, id DESC OFFSET 104 LIMIT 1");
    await scrollTo(page, 100);
    await row(page, looked).waitFor();
    const top = (): Promise<number | undefined> =>
      row(page, looked)
        .boundingBox()
        .then((box) => box?.y);
    const before = await top();
    const [above = 0] = await database.ids("ORDER BY delay DESC, id DESC OFFSET 5 LIMIT 1");
    const { batches } = await told(page);
    await database.db.query("DELETE FROM flights WHERE id = $1", [above]);
    await expect.poll(async () => (await told(page)).batches).toBe(batches + 1);
    expect(await top()).toBe(before);
  });

  test("a server that restarts: the rows stay, stale, and are live again", async () => {
    const page = await visit();
    await page.getByRole("columnheader", { name: "Departed" }).getByRole("button").click();
    await isLive(page);
    await scrollTo(page, 200);
    await row(page, 205).waitFor();
    const before = await ids(page);
    await served.close();
    await expect.poll(() => pill(page).textContent()).toContain("Offline: as of");
    expect(await ids(page)).toEqual(before);
    await database.edit({ id: 205, delay: 777 });
    served = await serve(served.port);
    await isLive(page);
    await expect.poll(() => row(page, 205).getByRole("button").textContent()).toBe("+777");
    expect(await ids(page)).toEqual(before);
    // That there was no server for a while is an error to the browser, too.
    errors.splice(0);
  });

  test("all of it goes over one connection, and nothing to any other host", async () => {
    const { opened } = served.server.stats();
    const hosts = new Set<string>();
    const page = await browser.newPage();
    pages.push(page);
    page.on("request", (request) => hosts.add(new URL(request.url()).host));
    await page.goto(served.url);
    await isLive(page);
    const [first = 0, second = 0] = await ids(page);
    for (const id of [first, second]) {
      await row(page, id).getByRole("checkbox").check();
      await expect.poll(() => served.haste.stats().pages).toBeGreaterThanOrEqual(2);
    }
    await page.getByRole("button", { name: "Deselect all" }).click();
    await page.getByLabel("From").fill("ATL");
    await expect.poll(async () => new Set(await shown(page, 3))).toEqual(new Set(["ATL"]));
    await page.getByRole("button", { name: "Last" }).click();
    await expect.poll(() => served.haste.stats().pages).toBe(1);
    expect(served.server.stats().opened).toBe(opened + 1);
    expect([...hosts]).toEqual([`127.0.0.1:${served.port}`]);
  });

  test("fits a phone, and is dark where that is wished for", async () => {
    const [phone, dark] = [
      await visit({ width: 380, height: 700 }),
      await visit({ colorScheme: "dark" }),
    ];
    expect(await phone.evaluate("document.documentElement.scrollWidth")).toBe(380);
    const over = "((grid) => grid.scrollWidth - grid.clientWidth)(document.querySelector('.grid'))";
    expect(await phone.evaluate(over)).toBe(0);
    const back = (page: Page): Promise<string> =>
      page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(await back(phone)).not.toBe(await back(dark));
  });

  test("the accessibility tree tells what the eyes are told", async () => {
    const page = await visit();
    const tree = await page.locator("body").ariaSnapshot();
    for (const part of [
      '- heading "Flights" [level=1]',
      "- status: Live",
      '- search "Filters"',
      '- grid "Flights"',
      'columnheader "Delay"',
      "gridcell",
      'checkbox "Select flight',
    ]) {
      expect(tree).toContain(part);
    }
    const [id = 0] = await ids(page);
    expect(await row(page, id).getAttribute("aria-rowindex")).toBe("2");
    const all = await database.ids("");
    await expect.poll(() => grid(page).getAttribute("aria-rowcount")).toBe(`${all.length + 1}`);
  });
});

/** Draws the README's picture, of real flights: two are selected, and three have just changed. */
async function draw(): Promise<void> {
  const real = await pgliteFlights();
  const { signal } = new AbortController();
  await real.fill(await readFlights({ rows: 5_000 }), { onStored: () => undefined, signal });
  const edit = (): Promise<null> => Promise.resolve(null);
  const served = await serveFlightsPage({ source: real.source(), edit });
  const page = await visit({ url: served.url, height: 640 });
  await page.getByRole("columnheader", { name: "Departed" }).getByRole("button").click();
  await isLive(page);
  const [, one = 0, two = 0, three = 0, four = 0, , five = 0] = await ids(page);
  for (const id of [two, four]) await row(page, id).getByRole("checkbox").check();
  await page.getByRole("region", { name: "Selected flights" }).getByText("→").nth(1).waitFor();
  await real.write(async (run) => {
    await run("UPDATE flights SET delay = delay + 35 WHERE id IN ($1, $2)", [one, three]);
    await run("UPDATE flights SET delay = delay - 9 WHERE id = $1", [five]);
  });
  await page.locator("[data-changed]").nth(2).waitFor();
  await page.screenshot({ path: PICTURE });
  await page.close();
  await served.close();
  await real.close();
}

/** How many changes the page says that it was told of. */
async function told(page: Page): Promise<{ batches: number }> {
  const text = (await page.locator(".why").textContent()) ?? "";
  return { batches: Number(/([\d,]+) so far/.exec(text)?.[1]?.replace(",", "") ?? 0) };
}
