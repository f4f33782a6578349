// The transport over the platform's WebSocket in the conformance suite, in a worker thread of Node.
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

const { dial, close } = await startRuntime("node-24", "in-thread.ts");
afterAll(close);

describeTransport({ name: "of a worker thread", dial, can, servers: {} });
