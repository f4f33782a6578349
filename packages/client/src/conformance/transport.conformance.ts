// What every transport must do, as one suite: a test file per transport calls it with its dial and
// what its platform allows. The servers of the cases are made of bytes, without a WebSocket library,
// since only a badly behaved peer tells transports apart.
import { describe } from "vitest";
import { describeClosing } from "./closing.conformance.ts";
import { describeDetaching } from "./detaching.conformance.ts";
import { describeCuts } from "./cuts.conformance.ts";
import { describeDialling } from "./dialling.conformance.ts";
import { describeFrames } from "./frames.conformance.ts";
import { describeManyAtOnce } from "./many-at-once.conformance.ts";
import { describePausing } from "./pausing.conformance.ts";
import type { TransportUnderTest } from "./recorder.conformance.ts";
import { describeResetting } from "./resetting.conformance.ts";

export type { TransportAbilities, TransportUnderTest } from "./recorder.conformance.ts";

export function describeTransport(transport: TransportUnderTest): void {
  describe(`the transport ${transport.name}`, () => {
    describeDialling(transport);
    describeCuts(transport);
    describeFrames(transport);
    describeClosing(transport);
    if (transport.can.resets) {
      describeResetting(transport);
      describeManyAtOnce(transport);
    } else describeDetaching(transport);
    describePausing(transport);
  });
}
