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
 * An index for each order of the view, with the key behind it: it is read either way, and nothing is
 * sorted. Filters by airport and delay use the same ones. Make them after the table has been filled.
 */
export const CREATE_INDEXES: readonly string[] = [
  ["date"],
  ["delay"],
  ["distance"],
  ["origin"],
  ["destination"],
].map(createIndex);

/**
 * For millions of flights, beside those: an airport's flights in each order. Without them a page of a
 * rare airport in another order takes a second of 3,000,000 flights, and with them some ms.
 */
export const CREATE_AIRPORT_INDEXES: readonly string[] = [
  ["origin", "date"],
  ["origin", "delay"],
  ["origin", "distance"],
  ["origin", "destination"],
  ["destination", "date"],
  ["destination", "delay"],
  ["destination", "distance"],
].map(createIndex);

function createIndex(columns: readonly string[]): string {
  const name = `flights_${columns.join("_")}`;
  return `CREATE INDEX IF NOT EXISTS ${name} ON flights (${columns.join(", ")}, id)`;
}

/** Changes a flight's delay ($2) by its id ($1); gives the transaction's id, or no row where there is none. */
export const EDIT: string =
  "UPDATE flights SET delay = $2 WHERE id = $1 RETURNING pg_current_xact_id()::text AS xid";
