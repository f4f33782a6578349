// The production builds, as npm run build makes them, in Chromium: in a page, and in a Web Worker.
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { converse } from "../fixtures/conversation.ts";
import { EXPECTED } from "../fixtures/conversation-expected.ts";
import { launchChromium } from "../fixtures/chromium.ts";
import { serve } from "../fixtures/servers.ts";

const browser = await launchChromium();
afterAll(() => browser.close());

/** As text: what the test's own loader makes of an import() or a closure is nothing for a page. */
function program(build: string, url: string): string {
  const file = new URL(`../../dist/${build}/production.js`, import.meta.url);
  const module = `data:text/javascript;base64,${readFileSync(file).toString("base64")}`;
  return `import("${module}").then((client) => (${String(converse)})(client, "${url}")).then(JSON.stringify)`;
}

const expected: unknown = JSON.parse(JSON.stringify(EXPECTED));

describe.each(["browser", "platform"])(
  "the production build %s keeps what is promised",
  (build) => {
    test("in a page", async () => {
      const { url } = await serve();
      const page = await browser.newPage();
      expect(JSON.parse(await page.evaluate<string>(program(build, url)))).toEqual(expected);
      await page.close();
    });

    test("in a Web Worker", async () => {
      const { url } = await serve();
      const page = await browser.newPage();
      const worker = `${program(build, url)}.then(postMessage)`;
      const text = await page.evaluate<string>(
        `new Promise((resolve) => {
        const worker = new Worker(URL.createObjectURL(new Blob([${JSON.stringify(worker)}])));
        worker.onmessage = ({ data }) => resolve(data);
      })`,
      );
      expect(JSON.parse(text)).toEqual(expected);
      await page.close();
    });
  },
);
