import { expect, test } from "vitest";
import { modelShape } from "../../fixtures/model-view.ts";
import { rowChunks } from "./row-chunks.ts";

test("each row is in one piece, once and in order, whatever the pieces' edges", () => {
  const shape = modelShape(0, "start", { before: 0, after: 20_000 });
  const rows = Array.from({ length: 20_000 }, (_, at) => [`${at}`, `${at * 7}`]);
  const version = { epoch: "epoch 1", position: 10n };
  const chunks = rowChunks(shape, { version, rows, hasMore: { before: false, after: false } });
  expect(chunks.length).toBeGreaterThan(3);
  const all = chunks.map(({ text }) => JSON.parse(text) as unknown[]);
  expect(all.flat()).toEqual(rows.map((row) => row.map(Number)));
  expect(chunks.map(({ count }) => count)).toEqual(all.map(({ length }) => length));
});
