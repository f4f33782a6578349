// The transport over the platform's WebSocket in the conformance suite, with the classes that Node can
// have: that of `ws`, and that of undici, which Node itself has from 22 on.
import { WebSocket as UndiciWebSocket } from "undici";
import { WebSocket } from "ws";
import {
  describeTransport,
  type TransportAbilities,
} from "../conformance/transport.conformance.ts";
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
