// A transport wrapped in faults keeps the contract of transports: the one over `ws`, wrapped in
// faults that do nothing, in the same conformance suite as without them.
import { describeTransport } from "../conformance/transport.conformance.ts";
import { dialWs } from "../node/index.ts";
import { Faults } from "./index.ts";

describeTransport({
  name: "faults around ws",
  dial: new Faults().wrap(dialWs()),
  can: {
    seesCloseFrame: true,
    failsByTheBook: true,
    dialsAtOnce: true,
    resets: true,
    pauses: true,
    seesStatus: true,
    sendsHeaders: true,
  },
  servers: {},
});
