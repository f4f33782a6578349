// The page of a table as long as the demo's: what is only seen when not all of it is ever held.
import { installedChromium } from "@slipstream/faults";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { flightsDatabase, HEADS, type FlightsDatabase } from "../../testing/flights-database.ts";
import { serveFlightsPage, type FlightsPage } from "../serve.ts";

const FLIGHTS = 200_000;

let browser: Browser;
let database: FlightsDatabase;
let served: FlightsPage;
let page: Page;
const errors: string[] = [];

// Most of the time goes into filling the table.
beforeAll(async () => {
  browser = await chromium.launch(installedChromium());
  database = await flightsDatabase(FLIGHTS);
  served = await serveFlightsPage({ source: database.source(), edit: database.edit });
  page = await browser.newPage({ viewport: { width: 1120, height: 720 } });
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(served.url);
}, 180_000);

afterAll(async () => {
  await browser.close();
  await served.close();
  await database.db.close();
});

/** What the document holds, from the top: the flights and their first one's place. */
const shown = (): Promise<{
  readonly ids: number[];
  readonly place: number;
  readonly missing: number;
}> =>
  page.evaluate(`(() => {
    const rows = [...document.querySelectorAll(".body .row")]
      .map((row) => ({ row, top: row.getBoundingClientRect().top }))
      .sort((a, b) => a.top - b.top)
      .map(({ row }) => row);
    const flights = rows.filter(({ dataset }) => dataset.flight !== undefined);
    return {
      ids: flights.map(({ dataset }) => Number(dataset.flight)),
      place: Number(flights[0]?.ariaRowIndex) - 2,
      missing: rows.length - flights.length,
    };
  })()`);

const scrollTo = (where: string): Promise<unknown> =>
  page.evaluate(`((grid) => (grid.scrollTop = ${where}))(document.querySelector("[role=grid]"))`);

/** The rows in view are those of this order at their places. */
async function isTrueAt(order: string): Promise<number> {
  let at = 0;
  await expect
    .poll(async () => {
      const { ids, place, missing } = await shown();
      at = place;
      const there = await database.ids(`ORDER BY ${order} OFFSET ${place} LIMIT ${ids.length}`);
      return missing === 0 && ids.length > 5 && ids.join() === there.join();
    })
    .toBe(true);
  return at;
}

const endsWith = (ids: readonly number[]) =>
  expect.poll(async () => (await shown()).ids.slice(-10)).toEqual(ids);

test("the thumb is dragged to the end again and again, and to the middle of what was seen", async () => {
  expect(await isTrueAt("delay DESC, id DESC")).toBe(0);
  let place = 0;
  while (place < 1_500) {
    await scrollTo("grid.scrollHeight");
    place = await isTrueAt("delay DESC, id DESC");
  }
  await scrollTo("grid.scrollHeight / 2");
  expect(await isTrueAt("delay DESC, id DESC")).toBeGreaterThan(place / 3);
  await scrollTo("0");
  await expect.poll(() => isTrueAt("delay DESC, id DESC")).toBe(0);
});

test("assistive technology is told which flight of how many, and nothing that is not known", async () => {
  const grid = page.getByRole("grid", { name: "Flights" });
  const count = (): Promise<string | null> => grid.getAttribute("aria-rowcount");
  const numbers = (): Promise<(string | null)[]> =>
    page.evaluate(
      `[...document.querySelectorAll("[data-flight]")].map((row) => row.getAttribute("aria-rowindex"))`,
    );
  // More than are counted.
  await expect.poll(() => page.locator(".total b").textContent()).toBe("10,000+");
  await expect.poll(async () => (await numbers())[0]).toBe("2");
  expect(await count()).toBe("-1");
  await page.getByRole("button", { name: "Last" }).click();
  await endsWith((await database.ids("ORDER BY delay, id LIMIT 10")).toReversed());
  expect(await count()).toBe("-1");
  expect(new Set(await numbers())).toEqual(new Set([null]));
  await page.getByRole("button", { name: "First" }).click();
  await expect.poll(async () => (await numbers())[0]).toBe("2");
  // As many as are counted, and more than are ever held.
  await page.getByLabel("From").fill("SEA");
  await page.getByLabel("To").fill("ATL");
  const fewer = "WHERE origin = 'SEA' AND destination = 'ATL'";
  const expected = (await database.ids(fewer)).length;
  expect(expected).toBeGreaterThan(1_000);
  await expect.poll(count).toBe(`${expected + 1}`);
  await page.getByRole("button", { name: "Last" }).click();
  await endsWith((await database.ids(`${fewer} ORDER BY delay, id LIMIT 10`)).toReversed());
  expect(await count()).toBe(`${expected + 1}`);
  expect((await numbers()).at(-1)).toBe(`${expected + 1}`);
  await page.getByRole("button", { name: "Clear" }).click();
  await expect.poll(count).toBe("-1");
});

test("the last flights are one query away in every order, and true there", async () => {
  for (const [name, column] of HEADS) {
    const head = page.getByRole("columnheader", { name });
    await head.getByRole("button").click();
    const down = (await head.getAttribute("aria-sort")) === "descending";
    const [way, back] = down ? ["DESC", ""] : ["", "DESC"];
    const first = await database.ids(`ORDER BY ${column} ${way}, id ${way} LIMIT 10`);
    await expect.poll(async () => (await shown()).ids.slice(0, 10)).toEqual(first);
    await page.getByRole("button", { name: "Last" }).click();
    const last = await database.ids(`ORDER BY ${column} ${back}, id ${back} LIMIT 10`);
    await endsWith(last.toReversed());
  }
});

test("a change of more flights than are told one by one is read again where one is", async () => {
  await page.getByRole("columnheader", { name: "Departed" }).getByRole("button").click();
  await page.getByRole("button", { name: "Last" }).click();
  const last = (await database.ids("ORDER BY date DESC, id DESC LIMIT 10")).toReversed();
  await endsWith(last);
  await database.db.query("UPDATE flights SET delay = 1234 WHERE id > 180000");
  const id = last.at(-1) ?? 0;
  await expect
    .poll(() => page.locator(`[data-flight="${id}"]`).getByRole("button").textContent())
    .toBe("+1,234");
  await endsWith(last);
  expect(await page.getByRole("status").textContent()).toBe("Live");
  expect(errors).toEqual([]);
});
