// However the bytes are cut, the frames are the same.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { textFrame } from "../server/frames.ts";
import { FrameCounter } from "./frame-counter.ts";

const ping = Buffer.from([0x89, 2, 1, 2]);

test("data frames are counted, pings are not, wherever the stream is cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(-1, 0, 1, 125, 126, 1_024, 65_535, 65_536), { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 8 }),
      (lengths, cuts) => {
        const frames = lengths.map((length) => (length < 0 ? ping : textFrame("x".repeat(length))));
        const stream = Buffer.concat(frames);
        const counter = new FrameCounter();
        let counted = 0;
        for (let at = 0, cut = 0; at < stream.length; cut++) {
          const some = Math.min(cuts[cut % cuts.length] ?? 1, stream.length - at);
          counted += counter.push(stream.subarray(at), some);
          at += some;
        }
        expect(counted).toBe(lengths.filter((length) => length >= 0).length);
      },
    ),
  );
});
