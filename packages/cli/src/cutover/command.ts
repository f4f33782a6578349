// The command `cutover`: its options, its files, and what becomes of its run, which is the lab's.
import { open, type FileHandle } from "node:fs/promises";
import { arch, cpus, platform } from "node:os";
import type { CutoverResult, Provenance } from "@slipstream/lab";
import { UsageError, type Command } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { interruptible } from "../interruption.ts";
import { paintFor } from "../terminal/paint.ts";
import { CUTOVER_HELP, readCutoverOptions, type CutoverCommand } from "./options.ts";
import { Progress } from "./progress.ts";
import { summaryOf } from "./summary.ts";

export const cutover: Command = {
  name: "cutover",
  summary: "the same rough work through one client and then another, counted and drawn",
  help: CUTOVER_HELP,
  async run(args) {
    const asked = readCutoverOptions(args);
    if (asked === null) {
      process.stdout.write(CUTOVER_HELP);
      return EXIT.ok;
    }
    return run(asked, args);
  },
};

async function run({ options, files }: CutoverCommand, args: readonly string[]): Promise<ExitCode> {
  const lab = await import("@slipstream/lab");
  // Opened before the run: nobody wants to learn after minutes that a file cannot be written.
  const json = files.json === "-" ? null : await create("json", files.json);
  const html = await create("html", files.html);
  const svg = await create("svg", files.svg);
  const toStdout = files.json === "-";
  const interruption = interruptible(() => process.exit(EXIT.interrupted));
  const progress = new Progress(process.stderr, options);
  const lines = new Lines(toStdout ? null : json);
  try {
    const result: CutoverResult = await lab.runCutover(
      options,
      (event) => {
        progress.tell(event);
        if (json !== null || toStdout) lines.write(lab.eventLine(event));
      },
      interruption.signal,
    );
    progress.end();
    if (json !== null || toStdout) lines.write(lab.resultLine(result));
    await lines.written();
    await html?.writeFile(lab.cutoverPage(result, provenance(args)));
    await svg?.writeFile(lab.cutoverPicture(result));
    if (!toStdout) process.stdout.write(summaryOf(result, paintFor(process.stdout, process.env)));
    return EXIT.ok;
  } catch (error) {
    progress.end();
    if (interruption.signal.aborted) {
      process.stderr.write("slipstream: stopped before the end; there is no result.\n");
      return EXIT.interrupted;
    }
    const { code, message } = error as NodeJS.ErrnoException;
    if (!["client_unusable", "server_unusable", "lab_process"].includes(code ?? "")) throw error;
    process.stderr.write(`slipstream: ${message}\n`);
    return code === "server_unusable" ? EXIT.notConnected : EXIT.failed;
  } finally {
    interruption.release();
    for (const file of [json, html, svg]) await file?.close();
  }
}

/** Lines one after the other, to a file or to standard output. */
class Lines {
  readonly #file: FileHandle | null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: FileHandle | null) {
    this.#file = file;
  }

  write(line: string): void {
    if (this.#file === null) process.stdout.write(line);
    else this.#last = this.#last.then(() => this.#file?.write(line));
  }

  async written(): Promise<void> {
    await this.#last;
  }
}

async function create(option: string, path: string | null): Promise<FileHandle | null> {
  if (path === null) return null;
  try {
    return await open(path, "w");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError(
      `--${option}: ${path} cannot be written (${code}). Name a file in a folder that exists and is yours.`,
      { cause },
    );
  }
}

function provenance(args: readonly string[]): Provenance {
  return {
    command: ["slipstream cutover", ...args].join(" "),
    machine: `Node ${process.versions.node}, ${platform()} ${arch()}, ${cpus().length} cores`,
    date: new Date(),
  };
}
