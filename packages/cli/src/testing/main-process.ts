// The built command as a child process, for tests: what it is given, what it says, how it ends.
import { spawn, type ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../bin/slipstream.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class MainProcess {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  #stdout = "";
  #stderr = "";
  readonly #waiters = new Set<() => void>();

  /** @param input what standard input has; null leaves it open, for `stdin` to write to. */
  constructor(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    input: string | null = "",
  ) {
    const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
    this.#child = spawn(process.execPath, [MAIN, ...args], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...inherited, ...env },
    });
    // A command that ends before it has read all is none of a test's business.
    this.#child.stdin.on("error", () => {});
    if (input !== null) this.#child.stdin.end(input);
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      this.#look();
    });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      this.#look();
    });
    this.ended = new Promise((resolve) => {
      this.#child.on("close", (code) => {
        resolve({ code, stdout: this.#stdout, stderr: this.#stderr });
        this.#look();
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get stdin(): Writable {
    return this.#child.stdin;
  }

  get stdout(): Readable {
    return this.#child.stdout;
  }

  /** Resolves when stdout, or stderr, holds the text. */
  async says(text: string, where: "stdout" | "stderr" = "stderr"): Promise<void> {
    const said = (): boolean => (where === "stdout" ? this.#stdout : this.#stderr).includes(text);
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        const over = this.#child.exitCode !== null && this.#child.stdout.closed;
        if (!said() && !over) return;
        this.#waiters.delete(look);
        if (said()) resolve();
        else reject(new Error(`It ended without saying "${text}": ${this.#stdout}${this.#stderr}`));
      };
      this.#waiters.add(look);
      look();
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  #look(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }
}

/** Runs the command to its end. */
export function runMain(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = "",
): Promise<Ended> {
  return new MainProcess(args, env, input).ended;
}
