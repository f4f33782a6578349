// The command `push`: joins, pushes what it was given or what standard input has, and ends.
import { createInterface } from "node:readline";
import type { Command } from "../command.ts";
import { UsageError } from "../command.ts";
import { runSession } from "../connection/run-session.ts";
import { EXIT } from "../exit-codes.ts";
import { asksOf, type Ask } from "./asks.ts";
import { PUSH_HELP, readPushOptions, type PushOptions } from "./options.ts";

export const push: Command = {
  name: "push",
  summary: "push to a channel, from arguments or standard input, and print the replies",
  help: PUSH_HELP,
  async run(args) {
    const options = readPushOptions(args);
    if (options === null) {
      process.stdout.write(PUSH_HELP);
      return EXIT.ok;
    }
    const session = { ...options, topics: [options.topic], comesBack: false };
    return runSession(session, async (_socket, [channel], output, stop) => {
      const { pushAll } = await import("./pushing.ts");
      if (channel === undefined) return EXIT.ok;
      await channel.join();
      try {
        return await pushAll(channel, asksFor(options, stop), output, options);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        output.note(error.message);
        return EXIT.usage;
      }
    });
  },
};

async function* asksFor({ event, payload }: PushOptions, stop: AbortSignal): AsyncGenerator<Ask> {
  if (event !== null && payload !== undefined) {
    yield { event, payload };
    return;
  }
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity, signal: stop });
  yield* asksOf(lines, event);
}
