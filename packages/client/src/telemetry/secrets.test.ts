// P14: whatever telemetry tells, along roads that succeed and roads that fail, no secret is in it.
import { accept, refuse } from "@slipstream/server";
import { expect, onTestFinished, test } from "vitest";
import { failureOf } from "../fixtures/failure.ts";
import { Leaks, SECRETS } from "../fixtures/leaks.ts";
import { serve } from "../fixtures/servers.ts";
import { newSocket, untilChannel, untilState } from "../fixtures/sockets.ts";
import { channel, tracingChannel, type Events, type Traces } from "./index.ts";

const TRACES = [
  "slipstream.client.connect",
  "slipstream.client.join",
  "slipstream.client.leave",
  "slipstream.client.push",
  "slipstream.connection.connect",
  "slipstream.connection.handle",
] as const satisfies readonly (keyof Traces)[];

const EVENTS = [
  "slipstream.client.state",
  "slipstream.client.dropped",
  "slipstream.connection.send",
  "slipstream.connection.ping",
  "slipstream.connection.ignored",
] as const satisfies readonly (keyof Events)[];

test("no payload, params, token, header or query is in any event", async () => {
  const leaks = new Leaks();
  const seen = new Set<string>();
  for (const name of TRACES) {
    const look = (trace: object): void => void (leaks.look(trace) && seen.add(name));
    const subscribers = { start: look, end: look, error: look, asyncStart: look, asyncEnd: look };
    tracingChannel<keyof Traces>(name).subscribe(subscribers);
    onTestFinished(() => tracingChannel<keyof Traces>(name).unsubscribe(subscribers));
  }
  for (const name of EVENTS) {
    const look = (event: object): void => void (leaks.look(event) && seen.add(name));
    channel<keyof Events>(name).subscribe(look);
    onTestFinished(() => void channel<keyof Events>(name).unsubscribe(look));
  }

  const { url, server } = await serve((_, index) => (index === 0 ? refuse(503) : accept()));
  const place = url.replace("ws://", `ws://user:${SECRETS.user}@`);
  const socket = newSocket(`${place}?apikey=${SECRETS.url}`, {
    params: { secret: SECRETS.params },
    headers: { "x-secret": SECRETS.header },
    authToken: SECRETS.token,
  });
  await socket.connect();
  await failureOf(socket.join("room:denied", { deny: true, secret: SECRETS.join }));
  await failureOf(socket.join("room:failed", () => Promise.reject(new Error(SECRETS.join))));
  const room = await socket.join("room:a", { secret: SECRETS.join });
  const payload = { secret: SECRETS.payload };
  for (const event of ["echo", "say", "refuse"]) {
    await room.push(event, payload).catch(() => {});
  }
  room.messages("n", { limit: 1, overflow: "dropOldest" });
  await room.push("count", { to: 3 });
  await socket.ping();
  await failureOf(room.push("silent", payload, { timeout: 10 }));
  server.disconnect("everyone");
  await untilState(socket, "connecting");
  await untilChannel(room, "joined");
  await room.leave();
  await socket.ping();
  await socket.disconnect();

  expect([...seen].toSorted()).toEqual([...TRACES, ...EVENTS].toSorted());
  leaks.expectNone();
});
