// The command as a whole, where it does nothing yet: help, version, and what it cannot understand.
import { readFileSync, realpathSync } from "node:fs";
import { expect, test } from "vitest";
import { EXIT_HELP } from "./exit-codes.ts";
import { runMain } from "./testing/main-process.ts";

test("help names each command, its options, examples and exit codes", async () => {
  const all = await runMain(["--help"]);
  expect(all).toMatchObject({ code: 0, stderr: "" });
  const commands = ["demo", "listen", "join", "push", "cutover", "monitor"];
  for (const text of [...commands, "Examples:", "Exit codes:"]) expect(all.stdout).toContain(text);
  for (const name of commands) {
    const { code, stdout, stderr } = await runMain([name, "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const text of ["Usage: slipstream", "Examples:", "Exit codes:", "--help"])
      expect(stdout).toContain(text);
  }
  const demo = await runMain(["demo", "--help"]);
  expect(demo.code).toBe(0);
  expect(demo.stdout).toContain("npm start -- --rows 3000000");
  expect(demo.stdout).toContain("DATABASE_URL=postgres://");
  const listen = await runMain(["help", "listen"]);
  expect(listen.stdout).toContain("--topic TOPIC");
});

test("the version is the package's", async () => {
  const manifest = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.url), "utf8"),
  ) as {
    version: string;
  };
  expect(await runMain(["--version"])).toMatchObject({ code: 0, stdout: `${manifest.version}\n` });
});

test("npm links it where it installs, before anything is built", () => {
  const linked = new URL("../../../node_modules/.bin/slipstream", import.meta.url);
  expect(realpathSync(linked)).toBe(realpathSync(new URL("../bin/slipstream.js", import.meta.url)));
});

test.each([
  [[], "Usage: slipstream <command>"],
  [["lisen"], 'There is no command "lisen". Did you mean listen?'],
  [["demo", "--row", "7"], "Did you mean --rows?"],
  [["demo", "--rows", "4000000"], "--rows must be a whole number from 1 to 3000000"],
  [["demo", "--page", "--once"], "--page serves until Ctrl-C, and --once ends before"],
  [["demo", "--page", "--no-page"], "and --no-page ends before"],
  [["demo", "--port", "65536"], "--port must be a whole number from 0 to 65535"],
  [["listen", "--topic", "room:lobby"], "Name the server: --url"],
  [["demo", "--url", "ws://127.0.0.1:1/socket"], "Name what to join: --topic"],
])("%j ends with 2 and says what to do", async (args, message) => {
  const { code, stdout, stderr } = await runMain(args);
  expect(stderr).toContain(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
});

test("the README tells of the same exit codes as the help, in the same words", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const told = [...readme.matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(
    ([, code, text]) => `${code} ${text}`,
  );
  const helped = EXIT_HELP.replaceAll(/\n {7}/g, " ").matchAll(/^ {2}(\d+) +(.*)$/gm);
  expect(told.length).toBeGreaterThan(6);
  expect([...helped].map(([, code, text]) => `${code} ${text}`)).toEqual(told);
});
