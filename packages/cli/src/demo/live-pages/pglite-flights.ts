// The flights in PGlite: PostgreSQL within this process, in memory.
import { PGlite } from "@electric-sql/pglite";
import { pgliteSource, setup } from "@slipstream/haste/pglite";
import { CREATE_INDEXES, CREATE_TABLE } from "../../flights-page/table.ts";
import { copyText, flightRuns } from "./flight-texts.ts";
import { XID, type FlightsDatabase, type RunSql } from "./flights-database.ts";

/** Flights that are stored at a time: what is drawn meanwhile does not wait for long. */
const RUN = 10_000;

/** @param folder of an empty database; without it one is made, which takes longer. */
export async function pgliteFlights(folder?: Blob): Promise<FlightsDatabase> {
  const db = await PGlite.create(folder === undefined ? {} : { loadDataDir: folder });
  const run: RunSql = async <Row>(sql: string, parameters: readonly (string | number)[] = []) =>
    (await db.query<Row>(sql, [...parameters])).rows;
  return {
    name: "PGlite",
    place: null,
    run,
    source: () => pgliteSource(db),
    async fill(flights, { onStored, signal }) {
      await db.exec(CREATE_TABLE);
      for (const part of flightRuns(flights.length, RUN)) {
        signal.throwIfAborted();
        const blob = new Blob([copyText(flights, part)]);
        await db.query("COPY flights FROM '/dev/blob'", [], { blob });
        onStored(part.end);
      }
      for (const index of CREATE_INDEXES) {
        signal.throwIfAborted();
        await db.exec(index);
      }
      await db.exec("ANALYZE flights");
      // Last: before, each of the rows would be logged as a change.
      await setup(db, ["flights"]);
    },
    write: (statements) =>
      db.transaction(async (transaction) => {
        const within: RunSql = async <Row>(
          sql: string,
          parameters: readonly (string | number)[] = [],
        ) => (await transaction.query<Row>(sql, [...parameters])).rows;
        await statements(within);
        const [row] = await within<{ xid: string }>(XID);
        return row?.xid ?? "";
      }),
    async close() {
      if (!db.closed) await db.close();
    },
  };
}
