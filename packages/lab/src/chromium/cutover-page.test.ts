// The report of a cutover in Chromium: without a network, on light and dark ground, by keyboard, and as
// a screen reader is told of it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
// What npm run build made: the page has the script in it that was compiled.
import { CUTOVER_DEFAULTS, cutoverPage, cutoverPicture } from "@slipstream/lab";
import { installedChromium } from "@slipstream/faults";
import { chromium, type Page } from "playwright-core";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { smallOrder } from "../fixtures/samples.ts";

const browser = await chromium.launch(installedChromium());
const folder = mkdtempSync(join(tmpdir(), "slipstream-page-"));
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

const order = smallOrder();
const result = { options: CUTOVER_DEFAULTS, given: order, reversed: null };
const provenance = {
  command: "slipstream cutover --html '<x>'",
  machine: "a machine",
  date: new Date(0),
};

async function open(
  options: { readonly colorScheme?: "light" | "dark"; readonly javaScriptEnabled?: boolean } = {},
  shown = result,
): Promise<{ readonly page: Page; readonly asked: string[]; readonly complaints: string[] }> {
  const file = join(folder, "cutover.html");
  writeFileSync(file, cutoverPage(shown, provenance));
  const context = await browser.newContext({ offline: true, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const asked: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => complaints.push(message.text()));
  await page.goto(pathToFileURL(file).href);
  return { page, asked, complaints };
}

test("it asks for nothing but itself, and complains of nothing", async () => {
  const { page, asked, complaints } = await open();
  expect(asked).toEqual([page.url()]);
  expect(complaints).toEqual([]);
  expect(await page.title()).toBe("Cutover from imitation to slipstream");
});

test("the figures that matter can be read as text", async () => {
  const { page } = await open({ javaScriptEnabled: false });
  const text = (await page.locator("main").innerText()).replaceAll(/\s+/g, " ");
  expect(text).toContain("Zombies at the end of the phase, before and after 15→0");
  expect(text).toContain("slipstream cutover --html '<x>'");
  const ends = page.getByRole("table", { name: "How connections ended" });
  const row = ends.getByRole("row", { name: "closedByRemote" });
  expect(await row.getByRole("cell").allInnerTexts()).toEqual(["0", "40", "0", "40"]);
  expect(await ends.getByRole("columnheader").allInnerTexts()).toEqual([
    "Reason",
    "before: imitation",
    "after: slipstream",
    "after: left by imitation",
    "Total",
  ]);
});

test("the picture has a name and a description, and the cutover is drawn through all of it", async () => {
  const { page } = await open();
  const picture = page.getByRole("img", { name: "Cutover from imitation to slipstream" });
  expect(await picture.count()).toBe(1);
  expect(await picture.locator(".bars rect").count()).toBeGreaterThan(20);
  const mark = await picture.locator(".mark").first().boundingBox();
  const whole = await picture.boundingBox();
  expect(mark?.height).toBeGreaterThan((whole?.height ?? Infinity) * 0.8);
});

test("each moment can be read by keyboard, and is said", async () => {
  const { page } = await open();
  const slider = page.getByRole("slider");
  await slider.focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  const said = await slider.getAttribute("aria-valuetext");
  expect(said).toContain("1.0 s, before the cutover; live: 2 of imitation, 0 of slipstream");
  expect(await page.locator("output").innerText()).toBe(said);
  expect(await page.locator("line.cursor").getAttribute("visibility")).toBe("visible");
});

test("each moment can be read by pointing at it", async () => {
  const { page } = await open();
  const picture = page.locator("svg");
  const { width = 0 } = (await picture.boundingBox()) ?? {};
  await picture.hover({ position: { x: width * 0.95, y: 40 } });
  expect(await page.locator("output").innerText()).toContain("after the cutover");
});

interface Readable {
  /** Of the ground: 0 to 1. */
  readonly ground: number;
  /** Contrasts to it. */
  readonly text: number;
  readonly dim: number;
  readonly bars: number;
}

/** As text: it runs in the page, whose globals are none of this program's. */
const READABLE = `(() => {
  const luminance = (color) => {
    const [r = 0, g = 0, b = 0] = (color.match(/[\\d.]+/g) ?? []).map((part) => {
      const share = Number(part) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = luminance(getComputedStyle(document.documentElement).backgroundColor);
  const contrast = (color) => {
    const other = luminance(color);
    return (Math.max(other, ground) + 0.05) / (Math.min(other, ground) + 0.05);
  };
  const bars = [...document.querySelectorAll(".bars rect")];
  return {
    ground,
    text: contrast(getComputedStyle(document.body).color),
    dim: contrast(getComputedStyle(document.querySelector("p.dim")).color),
    bars: Math.min(...bars.map((bar) => contrast(getComputedStyle(bar).fill))),
  };
})()`;

test("it is light or dark as its reader wants it, and readable in both", async () => {
  const colors: Readable[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    const { page } = await open({ colorScheme });
    colors.push(await page.evaluate<Readable>(READABLE));
  }
  const [light, dark] = colors;
  expect(light?.ground).toBeGreaterThan(0.8);
  expect(dark?.ground).toBeLessThan(0.05);
  for (const one of colors) {
    // WCAG 2.2, 1.4.3 and 1.4.11.
    expect(one.text).toBeGreaterThan(7);
    expect(one.dim).toBeGreaterThan(4.5);
    expect(one.bars).toBeGreaterThan(3);
  }
});

test("on a narrow screen the page does not scroll sideways: the picture does", async () => {
  const { page } = await open();
  await page.setViewportSize({ width: 360, height: 700 });
  const { width, scroll } = await page.evaluate<{ width: number; scroll: number }>(
    "({ width: document.documentElement.clientWidth, scroll: document.documentElement.scrollWidth })",
  );
  expect(scroll).toBeLessThanOrEqual(width);
});

test.each([360, 800, 1000, 1400])("at %i px figures stay within their frames", async (width) => {
  const wide = { memoryPeak: 888 * 1024 * 1024 };
  const { given } = result;
  const heavy = {
    ...given,
    before: { ...given.before, ...wide },
    after: { ...given.after, ...wide },
  };
  const { page } = await open({}, { ...result, given: heavy });
  expect(await page.locator("dd", { hasText: "888 MiB→888 MiB" }).count()).toBeGreaterThan(0);
  await page.setViewportSize({ width, height: 700 });
  const over = await page.evaluate<string[]>(
    "[...document.querySelectorAll('dd')].filter((dd) => dd.scrollWidth > dd.clientWidth).map((dd) => dd.innerText)",
  );
  expect(over).toEqual([]);
});

test("the picture alone is an SVG that an <img> shows", async () => {
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  const source = `data:image/svg+xml;base64,${Buffer.from(cutoverPicture(result)).toString("base64")}`;
  await page.setContent(`<img src="${source}" alt="">`);
  const width = await page.locator("img").evaluate(async (img) => {
    const image = img as unknown as { decode(): Promise<void>; naturalWidth: number };
    await image.decode();
    return image.naturalWidth;
  });
  expect(width).toBeGreaterThan(0);
});
