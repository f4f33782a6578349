import { FrameReader } from "@slipstream/faults";
import { expect, test } from "vitest";
import { toWire } from "./frame.ts";

test.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])("a frame of %i bytes", (length) => {
  const bytes = new Uint8Array(length).map((_, index) => index);
  for (const [frame, opcode] of [
    ["é".repeat(length / 2) + (length % 2 ? "e" : ""), 1],
    [bytes, 2],
  ] as const) {
    const reader = new FrameReader();
    reader.push(toWire(frame));
    const read = reader.read();
    expect(read).toMatchObject({ fin: true, rsv: 0, opcode });
    expect(read).not.toHaveProperty("mask");
    expect(Buffer.from(read?.payload ?? []).equals(Buffer.from(frame))).toBe(true);
  }
});
