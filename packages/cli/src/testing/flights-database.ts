// A PGlite with a table of flights, for tests: made up, but with few airports that have many and many
// that have few, and delays as they are.
import { PGlite } from "@electric-sql/pglite";
import { pgliteSource, setup } from "@slipstream/haste/pglite";
import type { Source } from "@slipstream/haste";
import type { Edit } from "../flights-page/edits.ts";
import { CREATE_INDEXES, CREATE_TABLE, EDIT } from "../flights-page/table.ts";

/** Fills the table with so many rows ($1). The same rows each time. */
const FILL: string = `INSERT INTO flights
  SELECT n,
    timestamp '2001-01-01 00:00' + n * interval '7 minutes',
    (n * 7919 % 97 - 20) + CASE WHEN n % 41 = 0 THEN n % 600 ELSE 0 END,
    100 + n * 31 % 2400,
    a[1 + mod(n::bigint * n, 12)::integer],
    a[1 + (n * 5 + n / 12 + 3) % 12]
  FROM generate_series(1, $1::integer) n,
    (SELECT ARRAY['ATL','BOS','DEN','DFW','JFK','LAX','MIA','ORD','PHX','SEA','SFO','SLC'] AS a) airports`;

/** The columns of the page by whose heads a user sorts, but for the delay, by which it is opened. */
export const HEADS = [
  ["Departed", "date"],
  ["From", "origin"],
  ["To", "destination"],
  ["Distance", "distance"],
] as const;

export interface FlightsDatabase {
  readonly db: PGlite;
  /** A source for one page; another may follow once it is closed. */
  source(): Source;
  readonly edit: Edit;
  /** The ids of flights, by what follows `FROM flights`. */
  ids(sql: string): Promise<number[]>;
}

export async function flightsDatabase(rows: number): Promise<FlightsDatabase> {
  const db = await PGlite.create();
  await db.exec(CREATE_TABLE);
  await db.query(FILL, [rows]);
  for (const sql of CREATE_INDEXES) await db.exec(sql);
  await db.exec("ANALYZE flights");
  await setup(db, ["flights"]);
  return {
    db,
    source: () => pgliteSource(db),
    async edit({ id, delay }) {
      const { rows } = await db.query<{ xid: string }>(EDIT, [id, delay]);
      return rows[0] ?? null;
    },
    ids: async (sql) =>
      (await db.query<{ id: number }>(`SELECT id FROM flights ${sql}`)).rows.map(({ id }) => id),
  };
}
