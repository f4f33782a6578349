// The page as its users have it: Chromium, a real server, a real PGlite.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "../../testing/chromium.ts";
import { flightsDatabase, type FlightsDatabase } from "../../testing/flights-database.ts";
import { serveFlightsPage, type FlightsPage } from "../serve.ts";

let browser: Browser;
let database: FlightsDatabase;
let served: FlightsPage;

beforeAll(async () => {
  browser = await launchChromium();
  database = await flightsDatabase(5_000);
  served = await serveFlightsPage({ source: database.source(), edit: database.edit });
}, 120_000);

afterAll(async () => {
  await browser.close();
  await served.close();
  await database.db.close();
});

test("shows flights, and says that they are true", async () => {
  const page = await browser.newPage();
  await page.goto(served.url);
  await expect.poll(() => page.getByRole("status").textContent()).toBe("live");
  await page.close();
});
