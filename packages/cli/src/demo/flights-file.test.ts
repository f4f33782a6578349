// The real file, read a second time by hyparquet's own row reader: another road to the same rows.
import { createHash } from "node:crypto";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { expect, test } from "vitest";
import { checksum } from "./checksum.ts";
import { FlightsFileError, flightsPath, readFlights } from "./flights-file.ts";

/** The first group of rows ends here: reading goes across it. */
const GROUP = 272_727;

test("rows and their checksum are the file's, across groups of rows", async () => {
  const rows = GROUP + 1_000;
  const progress: number[] = [];
  const flights = await readFlights({ rows, onProgress: (count) => progress.push(count) });
  expect(progress).toEqual([GROUP, rows]);
  const file = await asyncBufferFromFile(flightsPath());
  const expected = await parquetReadObjects({ file, compressors, rowEnd: rows });
  const hash = createHash("sha256");
  for (const { date, delay, distance, origin, destination } of expected) {
    hash.update(`${(date as Date).getTime()},${delay},${distance},${origin},${destination}\n`);
  }
  expect(flights.length).toBe(rows);
  expect(flights.row(0)).toEqual([978_307_260_000, 33, 2176, "LAS", "PHL"]);
  expect(await checksum(flights)).toBe(hash.digest("hex"));
});

test("any field that differs makes another checksum", async () => {
  const flights = await readFlights({ rows: 100 });
  const sums = new Set([await checksum(flights)]);
  const [date, delay, distance, origin, destination] = flights.row(57);
  for (const row of [
    [date + 1, delay, distance, origin, destination],
    [date, delay + 1, distance, origin, destination],
    [date, delay, distance + 1, origin, destination],
    [date, delay, distance, "XXX", destination],
    [date, delay, distance, origin, "XXX"],
  ] as const) {
    flights.set(57, row);
    sums.add(await checksum(flights));
  }
  expect(sums.size).toBe(6);
});

test("more rows than there are, and a file that is not there, are refused in words", async () => {
  await expect(readFlights({ rows: 3_000_001 })).rejects.toThrow(
    new FlightsFileError("The file has 3000000 flights, and 3000001 were asked for."),
  );
  await expect(readFlights({ rows: 1, path: `${flightsPath()}.missing` })).rejects.toThrow(
    "Run npm ci",
  );
});
