// How many changes a second Haste leads to the pages that they affect, by how many pages are open.
// No database, no network: what is measured is the index and the filters alone.
import { bindFilter, ChangeIndex, columnType } from "@slipstream/haste";
import type { Row, Table } from "@slipstream/haste";
import type { Bench, Size, Trial } from "../bench.ts";
import { filterOf } from "../haste/mix.ts";

const UNIT = "changes/s";

/** Orders of many tenants: how many pages are open is also how many tenants there are. */
const orders: Table = {
  id: "public.orders",
  schema: "public",
  name: "orders",
  columns: [
    { name: "id", type: typeOf("bigint"), nullable: false },
    { name: "tenant", type: typeOf("integer"), nullable: false },
    { name: "amount", type: typeOf("numeric"), nullable: true },
    { name: "note", type: typeOf("text"), nullable: true },
  ],
  key: [0],
};

function typeOf(name: string): Table["columns"][number]["type"] {
  const type = columnType({ name });
  if (type === undefined) throw new Error(`Haste knows no type ${name}.`);
  return type;
}

/** An update of one tenant's order, so that one page asks for its tenant and one for its range. */
function change(pages: number, number: number): readonly [before: Row, after: Row] {
  const tenant = (number * 7_919) % pages;
  const row = (amount: string): Row => [`${number}`, `${tenant}`, amount, "as it was"];
  return [row(`${tenant}.25`), row(`${tenant}.75`)];
}

function matching(pages: number, size: Size): Trial {
  const about = pages.toLocaleString("en");
  return {
    name: `${about} pages`,
    async measure() {
      const index = new ChangeIndex<number>(orders);
      for (let page = 0; page < pages; page += 1) {
        index.set(page, bindFilter(filterOf(page), orders));
      }
      const changes = Array.from({ length: 20_000 }, (_, number) => change(pages, number));
      const rounds = size === "quick" ? 1 : 40;
      let hits = 0;
      let most = 0;
      const round = (): void => {
        for (const [before, after] of changes) {
          const known = hits;
          index.visit(before, after, () => {
            hits += 1;
          });
          most = Math.max(most, hits - known);
        }
      };
      round();
      if (hits < changes.length || most > 3) {
        throw new Error(
          `${hits} pages were hit by ${changes.length} changes, at most ${most} at once.`,
        );
      }
      const began = performance.now();
      for (let done = 0; done < rounds; done += 1) round();
      const seconds = (performance.now() - began) / 1_000;
      return [{ case: about, value: (rounds * changes.length) / seconds, unit: UNIT }];
    },
  };
}

export const hasteMatching: Bench = {
  name: "haste-matching",
  about: "changes led to the pages that they affect, by how many are open",
  sides: ["slipstream"],
  flags: [],
  trials: (size) => [1_000, 10_000, 100_000].map((pages) => matching(pages, size)),
  lines: (results) =>
    results.map(({ bench, case: pages, median, min, max }) => ({
      bench,
      pages: Number(pages.replaceAll(",", "")),
      changesPerSecond: median,
      range: [min, max],
    })),
};
