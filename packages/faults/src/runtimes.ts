// Other runtimes than the one that the tests run in, as programs.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where `npm test` puts programs that are npm packages: scripts/programs.mjs. */
const PROGRAMS = fileURLToPath(new URL("../../../.cache/programs", import.meta.url));

export type RuntimeName = "bun" | "deno" | "node-22" | "node-24";

/**
 * The command that runs a script in a runtime.
 *
 * @throws {Error} It is not installed; it says what installs it.
 * @example
 * ```ts
 * const [program, ...parameters] = commandOf("deno", "hello.mjs");
 * ```
 */
export function commandOf(name: RuntimeName, script: string): [string, ...string[]] {
  const executable = name.replace(/-\d+$/, "");
  const program = join(PROGRAMS, name, "node_modules", ".bin", executable);
  if (!existsSync(program)) throw new Error(`${name} is not installed: npm test installs it`);
  return name === "deno" ? [program, "run", "--allow-all", "--no-lock", script] : [program, script];
}
