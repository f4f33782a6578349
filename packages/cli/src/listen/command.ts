// The command `listen`: joins, and prints what comes until it is told to stop.
import type { Command } from "../command.ts";
import { runSession } from "../connection/run-session.ts";
import { EXIT } from "../exit-codes.ts";
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
    return runSession({ ...options, comesBack: true }, async (_socket, channels, output) => {
      const { reader } = await import("../connection/read-messages.ts");
      await Promise.all(
        channels.map(async (channel) => {
          const read = reader(channel, output, options);
          await channel.join();
          await read();
        }),
      );
      return EXIT.ok;
    });
  },
};
