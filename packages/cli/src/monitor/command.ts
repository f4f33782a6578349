// The command `monitor`: its options, and how long it runs. The page is the lab's.
import type { Command } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { interruptible } from "../interruption.ts";
import { MONITOR_HELP, readMonitorOptions } from "./options.ts";

export const monitor: Command = {
  name: "monitor",
  summary: "the same graph, live, for a running server",
  help: MONITOR_HELP,
  async run(args) {
    const options = readMonitorOptions(args);
    if (options === null) {
      process.stdout.write(MONITOR_HELP);
      return EXIT.ok;
    }
    const { startMonitor } = await import("@slipstream/lab");
    const interruption = interruptible(() => process.exit(EXIT.interrupted));
    try {
      const running = await startMonitor(options);
      process.stdout.write(`monitor at ${running.url}\n`);
      await aborted(interruption.signal);
      await running.close();
      return EXIT.ok;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      process.stderr.write(
        `slipstream: port ${options.port} is taken. Name another: --port 0 takes any that is free.\n`,
      );
      return EXIT.failed;
    } finally {
      interruption.release();
    }
  },
};

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
