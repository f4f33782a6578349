// The command `join`: a conversation with one channel.
import { createInterface } from "node:readline";
import type { Channel } from "@slipstream/client";
import type { Command } from "../command.ts";
import type { Output } from "../connection/output.ts";
import { runSession } from "../connection/run-session.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { JOIN_HELP, readJoinOptions, type JoinOptions } from "./options.ts";
import { readTypedLine } from "./typed-line.ts";

/** How long a reply may take, in ms. */
const REPLY_PATIENCE = 10_000;

export const join: Command = {
  name: "join",
  summary: "join a channel and talk with it: what you type is pushed",
  help: JOIN_HELP,
  async run(args) {
    const options = readJoinOptions(args);
    if (options === null) {
      process.stdout.write(JOIN_HELP);
      return EXIT.ok;
    }
    const session = { ...options, topics: [options.topic], comesBack: true };
    return runSession(session, async (_socket, [channel], output, stop) =>
      channel === undefined ? EXIT.ok : converse(channel, output, options, stop),
    );
  },
};

async function converse(
  channel: Channel,
  output: Output,
  options: JoinOptions,
  stop: AbortSignal,
): Promise<ExitCode> {
  const { reader } = await import("../connection/read-messages.ts");
  const read = reader(channel, output, options);
  await output.joined(channel.topic, await channel.join());
  return Promise.race([read().then(() => EXIT.ok), talk(channel, output, stop)]);
}

/** Pushes what is typed until there is no more, and all replies have come. */
async function talk(channel: Channel, output: Output, stop: AbortSignal): Promise<ExitCode> {
  const { pushOne } = await import("../push/pushing.ts");
  const replies = new Set<Promise<void>>();
  let code: ExitCode = EXIT.ok;
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity, signal: stop });
  for await (const line of lines) {
    const typed = readTypedLine(line);
    if (typed.type === "empty") continue;
    if (typed.type === "mistake") {
      output.note(typed.message);
      code = EXIT.usage;
      continue;
    }
    const reply = pushOne(channel, typed, "reply", REPLY_PATIENCE).then(async (replied) => {
      replies.delete(reply);
      if (replied === null) return;
      if (replied.status !== "ok" && code === EXIT.ok) code = EXIT.notPushed;
      await output.reply(replied);
    });
    replies.add(reply);
  }
  await Promise.all(replies);
  // Who types sees the mistakes and mends them.
  return process.stdin.isTTY ? EXIT.ok : code;
}
