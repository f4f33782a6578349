import fc from "fast-check";
import { expect, test } from "vitest";
import { plain } from "../terminal/paint.ts";
import { presenceTable } from "./presence-table.ts";

test("a line for each place of each key, a column for each thing that is known", () => {
  expect(
    presenceTable(
      "room:lobby",
      [
        {
          key: "ada",
          metas: [
            { phx_ref: "a", device: "phone" },
            { phx_ref: "b", since: 7 },
          ],
        },
        { key: "grace", metas: [] },
      ],
      plain,
    ),
  ).toEqual([
    "room:lobby 2 present",
    "  key    device  since",
    "  ada    phone",
    "  ada            7",
    "  grace",
  ]);
  expect(presenceTable("room:lobby", [], plain)).toEqual(["room:lobby 0 present"]);
});

test("however many there are, a terminal can show it", () => {
  const present = Array.from({ length: 3_000 }, (_, n) => ({
    key: `user ${n}`,
    metas: [
      { phx_ref: "a", ...Object.fromEntries(Array.from({ length: 20 }, (_, c) => [`c${c}`, c])) },
    ],
  }));
  const lines = presenceTable("room", present, plain);
  expect(lines).toHaveLength(1_003);
  expect(lines.at(-1)).toBe("  … and 2000 more");
  expect(lines[1]?.trim().split(/\s+/)).toHaveLength(7);
});

test("nothing of it acts on the terminal or breaks a line", () => {
  const meta = fc.dictionary(fc.string(), fc.anything()).map((one) => ({ ...one, phx_ref: "a" }));
  const present = fc.array(
    fc.record({ key: fc.string(), metas: fc.array(meta, { maxLength: 3 }) }),
    { maxLength: 4 },
  );
  // oxlint-disable-next-line no-control-regex -- none of these may be in a line
  const control = /[\u0000-\u001F\u007F-\u009F]/;
  fc.assert(
    fc.property(fc.string(), present, (topic, rows) => {
      for (const line of presenceTable(topic, rows, plain)) expect(line).not.toMatch(control);
    }),
  );
});
