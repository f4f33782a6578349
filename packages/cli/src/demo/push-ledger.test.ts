import fc from "fast-check";
import { expect, test } from "vitest";
import { PushLedger, type PushOutcomeName } from "./push-ledger.ts";

test("a push belongs to the part of the run in which it was made, and has its outcome there", () => {
  let told = 0;
  const ledger = new PushLedger(() => (told += 1));
  ledger.begin("first");
  const one = ledger.made();
  const two = ledger.made();
  ledger.begin("second");
  const three = ledger.made();
  ledger.settled(two, "disconnected");
  ledger.settled(three, "ok");
  expect(ledger.counts("first")).toEqual({ made: 2, byOutcome: { disconnected: 1 } });
  expect([ledger.open(), ledger.open("first"), ledger.open("second")]).toEqual([1, 1, 0]);
  ledger.settled(one, "ok");
  expect(ledger.counts()).toEqual({ made: 3, byOutcome: { disconnected: 1, ok: 2 } });
  expect(told).toBe(3);
});

test("ids are never given twice, and a second outcome is found out", () => {
  const names = fc.constantFrom<PushOutcomeName>("ok", "disconnected", "timeout");
  fc.assert(
    fc.property(fc.array(fc.option(names)), (script) => {
      const ledger = new PushLedger(() => undefined);
      const ids: number[] = [];
      let settled = 0;
      for (const outcome of script) {
        if (outcome === null) ids.push(ledger.made());
        else if (ids.length > settled) ledger.settled(ids[settled++] ?? 0, outcome);
      }
      expect(new Set(ids).size).toBe(ids.length);
      expect(ledger.open()).toBe(ids.length - settled);
      expect(ledger.settledTwice).toBe(0);
      if (settled > 0) ledger.settled(ids[0] ?? 0, "ok");
      expect(ledger.settledTwice).toBe(settled > 0 ? 1 : 0);
    }),
  );
});
