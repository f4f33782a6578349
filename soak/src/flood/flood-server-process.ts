// The process of the server: a channel that floods whoever asks for it, as fast as the client takes
// it, and a channel that answers.
import { setImmediate as turn } from "node:timers/promises";
import { accept, ChannelsServer, noreply, ok, reply } from "@slipstream/server";
import { MemoryWatch } from "./memory-watch.ts";
import {
  LOOKS,
  MAX_BUFFERED,
  MESSAGE_BYTES,
  type ServerReady,
  type ServerReport,
} from "./protocol.ts";

/** How many are sent between two looks at what waits for the client. */
const BATCH = 100;

const body = "x".repeat(MESSAGE_BYTES);
const server = new ChannelsServer({ logger: false, maxBuffered: MAX_BUFFERED });
let sent = 0;
server.socket("/socket", {
  connect: () => accept(),
  channels: {
    flood: {
      join: () => ok(),
      handleIn({ payload }, channel) {
        channel.sendInfo(payload);
        return noreply();
      },
      async handleInfo(count, channel) {
        for (let n = 1; n <= (count as number); n++) {
          channel.push("n", { n, body });
          sent += 1;
          if (n % Math.ceil((count as number) / LOOKS) === 0) watch.look();
          if (n % BATCH !== 0) continue;
          await channel.drained();
          // What is taken at once is drained at once; others want to be served too.
          await turn();
        }
        channel.push("done", {});
        return noreply();
      },
    },
    room: { join: () => ok(), handleIn: ({ payload }) => reply(payload as never) },
  },
});
const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
const watch = new MemoryWatch();
process.on("message", () => {
  watch.look();
  const report: ServerReport = { type: "report", sent, held: watch.held };
  process.send?.(report, () => process.disconnect());
});
process.on("disconnect", () => void server.close());
const ready: ServerReady = { type: "ready", url: `ws://127.0.0.1:${port}/socket` };
process.send?.(ready);
