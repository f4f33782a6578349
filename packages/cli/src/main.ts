// The command `slipstream`: finds the command that is asked for, runs it, and ends with its exit code.
import { readFileSync } from "node:fs";
import { nearest, UsageError, type Command } from "./command.ts";
import { cutover } from "./cutover/command.ts";
import { demo } from "./demo/command.ts";
import { EXIT, EXIT_HELP, type ExitCode } from "./exit-codes.ts";
import { join } from "./join/command.ts";
import { listen } from "./listen/command.ts";
import { monitor } from "./monitor/command.ts";
import { push } from "./push/command.ts";

const COMMANDS: readonly Command[] = [demo, listen, join, push, cutover, monitor];

const HELP = `Usage: slipstream <command> [options]

${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`).join("\n")}

  --help     of a command: its options, with examples
  --version  the version

Examples:
  slipstream demo
  slipstream listen --url ws://localhost:4000/socket --topic room:lobby

${EXIT_HELP}`;

function run(args: readonly string[]): ExitCode | Promise<ExitCode> {
  const [name = "", ...others] = args;
  switch (name) {
    case "--version":
      process.stdout.write(`${version()}\n`);
      return EXIT.ok;
    case "help":
    case "--help":
    case "-h": {
      const about = COMMANDS.find((command) => command.name === others[0]);
      process.stdout.write(about?.help ?? HELP);
      return EXIT.ok;
    }
    case "":
      process.stderr.write(HELP);
      return EXIT.usage;
  }
  return find(name, others).run(others);
}

function find(name: string, args: readonly string[]): Command {
  // `npm start -- --url …` arrives as `demo --url …`.
  const asked = name === "demo" && args.some((arg) => /^--url(=|$)/.test(arg)) ? "listen" : name;
  const command = COMMANDS.find((one) => one.name === asked);
  if (command !== undefined) return command;
  const near = nearest(
    asked,
    COMMANDS.map((one) => one.name),
  );
  throw new UsageError(
    `There is no command "${asked}".${near === undefined ? "" : ` Did you mean ${near}?`} See slipstream --help.`,
  );
}

function version(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`slipstream: ${error.message}\n`);
  process.exitCode = EXIT.usage;
}
