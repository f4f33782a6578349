// The transport over the platform's WebSocket in the conformance suite, with the classes that Node can
// have: that of `ws`, that of undici, and its own, which it has from 22 on.
import { WebSocket as UndiciWebSocket } from "undici";
import { refuse } from "@slipstream/server";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import {
  describeTransport,
  type TransportAbilities,
} from "../conformance/transport.conformance.ts";
import { failureOf } from "../fixtures/failure.ts";
import { serve } from "../fixtures/servers.ts";
import { newSocket } from "../fixtures/sockets.ts";
import { dialHere } from "./headers.ts";
import { dialPlatform, type PlatformWebSocketClass } from "./platform-transport.ts";

const can: TransportAbilities = {
  seesCloseFrame: false,
  failsByTheBook: true,
  dialsAtOnce: true,
  resets: false,
  seesStatus: false,
  sendsHeaders: false,
  pauses: false,
};

/** Its own default fails messages of more than 16,384 fragments, which no platform does. */
class PatientWebSocket extends WebSocket {
  constructor(url: string, protocols: string[]) {
    super(url, protocols, { maxFragments: 65_536 });
  }
}

for (const [name, webSocket] of Object.entries({ ws: PatientWebSocket, undici: UndiciWebSocket })) {
  const dial = dialPlatform(webSocket as unknown as PlatformWebSocketClass);
  describeTransport({ name: `over the class of ${name}`, dial, can, servers: {} });
}

if ("WebSocket" in globalThis) {
  const [major = 0] = process.versions.node.split(".").map(Number);
  const isOld = major < 24;
  describeTransport({
    name: "over Node's own class",
    dial: dialHere(),
    can: { ...can, sendsHeaders: true, failsByTheBook: !isOld },
    servers: {},
    deviations: isOld ? ["hangs at a foreign protocol"] : [],
  });
}

test("a refusal that the platform does not tell of: what to check names path and credentials", async () => {
  const { url } = await serve(() => refuse(403));
  const transport = dialPlatform(UndiciWebSocket as unknown as PlatformWebSocketClass);
  const error = await failureOf(newSocket(url, { transport, reconnect: false }).connect());
  expect(error).toMatchObject({ code: "connectFailed" });
  expect((error as Error).message).toMatch(
    /the platform does not say which\. Check that the server runs, that host, port and path are right, and params, authToken and the origin\.$/,
  );
});
