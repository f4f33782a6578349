// The production build, as npm run build makes it, in Chromium.
import { readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { converse } from "../fixtures/conversation.ts";
import { EXPECTED } from "../fixtures/conversation-expected.ts";
import { launchChromium } from "../fixtures/chromium.ts";
import { serve } from "../fixtures/servers.ts";

const browser = await launchChromium();
afterAll(() => browser.close());

const file = new URL("../../dist/browser/production.js", import.meta.url);

test("the production build keeps in Chromium what is promised", async () => {
  const { url } = await serve();
  const page = await browser.newPage();
  const module = `data:text/javascript;base64,${readFileSync(file).toString("base64")}`;
  // As text: what the test's own loader makes of an import() or a closure is nothing for a page.
  const text = await page.evaluate<string>(
    `import("${module}").then((client) => (${String(converse)})(client, "${url}")).then(JSON.stringify)`,
  );
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(EXPECTED)));
  await page.close();
});
