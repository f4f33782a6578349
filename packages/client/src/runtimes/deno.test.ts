// The transport over the platform's WebSocket in the conformance suite, in Deno.
import { afterAll } from "vitest";
import {
  describeTransport,
  type TransportAbilities,
} from "../conformance/transport.conformance.ts";
import { startRuntime } from "../fixtures/runtimes.ts";

const can: TransportAbilities = {
  seesCloseFrame: false,
  failsByTheBook: false,
  dialsAtOnce: true,
  resets: false,
  seesStatus: false,
  sendsHeaders: true,
  pauses: false,
};

const { dial, close } = await startRuntime("deno");
afterAll(close);

describeTransport({
  name: "of Deno",
  dial,
  can,
  servers: {},
  deviations: [
    "takes any 101",
    "reads masked frames",
    "does not know 1014",
    "takes a FIN for a close frame",
  ],
});
