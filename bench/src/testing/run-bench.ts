// The command as it is run, for tests.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** Runs what the build has made of the command. */
export async function bench(...args: readonly string[]): Promise<{
  readonly stdout: string;
  readonly stderr: string;
  readonly code: unknown;
}> {
  const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const closed = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await closed;
  return { stdout, stderr, code };
}

/** What it prints with `--json`. */
export function linesOf(stdout: string): readonly unknown[] {
  const lines = stdout.trim().split("\n");
  return lines.map((line): unknown => JSON.parse(line));
}
