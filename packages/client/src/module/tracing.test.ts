// Callbacks are told of on their own channels, as far as anybody listens.
import { expect, onTestFinished, test } from "vitest";
import { joinedClient } from "../fixtures/clients.ts";
import { serve } from "../fixtures/servers.ts";
import { tracingChannel } from "../telemetry/index.ts";

test("each callback is a span with its topic and event, and says whether it threw", async () => {
  const { url } = await serve();
  const spans: unknown[] = [];
  for (const name of ["handleConnect", "handleMessage", "handleInfo"] as const) {
    const subscribers = {
      end: ({ client, callback, topic, event, error }: Record<string, unknown>): void => {
        spans.push([client, callback, topic, event, error]);
      },
    };
    const channel = tracingChannel(`slipstream.client.${name}`);
    channel.subscribe(subscribers as never);
    onTestFinished(() => {
      channel.unsubscribe(subscribers as never);
    });
  }
  const client = await joinedClient(url, {
    handleInfo() {
      throw new Error("as asked");
    },
  });
  client.push("room:a", "say", { secret: 1 }, { expects: "none" });
  await client.until("handleMessage");
  client.send("go");
  await client.stopped;
  expect(spans).toMatchObject([
    ["Client", "handleConnect", undefined, undefined, undefined],
    ["Client", "handleMessage", "room:a", "said", undefined],
    ["Client", "handleInfo", undefined, undefined, { code: "threw" }],
  ]);
  expect(JSON.stringify(spans)).not.toContain("secret");
});
