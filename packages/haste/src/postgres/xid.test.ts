import fc from "fast-check";
import { expect, test } from "vitest";
import { Acknowledgements } from "./acknowledgements.ts";
import { formatLsn, parseLsn } from "./lsn.ts";
import { fullXid, parseSnapshot, sees } from "./xid.ts";

const anyBits = (bits: bigint): fc.Arbitrary<bigint> =>
  fc.bigInt({ min: 3n, max: 2n ** bits - 1n });

test("a number's lower half and any number near it give the whole, across the wrap", () => {
  const near = fc.bigInt({ min: -(2n ** 31n) + 1n, max: 2n ** 31n - 1n });
  fc.assert(
    fc.property(anyBits(60n), near, (xid, distance) => {
      fc.pre(xid + distance >= 0n);
      expect(fullXid(Number(xid % 2n ** 32n), xid + distance)).toBe(xid);
    }),
  );
});

test("a snapshot sees what had ended when it was taken", () => {
  const snapshot = parseSnapshot("10:20:10,14,15");
  expect([9n, 10n, 11n, 14n, 15n, 19n, 20n, 21n].map((xid) => sees(snapshot, xid))).toEqual([
    true,
    false,
    true,
    false,
    false,
    true,
    false,
    false,
  ]);
  expect(parseSnapshot("10:10:").running.size).toBe(0);
});

test("positions are written as PostgreSQL writes them", () => {
  expect(parseLsn("16/B374D848")).toBe(0x16_b374_d848n);
  expect(formatLsn(0x16_0000_00ffn)).toBe("16/FF");
  fc.assert(
    fc.property(anyBits(64n), (lsn) => {
      expect(parseLsn(formatLsn(lsn))).toBe(lsn);
    }),
  );
});

test("nothing is acknowledged before it is taken and seen, and everything is in the end", () => {
  // Transactions 1, 2, … are taken in order at ten times their number, and seen in any order.
  const step = fc.oneof(
    fc.constant("take" as const),
    fc.constant("pass" as const),
    fc.array(fc.nat(30), { maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const acknowledgements = new Acknowledgements(0n);
      const running = new Set<bigint>();
      let taken = 0n;
      let last = 0n;
      for (const one of steps) {
        if (one === "take") {
          taken += 1n;
          running.add(taken);
          acknowledgements.take(taken, taken * 10n);
        } else if (one === "pass") {
          acknowledgements.pass(taken * 10n + 5n);
        } else {
          for (const xid of one) running.delete(BigInt(xid));
          acknowledgements.confirm({ xmin: 0n, xmax: taken + 1n, running: new Set(running) });
        }
        const first = [...running].sort((a, b) => Number(a - b))[0] ?? taken + 1n;
        expect(acknowledgements.acknowledged).toBeLessThan(first * 10n);
        expect(acknowledgements.acknowledged).toBeGreaterThanOrEqual(last);
        last = acknowledgements.acknowledged;
      }
      acknowledgements.confirm({ xmin: taken + 1n, xmax: taken + 1n, running: new Set() });
      expect(acknowledgements.acknowledged).toBe(acknowledgements.taken);
      expect(acknowledgements.taken).toBeGreaterThanOrEqual(taken * 10n);
    }),
  );
});
