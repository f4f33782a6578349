// The command `listen`: its options, its output, and how Ctrl-C reaches it.
import { once } from "node:events";
import { UsageError, type Command } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { interruptible } from "../interruption.ts";
import { paintFor } from "../terminal/paint.ts";
import { safeText } from "../terminal/safe-text.ts";
import type { ListenOutput } from "./listener.ts";
import { jsonLine, plainLine } from "./message-line.ts";
import { LISTEN_HELP, readListenOptions } from "./options.ts";

export const listen: Command = {
  name: "listen",
  summary: "join topics of any Phoenix socket and print their messages",
  help: LISTEN_HELP,
  async run(args) {
    const options = readListenOptions(args);
    if (options === null) {
      process.stdout.write(LISTEN_HELP);
      return EXIT.ok;
    }
    // Loaded only now: help and mistakes are answered without it.
    const [{ listenTo }, { OptionError }] = await Promise.all([
      import("./listener.ts"),
      import("@slipstream/client"),
    ]);
    const hurry = new AbortController();
    const interruption = interruptible(() => {
      // Whoever asks a third time wants nothing but the end.
      if (hurry.signal.aborted) process.exit(EXIT.interrupted);
      hurry.abort();
    });
    const { signal } = interruption;
    try {
      const code = await listenTo(options, output(options.json, signal), {
        stop: signal,
        hurry: hurry.signal,
      });
      return hurry.signal.aborted ? EXIT.interrupted : code;
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      throw new UsageError(safeText(error.message), { cause: error });
    } finally {
      interruption.release();
    }
  },
};

/** Messages to stdout, no faster than it takes them; all else to stderr. */
function output(json: boolean, signal: AbortSignal): ListenOutput {
  const { stdout, stderr, env } = process;
  const paint = paintFor(stdout, env);
  const dim = paintFor(stderr, env);
  return {
    async message(message) {
      const line = json ? jsonLine(message) : plainLine(message, paint);
      if (stdout.write(`${line}\n`)) return;
      // Where the reader has gone there will be no "drain": the signal says so.
      await once(stdout, "drain", { signal }).catch(() => undefined);
    },
    note: (line) => void stderr.write(`${dim("dim", `· ${line}`)}\n`),
  };
}
