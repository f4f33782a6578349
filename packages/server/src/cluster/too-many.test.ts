// Names of nodes that somebody makes up, who can write to the broker's channel.
import { expect, onTestFinished, test } from "vitest";
import { ChannelsServer } from "../server.ts";
import { inProcess } from "./in-process.ts";
import { decodeEnvelope, encodeEnvelope } from "./node-message.ts";

test("more nodes than a cluster has are not known, nor asked for their presences", async () => {
  const cluster = inProcess();
  const server = new ChannelsServer({ cluster });
  onTestFinished(() => server.close());
  const heard: (string | undefined)[] = [];
  const link = cluster.open({
    up: () => {},
    down: () => {},
    lost: () => {},
    received: (bytes) => heard.push(decodeEnvelope(bytes)?.message.type),
  });
  onTestFinished(() => link.close(0));
  for (let n = 0; n < 3_000; n++) {
    link.publish(
      encodeEnvelope(n.toString(16).padStart(32, "0"), { type: "alive", seq: 7, asks: false }),
    );
  }
  await expect.poll(() => server.stats().cluster?.received).toBe(3_000);
  expect(server.stats().cluster).toMatchObject({ nodes: 1_000, rejected: 2_000 });
  expect(heard.filter((type) => type === "presencesWanted")).toHaveLength(1_000);
});
