// The table of flights as SQL, for PGlite and PostgreSQL alike: who fills it runs this.

/** Makes the table. Text is compared by bytes, as Haste orders it. */
export const CREATE_TABLE: string = `CREATE TABLE IF NOT EXISTS flights (
  id integer PRIMARY KEY,
  date timestamp NOT NULL,
  delay integer NOT NULL,
  distance integer NOT NULL,
  origin text COLLATE "C" NOT NULL,
  destination text COLLATE "C" NOT NULL
)`;

/**
 * The indexes by which every page that the view allows is read without sorting the table: one for
 * each order, with the key behind it, either way. Filters by airport and delay use the same ones.
 * Make them after the table has been filled.
 */
export const CREATE_INDEXES: readonly string[] = [
  "date",
  "delay",
  "distance",
  "origin",
  "destination",
].map((column) => `CREATE INDEX IF NOT EXISTS flights_${column} ON flights (${column}, id)`);

/** Changes a flight's delay ($2) by its id ($1); gives the transaction's id, or no row where there is none. */
export const EDIT: string =
  "UPDATE flights SET delay = $2 WHERE id = $1 RETURNING pg_current_xact_id()::text AS xid";
