// Loggers: a user's that fails harms nothing, and the default one takes whatever it is given.
import { format } from "node:util";
import { afterEach, expect, test, vi } from "vitest";
import { consoleLogger, GuardedLogger, type Logger } from "./logger.ts";

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
afterEach(() => process.off("unhandledRejection", note));

test("a guarded logger writes what it is given, with the logger as this", () => {
  class Own implements Logger {
    lines: unknown[] = [];
    error(...line: unknown[]): void {
      this.lines.push(["error", ...line]);
    }
    debug(...line: unknown[]): void {
      this.lines.push(["debug", ...line]);
    }
  }
  const own = new Own();
  const logger = new GuardedLogger(own);
  logger.error("a", 1);
  logger.warn("there is no warn");
  logger.debug("b", 2);
  expect(own.lines).toEqual([
    ["error", "a", 1],
    ["debug", "b", 2],
  ]);
});

test("one that throws, or rejects, is not heard of again", async () => {
  process.on("unhandledRejection", note);
  const logger = new GuardedLogger({
    error: () => {
      throw new Error("disk full");
    },
    // As an async function does, and as users write them.
    // oxlint-disable-next-line typescript/no-misused-promises -- what is tried
    warn: () => Promise.reject(new Error("disk full")),
  });
  logger.error("a");
  logger.warn("b");
  await new Promise((resolve) => setImmediate(resolve));
  expect(unhandled).toEqual([]);
});

test("a line without details has no argument that says so: console fits as it is", () => {
  const written: unknown[][] = [];
  const write = (...line: unknown[]): void => void written.push(line);
  const logger = new GuardedLogger({ error: write, warn: write, debug: write });
  logger.error("a");
  logger.warn("b", undefined);
  logger.debug("c", null);
  expect(written).toEqual([["a"], ["b"], ["c", null]]);
});

test("the default writes errors and warnings to the console, however deep what came is, and nothing else", () => {
  const written: string[] = [];
  // What the console makes of its arguments, without the console.
  for (const level of ["error", "warn", "info", "log", "debug"] as const) {
    vi.spyOn(console, level).mockImplementation((...line) => written.push(format(...line)));
  }
  const deep: unknown = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
  const error = Object.assign(new Error("refused"), { response: deep });
  const logger = new GuardedLogger(consoleLogger);
  logger.error("slipstream: a", error);
  logger.warn("b");
  logger.debug("c");
  logger.untold(new Error("one line says it"));
  expect(written.splice(2)).toEqual(["slipstream: one line says it"]);
  logger.untold(new Error("it has a cause", { cause: "theirs" }));
  expect(written.splice(2)).toEqual(["slipstream: it has a cause theirs"]);
  logger.error(
    "slipstream: gave up. It was refused. Call connect() again.",
    new Error("It was refused."),
  );
  expect(written.splice(2)).toEqual(["slipstream: gave up. It was refused. Call connect() again."]);
  expect(written.length).toBe(2);
  expect(written[0]).toMatch(/^slipstream: a Error: refused/);
  expect(written[1]).toBe("b");
});
