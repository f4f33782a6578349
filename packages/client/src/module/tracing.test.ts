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

/** Does its work when it is awaited, and counts how often that was; the works of some fail. */
class Lazy {
  asked = 0;
  // oxlint-disable-next-line unicorn/no-thenable -- that is what is tested
  then(resolve: (value: unknown) => void, reject: (error: unknown) => void): void {
    this.asked += 1;
    if (this.asked > 1) reject(new Error("asked twice"));
    else resolve("answer");
  }
}

test("a thenable that a callback returns does its work once, whether anybody listens or not", async () => {
  const { url } = await serve();
  const spans: unknown[] = [];
  const made: Lazy[] = [];
  const lazy = (): Lazy => {
    const one = new Lazy();
    made.push(one);
    return one;
  };
  const client = await joinedClient(url, { handleInfo: lazy, handleCall: lazy });
  const work = async (): Promise<void> => {
    client.send("go");
    expect(await client.call("go")).toBe("answer");
  };
  await work();
  for (const name of ["handleInfo", "handleCall"] as const) {
    const channel = tracingChannel(`slipstream.client.${name}`);
    const subscribers = {
      asyncEnd: ({ callback, error }: Record<string, unknown>) =>
        void spans.push([callback, error]),
    };
    channel.subscribe(subscribers as never);
    onTestFinished(() => {
      channel.unsubscribe(subscribers as never);
    });
  }
  await work();
  expect(made.map(({ asked }) => asked)).toEqual([1, 1, 1, 1]);
  expect(spans).toEqual([
    ["handleInfo", undefined],
    ["handleCall", undefined],
  ]);
  expect(client.state).toEqual({ type: "running" });
});
