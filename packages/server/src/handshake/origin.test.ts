import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { once } from "node:events";
import { onTestFinished } from "vitest";
import { OptionError } from "../errors.ts";
import { originCheck, type Origins } from "./origin.ts";
import { ok } from "../channel/results.ts";
import { servesUntil } from "../fixtures/server.ts";

const serve = servesUntil(onTestFinished);

describe("the check", () => {
  test.each<[Origins | undefined, string | undefined, string | undefined, boolean]>([
    [undefined, undefined, "example.org", true],
    [undefined, "https://example.org", "example.org", true],
    [undefined, "https://example.org:443", "example.org", true],
    [undefined, "https://EXAMPLE.org", "example.org:443", true],
    [undefined, "http://localhost:5173", "localhost:4000", false],
    [undefined, "https://evil.org", "example.org", false],
    [undefined, "https://example.org.evil.org", "example.org", false],
    [undefined, "null", "example.org", false],
    [undefined, "https://example.org", undefined, false],
    ["any", "https://evil.org", "example.org", true],
    [["https://a.org", "//b.org"], "https://a.org", "x", true],
    [["https://a.org"], "http://a.org", "x", false],
    [["https://a.org"], "https://a.org:8443", "x", false],
    [["//b.org"], "http://b.org", "x", true],
    [["https://*.c.org"], "https://d.c.org", "x", true],
    [["https://*.c.org"], "https://e.d.c.org", "x", true],
    [["https://*.c.org"], "https://c.org", "x", false],
    [["https://*.c.org"], "https://evilc.org", "x", false],
    [["http://localhost:5173"], "http://localhost:5173", "localhost:4000", true],
    [[], "https://a.org", "a.org", false],
    [[], undefined, "a.org", true],
    [undefined, "file://", "", false],
    [(origin) => origin === "https://f.org", "https://f.org", "x", true],
    [(origin) => origin === "https://f.org", "https://g.org", "x", false],
  ])("%o lets a page of %s connect to %s: %s", (origins, origin, host, expected) => {
    expect(originCheck(origins)(origin, host)).toBe(expected);
  });

  test.each([["example.org"], ["https://"], ["https://a.org/path"], ["https://a.*.org"], [7]])(
    "%s is no origin",
    (origin) => {
      expect(() => originCheck([origin as string])).toThrow(OptionError);
    },
  );
});

async function statusOf(port: number, origin: string): Promise<number> {
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}/socket/websocket?vsn=2.0.0`, { origin });
  webSocket.on("error", () => {});
  return new Promise((resolve) => {
    webSocket.on("open", () => {
      webSocket.close();
      void once(webSocket, "close").then(() => resolve(101));
    });
    webSocket.on("unexpected-response", (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
  });
}

test("a page of another origin is refused with 403, and counted", async () => {
  const logged: string[] = [];
  const logger = { error: (message: string) => void logged.push(message) };
  const { port, server } = await serve({ join: () => ok() }, {}, { logger });
  expect(await statusOf(port, "https://evil.org")).toBe(403);
  expect(await statusOf(port, `http://127.0.0.1:${port}`)).toBe(101);
  expect(await statusOf(port, "http://127.0.0.1:1")).toBe(403);
  expect(server.stats().upgradesRefused.forbiddenOrigin).toBe(2);
  // Once, and without a word of the client's.
  expect(logged).toEqual([expect.stringMatching(/\/socket has refused .* option origins/)]);
});

test("origins of the socket", async () => {
  const { port } = await serve({ join: () => ok() }, { origins: ["https://good.org"] });
  expect(await statusOf(port, "https://good.org")).toBe(101);
  expect(await statusOf(port, `http://127.0.0.1:${port}`)).toBe(403);
});
