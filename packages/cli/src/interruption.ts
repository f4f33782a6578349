// How a command is told to stop from outside: Ctrl-C, SIGTERM, a terminal that closes, a reader of its
// output that has gone.
import { EXIT } from "./exit-codes.ts";

/** Why a command is to stop. */
export interface Interruption {
  readonly cause: "SIGINT" | "SIGTERM" | "SIGHUP" | "outputClosed";
}

/** The signal's reason is an Interruption. */
export interface Interruptible {
  readonly signal: AbortSignal;
  /** Stops watching: signals do again what they do by default. */
  release(): void;
}

/** Whoever runs the command, as npm does, may pass on a signal that the terminal has sent to all: ms. */
const ECHO = 250;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Watches from now on.
 * @param again called when a signal comes after the first one: whoever asks twice is in a hurry.
 */
export function interruptible(again: () => void): Interruptible {
  const controller = new AbortController();
  let first = 0;
  const stop = (cause: Interruption["cause"]): void => {
    const interruption: Interruption = { cause };
    if (!controller.signal.aborted) {
      first = performance.now();
      controller.abort(interruption);
    } else if (performance.now() - first > ECHO) {
      again();
    }
  };
  const outputFailed = (error: NodeJS.ErrnoException): void => {
    // What is written after the reader has gone is nobody's.
    if (error.code !== "EPIPE") {
      process.stderr.write(
        `slipstream: Standard output cannot be written (${error.code}): what it was to have is lost.\n`,
      );
      process.exit(EXIT.failed);
    }
    if (!controller.signal.aborted) stop("outputClosed");
  };
  for (const name of SIGNALS) process.on(name, stop);
  process.stdout.on("error", outputFailed);
  return {
    signal: controller.signal,
    release() {
      for (const name of SIGNALS) process.off(name, stop);
    },
  };
}
