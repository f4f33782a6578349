// Quick runs of the benches of live pages over a real PostgreSQL: what `--json` prints, and what must be
// so at any size.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { bench, linesOf } from "../testing/run-bench.ts";

const PATIENCE = 240_000;

type Line = Readonly<Record<string, unknown>>;

async function quick(name: string): Promise<readonly Line[]> {
  const { stdout, stderr, code } = await bench("--quick", "--json", name);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return linesOf(stdout) as readonly Line[];
}

const above0: unknown = expect.toSatisfy((value) => typeof value === "number" && value > 0);

test(
  "from a commit to the client, by each side",
  async () => {
    const lines = await quick("haste-commit-to-client");
    expect(lines.map(({ side }) => side)).toEqual(["bare", "slipstream", "poll", "live queries"]);
    for (const line of lines) {
      expect(line).toMatchObject({
        bench: "haste-commit-to-client",
        pages: 30,
        changesPerSecond: line["side"] === "live queries" ? null : 200,
        p50: above0,
        p99: above0,
        range: [above0, above0],
        unit: "ms",
      });
    }
  },
  PATIENCE,
);

test(
  "the first page, new and known, in a quiet database and a busy one",
  async () => {
    const lines = await quick("haste-first-page");
    expect(lines.map(({ case: name, side }) => [name, side])).toEqual(
      ["a page that is new", "a page that is known", "new, with 100 changes/s"].flatMap((name) => [
        [name, "bare"],
        [name, "slipstream"],
      ]),
    );
    for (const line of lines) expect(line).toMatchObject({ p50: above0, p99: above0, unit: "ms" });
  },
  PATIENCE,
);

test(
  "pages that come and go leave nothing behind",
  async () => {
    const [line] = await quick("haste-churn");
    expect(line).toMatchObject({
      bench: "haste-churn",
      pagesPerSecond: above0,
      refused: 0,
      p50: above0,
      left: { pages: 0, groups: 0, timers: 0 },
      heap: { after: above0 },
    });
    expect(line?.["queries"]).toBeLessThanOrEqual(8);
  },
  PATIENCE,
);

test(
  "after a flood every page is what the database has, and nobody is left",
  async () => {
    const [line] = await quick("haste-flood");
    expect(line).toMatchObject({
      bench: "haste-flood",
      changes: 5_000,
      changesPerSecond: above0,
      wrongPages: 0,
      zombies: 0,
    });
  },
  PATIENCE,
);

test(
  "rows decoded, by each side",
  async () => {
    const lines = await quick("haste-decoding");
    expect(lines.map(({ side }) => side)).toEqual(["bare", "slipstream"]);
    for (const line of lines) expect(line).toMatchObject({ rowsPerSecond: above0, ratio: above0 });
  },
  PATIENCE,
);

test(
  "a run that is stopped leaves no cluster",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "slipstream-bench-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    // The cluster's owner has to get into its own, which is below.
    chmodSync(folder, 0o755);
    const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
    const child = spawn(process.execPath, [main, "--quick", "haste-churn"], {
      stdio: "ignore",
      env: { ...process.env, TMPDIR: folder },
    });
    await expect.poll(() => readdirSync(folder)).toHaveLength(1);
    const closed = once(child, "close");
    child.kill("SIGINT");
    expect((await closed)[0]).toBe(130);
    expect(readdirSync(folder)).toEqual([]);
  },
  PATIENCE,
);
