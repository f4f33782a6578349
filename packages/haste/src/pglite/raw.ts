// PGlite's connection, spoken to in texts: no value is interpreted on the way in or out.
import type { PGliteInterface, QueryOptions, Transaction } from "@electric-sql/pglite";
import type { Row } from "../row.ts";

type Serializers = NonNullable<QueryOptions["serializers"]>;
type Parsers = NonNullable<QueryOptions["parsers"]>;

const identity = (text: string): string => text;

/** Runs queries on a connection or in a transaction of it; parameters and results are texts. */
export function rawQueries(
  db: PGliteInterface,
): (
  on: PGliteInterface | Transaction,
  sql: string,
  parameters?: readonly (string | null)[],
) => Promise<readonly Row[]> {
  return async (on, sql, parameters = []) => {
    const result = await on.query<Row>(sql, [...parameters], {
      rowMode: "array",
      parsers: parsersOf(db),
      serializers: AS_IT_IS,
    });
    return result.rows;
  };
}

// PGlite asks for a serializer by a parameter's type; whichever that is, this one answers.
const AS_IT_IS: Serializers = new Proxy<Serializers>({}, { get: () => identity });

/** One that changes nothing for each type that the database has a parser for. */
function parsersOf(db: PGliteInterface): Parsers {
  const known = "parsers" in db ? Object.keys(db["parsers"] as object) : [];
  return Object.fromEntries(known.map((oid) => [oid, identity])) as Parsers;
}
