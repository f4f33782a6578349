import { expect, test } from "vitest";
import { nearest, optionsHelp, readOptions, UsageError, wholeNumber } from "./command.ts";

const KNOWN = {
  rows: { value: "N", text: "how many" },
  topic: { value: "TOPIC", multiple: true, text: "which\nand more" },
  json: { text: "as JSON" },
} as const;

test("switches, values and lists are read", () => {
  const given = readOptions(["--rows", "7", "--topic", "a", "--topic=b", "--json"], KNOWN);
  expect(given.value("rows")).toBe("7");
  expect(given.values("topic")).toEqual(["a", "b"]);
  expect(given.has("json")).toBe(true);
  expect(readOptions([], KNOWN).values("topic")).toEqual([]);
});

test.each([
  [["--row", "7"], "There is no option --row. Did you mean --rows? See --help."],
  [["--frobnicate"], "There is no option --frobnicate. See --help."],
  [
    ["s3cret"],
    "A word that belongs to no option is not expected: a value follows its option, as in --rows 1000, and one with spaces or quotes is quoted for the shell. See --help.",
  ],
  [["--rows"], "Option '--rows <value>' argument missing. See --help."],
  [["--json=1"], "Option '--json' does not take an argument. See --help."],
])("%j is refused with what to do", (args, message) => {
  expect(() => readOptions(args, KNOWN)).toThrow(new UsageError(message));
});

test("the nearest name is the one that few edits make, if there is one", () => {
  expect(nearest("lisen", ["demo", "listen"])).toBe("listen");
  expect(nearest("xyz", ["demo", "listen"])).toBeUndefined();
});

test("whole numbers have bounds", () => {
  const bounds = { min: 1, max: 3_000_000, otherwise: 5 };
  expect(wholeNumber("rows", undefined, bounds)).toBe(5);
  expect(wholeNumber("rows", "3_000_000", bounds)).toBe(3_000_000);
  for (const text of ["0", "3000001", "-1", "1.5", "1e3", "many", ""]) {
    expect(() => wholeNumber("rows", text, bounds)).toThrow("--rows must be a whole number from 1");
  }
});

test("the help of options stands in columns", () => {
  expect(optionsHelp(KNOWN)).toBe(
    [
      "  --rows N       how many",
      "  --topic TOPIC  which",
      "                 and more",
      "  --json         as JSON",
    ].join("\n"),
  );
});
