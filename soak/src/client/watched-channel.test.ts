import { Socket } from "@slipstream/client";
import { TestServer } from "@slipstream/client/testing";
import { expect, test } from "vitest";
import type { ChannelObservation } from "../model/observation.ts";
import { PUSH_TIMEOUT } from "./socket-options.ts";
import { WatchedChannel } from "./watched-channel.ts";

test("what expects no reply and is never sent fails after the time that the model is told", async () => {
  const server = new TestServer();
  const socket = new Socket(server.url, { ...server.socketOptions, pushTimeout: PUSH_TIMEOUT });
  const channel = socket.channel("room:1");
  channel.join().catch(() => {});
  const seen: { readonly at: number; readonly observation: ChannelObservation }[] = [];
  const watched = new WatchedChannel(
    channel,
    (observation) => seen.push({ at: server.clock.now(), observation }),
    () => false,
    () => 1,
  );
  watched.push({
    name: "p",
    event: "e",
    payload: {},
    form: "json",
    expects: "none",
    timeout: Infinity,
    signal: undefined,
    look: "observed",
  });
  await server.clock.advance(60_000);
  const [called, settled] = seen.filter(({ observation: { type } }) => type.startsWith("push"));
  expect(settled?.observation).toMatchObject({
    type: "pushSettled",
    settled: { type: "rejected", code: "timeout", sent: false },
  });
  expect(called?.observation).toMatchObject({
    type: "pushCalled",
    timeout: (settled?.at ?? NaN) - (called?.at ?? NaN),
  });
  await server.clock.advanceUntil(socket.disconnect());
});
