import { expect, test } from "vitest";
import { numeral, tableOf } from "./table.ts";

test("a table stands in columns, figures to the right", () => {
  const common = { bench: "receive", case: "1 KB", unit: "messages/s" };
  const rows = [
    {
      result: { ...common, side: "bare", median: 296_000, min: 192_000, max: 341_000, ratio: 1 },
      work: { busy: 0.987, ratio: 0.5 },
    },
    {
      result: { ...common, side: "ours", median: 9.8765, min: 0, max: 12, ratio: null },
      work: null,
    },
  ];
  expect(tableOf("receive: pushes", rows).split("\n")).toEqual([
    "receive: pushes",
    "",
    "case  side              median               range  of the first  per CPU s  CPU",
    "----  ----  ------------------  ------------------  ------------  ---------  ---",
    "1 KB  bare  296,000 messages/s  192,000 to 341,000          1.00       0.50  99%",
    "1 KB  ours     9.88 messages/s             0 to 12",
  ]);
});

test("numbers have three digits", () => {
  expect([0, 9.87654, 42.42, 1_234_567].map(numeral)).toEqual(["0", "9.88", "42.4", "1,230,000"]);
});
