// The transport over the platform's WebSocket in the conformance suite, in Bun.
import { afterAll } from "vitest";
import {
  describeTransport,
  type TransportAbilities,
} from "../conformance/transport.conformance.ts";
import { startRuntime } from "../fixtures/runtimes.ts";

const can: TransportAbilities = {
  seesCloseFrame: false,
  failsByTheBook: true,
  dialsAtOnce: true,
  resets: false,
  seesStatus: false,
  sendsHeaders: true,
  pauses: false,
};

const { dial, close } = await startRuntime("bun");
afterAll(close);

describeTransport({ name: "of Bun", dial, can, servers: {} });
