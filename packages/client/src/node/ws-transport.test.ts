// The transport over `ws` in the conformance suite: over TCP, and over TLS.
import { selfSigned } from "@slipstream/faults";
import {
  describeTransport,
  type TransportAbilities,
} from "../conformance/transport.conformance.ts";
import { dialWs } from "./dial-ws.ts";

const can: TransportAbilities = {
  seesCloseFrame: true,
  failsByTheBook: true,
  dialsAtOnce: true,
  resets: true,
  pauses: true,
  seesStatus: true,
  sendsHeaders: true,
};
const tls = selfSigned();

describeTransport({ name: "ws", dial: dialWs(), can, servers: {} });
describeTransport({
  name: "ws over TLS",
  dial: dialWs({ tls: { ca: tls.cert } }),
  can,
  servers: { tls },
});
