// A command that connects, from its options to its exit code: Ctrl-C, output, errors of options.
import type { Channel, Socket } from "@slipstream/client";
import { UsageError } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { interruptible } from "../interruption.ts";
import { safeText } from "../terminal/safe-text.ts";
import type { Output } from "./output.ts";
import type { SessionOptions } from "./session.ts";

export type SessionWork = (
  socket: Socket,
  channels: readonly Channel[],
  output: Output,
  /** Aborted when the command is to stop. */
  stop: AbortSignal,
) => Promise<ExitCode>;

/** @throws {UsageError} What the client refuses of the options. */
export async function runSession(
  options: SessionOptions & { readonly json: boolean },
  work: SessionWork,
): Promise<ExitCode> {
  // Loaded only now: help and mistakes are answered without it.
  const [{ withSession }, { outputOf }, { OptionError }] = await Promise.all([
    import("./session.ts"),
    import("./output.ts"),
    import("@slipstream/client"),
  ]);
  const hurry = new AbortController();
  const interruption = interruptible(() => {
    // Whoever asks a third time wants nothing but the end.
    if (hurry.signal.aborted) process.exit(EXIT.interrupted);
    hurry.abort();
  });
  const { signal } = interruption;
  const output = outputOf(options.json, signal);
  try {
    const code = await withSession(
      options,
      (socket, channels) => work(socket, channels, output, signal),
      output.note,
      { stop: signal, hurry: hurry.signal },
    );
    return hurry.signal.aborted ? EXIT.interrupted : code;
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    throw new UsageError(safeText(error.message), { cause: error });
  } finally {
    interruption.release();
  }
}
