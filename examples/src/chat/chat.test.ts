// examples/chat as its users have it: three people in Chromium, one of them with the keyboard alone.
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, afterEach, expect, test } from "vitest";
import { findProgram } from "../fixtures/find-program.ts";
import { Program } from "../fixtures/program.ts";

const PICTURE = fileURLToPath(new URL("../../../docs/images/chat.png", import.meta.url));
const SERVER = fileURLToPath(new URL("../../chat/server.js", import.meta.url));

const browser: Browser = await chromium.launch({
  executablePath: findProgram(["chromium", "chromium-browser", "google-chrome"]),
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
});
afterAll(() => browser.close());

const errors: string[] = [];
const pages: Page[] = [];
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
  expect(errors.splice(0)).toEqual([]);
});

async function visit(address: string, colorScheme: "light" | "dark" = "light"): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 960, height: 560 }, colorScheme });
  pages.push(page);
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (line) => {
    if (line.type() === "error") errors.push(line.text());
  });
  await page.goto(address);
  return page;
}

async function comeIn(page: Page, name: string): Promise<void> {
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Come in" }).click();
  await page.getByLabel("Say something").waitFor();
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("Say something").fill(text);
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("log").getByText(text).waitFor();
}

const present = (page: Page): Promise<string[]> =>
  page.getByRole("complementary", { name: "Here now" }).getByRole("listitem").allTextContents();

async function serve(): Promise<string> {
  const program = Program.run(process.execPath, [SERVER], { PORT: "0" });
  return (await program.prints(/listening on (http:\S+)/))[1] ?? "";
}

test("people come, talk and go, and each page shows it", async () => {
  const address = await serve();
  const [ann, bea, carl] = [
    await visit(address),
    await visit(address),
    await visit(address, "dark"),
  ];
  await comeIn(ann, "Ann");
  await comeIn(bea, "Bea");
  await say(ann, "Good morning! The 9:40 is late again.");
  await say(bea, "How late?");
  await say(ann, "Twelve minutes, says the board. <b>Again</b>");
  await comeIn(carl, "Carl");
  await say(carl, "I am on it. It just left Halle, and we are four.");
  await say(bea, "Then I get us coffee first. Who wants one?");
  for (const page of [ann, bea, carl]) {
    await expect.poll(() => present(page)).toEqual(["Ann", "Bea", "Carl"]);
  }
  expect(await ann.locator("#lines b").count()).toBe(0);
  const background = (page: Page): Promise<string> =>
    page.evaluate("getComputedStyle(document.body).backgroundColor");
  expect(await background(ann)).not.toBe(await background(carl));
  if (process.env["UPDATE_IMAGES"] === "1") {
    mkdirSync(fileURLToPath(new URL(".", `file://${PICTURE}`)), { recursive: true });
    await ann.screenshot({ path: PICTURE });
  }
  await carl.close();
  await expect.poll(() => present(ann)).toEqual(["Ann", "Bea"]);
  await ann.getByText("Carl has left").waitFor();
});

test("the keyboard and the accessibility tree are enough", async () => {
  const page = await visit(await serve());
  expect(await page.evaluate("document.activeElement.id")).toBe("name");
  await page.keyboard.type("Dora");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("text");
  await page.keyboard.type("Hello?");
  await page.keyboard.press("Enter");
  await page.getByRole("log").getByText("Hello?").waitFor();
  await expect.poll(() => page.locator("body").ariaSnapshot()).toMatch(/- status: Connected/);
  const tree = await page.locator("body").ariaSnapshot();
  for (const part of [
    '- heading "The lobby" [level=1]',
    '- region "Conversation"',
    '- log "What was said"',
    '- textbox "Say something"',
    '- button "Send"',
    '- complementary "Here now"',
    "- listitem: Dora",
  ]) {
    expect(tree).toContain(part);
  }
});

test("what cannot be sent is given back, with why", async () => {
  const program = Program.run(process.execPath, [SERVER], { PORT: "0" });
  const page = await visit((await program.prints(/listening on (http:\S+)/))[1] ?? "");
  await comeIn(page, "Ann");
  await page.getByLabel("Say something").fill("   ");
  await page.getByRole("button", { name: "Send" }).click();
  await expect.poll(() => page.getByRole("alert").textContent()).toContain("Not sent (refused)");
  expect(await page.getByLabel("Say something").inputValue()).toBe("   ");
  await program.end("SIGKILL");
  await expect.poll(() => page.getByRole("status").textContent()).not.toBe("Connected");
  await page.close();
  // That the server is gone is an error to the browser, too.
  errors.splice(0);
});
