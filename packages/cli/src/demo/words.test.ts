import type { ConnectionEnd, EndReason } from "@slipstream/client";
import { expect, test } from "vitest";
import { duration, endName, endNames, grouped, tally } from "./words.ts";

const end = (reason: EndReason): ConnectionEnd => ({ reason, code: null, text: "", clean: false });

test("ends are named by their reason and what tells them apart", () => {
  expect(endName({ type: "closedByRemote", code: 1012, reason: "restart" })).toBe(
    "closedByRemote 1012",
  );
  expect(endName({ type: "upgradeRejected", status: 503 })).toBe("upgradeRejected 503");
  expect(endName({ type: "upgradeRejected" })).toBe("upgradeRejected");
  expect(endName({ type: "heartbeatTimeout" })).toBe("heartbeatTimeout");
});

test("ends of one name in a row are counted", () => {
  const refused = end({ type: "upgradeRejected", status: 503 });
  const lost = end({ type: "connectionLost", cause: null });
  expect(endNames([lost, refused, refused, lost])).toEqual([
    "connectionLost",
    "upgradeRejected 503 ×2",
    "connectionLost",
  ]);
});

test("numbers are written as people read them", () => {
  expect(grouped(1_234_567.4)).toBe("1,234,567");
  expect([0, 83.4, 999.4, 999.6, 1_240].map(duration)).toEqual([
    "0 ms",
    "83 ms",
    "999 ms",
    "1.00 s",
    "1.24 s",
  ]);
  expect(tally({ ok: 1_650, left: 0, disconnected: 62, aborted: undefined })).toBe(
    "1,650 ok, 62 disconnected",
  );
  expect(tally({})).toBe("none");
});
