// Whoever connects to a full server keeps connecting.
import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { FullServer } from "./full-server.ts";
import { kernelSockets } from "./kernel-sockets.ts";

test.runIf(process.platform === "linux")("a client stays in SYN-SENT", async () => {
  const full = await FullServer.listen();
  const client = connect({ port: full.port, host: "127.0.0.1" });
  await expect
    .poll(() => kernelSockets(full.port)?.filter(({ state }) => state === "SYN-SENT"))
    .toHaveLength(1);
  client.destroy();
  await once(client, "close");
  await full.close();
});
