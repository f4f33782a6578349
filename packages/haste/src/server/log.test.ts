// What the operator is told: what no client is, by default on the console, and a flood of it once.
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { PageMirror } from "../fixtures/page-mirror.ts";
import { serve, type Serving } from "../fixtures/serving.ts";
import { InvalidFilterError } from "../errors.ts";
import { defineView, PageError } from "./index.ts";
import { Log } from "./log.ts";

const servings: Serving[] = [];
afterAll(() => Promise.all(servings.map((serving) => serving.close())));
afterEach(() => {
  vi.restoreAllMocks();
});

function trial(): { log: Log; told: string[]; pass: (ms: number) => void } {
  const told: string[] = [];
  let now = 0;
  const log = new Log({ error: (message) => told.push(message) }, () => now);
  return { log, told, pass: (ms) => (now += ms) };
}

test("the same cause is told once in 10 s, and then how often it came", () => {
  const { log, told, pass } = trial();
  for (let n = 0; n < 1_000; n += 1) log.failed("A page failed.", new Error("away"));
  log.failed("A page failed.", new Error("of another kind"));
  expect(told).toEqual(["A page failed.", "A page failed."]);
  pass(10_000);
  log.failed("A page failed.", new Error("away"));
  expect(told[2]).toBe("A page failed. So it was 999 times more meanwhile.");
});

test("an error is told once, under whatever name, and what a client is told not at all", () => {
  const { log, told } = trial();
  const error = new Error("away");
  log.failed("A page could not be read.", error);
  log.failed("A page failed.", error);
  log.failed("A page failed.", new PageError("busy", "Too many pages."));
  expect(told).toEqual(["A page could not be read."]);
});

test("a logger that throws or rejects stops nothing", () => {
  const asked: string[] = [];
  const throws = (message: string): void => {
    asked.push(message);
    throw new Error("full");
  };
  const rejects = (async (message: string): Promise<void> => throws(message)) as typeof throws;
  for (const error of [throws, rejects]) new Log({ error }).error("A page failed.", null);
  expect(asked).toHaveLength(2);
});

test("without a logger it is the console, and false is nobody", () => {
  const error = vi.spyOn(console, "error").mockReturnValue();
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  new Log(false).error("Nobody hears this.", null);
  const log = new Log();
  const cause = new Error("away");
  log.error("Changes do not come.", cause);
  log.error("Changes do not come.", new InvalidFilterError("where", "so it is."));
  log.warn("They come again.");
  expect(error.mock.calls).toEqual([
    ["Changes do not come.", cause],
    ["Changes do not come. where: so it is."],
  ]);
  expect(warn.mock.calls).toEqual([["They come again."]]);
});

test("clients that ask for too much write nothing into it", async () => {
  const told: unknown[] = [];
  const serving = await serve({
    sql: "CREATE TABLE notes (id integer PRIMARY KEY)",
    tables: ["notes"],
    views: [
      defineView({ name: "notes", table: "notes", columns: { id: "integer" }, policy: () => true }),
    ],
    limits: { maxSnapshots: 1, maxWaiting: 1 },
    logger: { error: (...line) => told.push(line) },
  });
  servings.push(serving);
  const socket = await serving.socket();
  // While this transaction runs nothing can be read.
  await serving.db.transaction(async () => {
    const opened = Array.from({ length: 20 }, (_, at) => {
      const params = { filter: ["gt", "id", at] };
      return new PageMirror(socket, `haste:notes:${at}`, params).join();
    });
    const refused = Promise.race(opened.map((one) => one.catch((error: unknown) => error)));
    expect(await refused).toMatchObject({ response: { reason: "busy" } });
  });
  expect(told).toEqual([]);
});
