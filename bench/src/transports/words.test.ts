import { expect, test } from "vitest";
import type { Observation } from "./observe.ts";
import { cellOf, markdownTable } from "./words.ts";

const seen: Observation = {
  case: "x",
  closed: { how: "1000", after: 20 },
  opened: true,
  asked: true,
  errors: 0,
  late: 0,
  story: ["client: close 1000", "server: close 1000", "server: FIN", "client: FIN"],
  left: null,
};

test.each<[Partial<Observation>, string]>([
  [{}, "1000; FIN after the server's"],
  [
    { story: ["client: close 1000", "server: close 1000", "client: FIN", "server: FIN"] },
    "1000; FIN before the server's",
  ],
  [
    { story: ["client: close 1000", "client: FIN"], closed: null, left: "FIN-WAIT-2" },
    "nothing in 40 s; FIN before any answer; FIN-WAIT-2 left",
  ],
  [
    { story: ["client: close 1000", "client: RST"], closed: { how: "no code", after: 5_040 } },
    "no code after 5 s; RST",
  ],
  [
    {
      asked: false,
      closed: { how: "1006", after: 900 },
      story: ["server: bytes 3", "client: FIN"],
    },
    "1006; FIN before the server's",
  ],
  [{ closed: null, errors: 1, story: [], asked: false }, "error only in 40 s"],
  [{ late: 20 }, "1000; 20 late messages; FIN after the server's"],
  [
    {
      asked: false,
      closed: { how: "4001", after: 0 },
      story: ["server: close 4001 bye", "client: close 4001 bye", "server: FIN", "client: FIN"],
    },
    "4001; answers 4001 and the reason, FIN after the server's",
  ],
  [
    { asked: false, story: ["server: close", "client: close", "server: FIN", "client: FIN"] },
    "1000; answers without a code, FIN after the server's",
  ],
])("%j", (change, cell) => {
  expect(cellOf({ ...seen, ...change }, 40_000)).toBe(cell);
});

test("the table is Markdown", () => {
  expect(markdownTable(["a", "b"], [["x", ["1", "2"]]])).toBe(
    "| case | a | b |\n| --- | --- | --- |\n| x | 1 | 2 |",
  );
});
