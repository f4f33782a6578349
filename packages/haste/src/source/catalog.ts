// What the database's catalog says of tables, read alike from PostgreSQL and from PGlite.
import type { Row } from "../row.ts";
import { quoteIdentifier, tableSql } from "../sql/names.ts";
import type { Column, Table, UntrackedColumn } from "../table.ts";
import { columnType, type TypeDescription } from "../values/column-types.ts";
import type { ColumnType } from "../values/column-type.ts";
import type { Shortcoming } from "./setup-error.ts";

/** Runs one query; parameters and results are texts. */
export type RunQuery = (
  sql: string,
  parameters: readonly (string | null)[],
) => Promise<readonly Row[]>;

/** A table, and what only sources need to know of it. */
export interface CatalogTable {
  readonly table: Table;
  readonly oid: number;
  readonly replicaIdentity: string;
}

export interface CatalogTables {
  /** Those that can be followed, or could if they might be read. */
  readonly found: readonly CatalogTable[];
  /** Why a table cannot be followed. */
  readonly problems: readonly Shortcoming[];
}

interface Relation {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly replicaIdentity: string;
  readonly problems: readonly string[];
  /** What lets this role read it; null if it may. */
  readonly grant: string | null;
  readonly columns: readonly CatalogColumn[];
  /** The key's columns, and whether each of its uniquenesses is checked at once. */
  readonly key: readonly (readonly [name: string, isImmediate: boolean])[];
}

type CatalogColumn = readonly [
  name: string,
  typeId: string,
  isNotNull: boolean,
  generated: string,
  isDeterministic: boolean | null,
  isInBytes: boolean,
];

/**
 * Reads the tables with these names, given as SQL writes them (`flights`, `public."Flights"`), in two
 * questions however many there are: nothing of the stream is taken in meanwhile.
 *
 * @param wanted by the same names: the columns to be followed beside the key's; by default all.
 */
export async function readCatalog(
  run: RunQuery,
  names: readonly string[],
  wanted?: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<CatalogTables> {
  const found: CatalogTable[] = [];
  const problems: Shortcoming[] = [];
  const relations = await readRelations(run, names);
  const types = await readTypes(run, [...relations.values()]);
  for (const name of new Set(names)) {
    const relation = relations.get(name);
    if (relation === undefined) {
      const advice = /^[a-z0-9_.]*$/.test(name) ? "" : ` ${NAMES}`;
      problems.push({
        problem: `There is no table ${name} (or its schema may not be used).${advice}`,
      });
      continue;
    }
    const id = `${relation.schema}.${relation.name}`;
    problems.push(...relation.problems.map((problem) => ({ problem: `${id} ${problem}` })));
    if (relation.grant !== null) {
      problems.push({ problem: `${id} may not be read by this role.`, sql: relation.grant });
    }
    if (relation.problems.length > 0) continue;
    const { columns: all, untracked } = columnsOf(relation, types);
    const keyNames = relation.key.map(([column, isImmediate]) => (isImmediate ? column : ""));
    const some = wanted?.get(name);
    const columns = all.filter(
      (column) => some?.has(column.name) !== false || keyNames.includes(column.name),
    );
    const key = keyNames.map((column) => columns.findIndex(({ name }) => name === column));
    const trouble = keyTrouble(keyNames, key, columns, untracked);
    if (trouble !== null) {
      problems.push({ problem: `${id} ${trouble}` });
      continue;
    }
    found.push({
      table: { id, schema: relation.schema, name: relation.name, columns, key, untracked },
      oid: Number(relation.oid),
      replicaIdentity: relation.replicaIdentity,
    });
  }
  return { found, problems };
}

// A collation orders by bytes when it is C or POSIX, or one that PostgreSQL 17 and later bring.
const COLUMNS = `
  SELECT json_agg(json_build_array(
    a.attname, a.atttypid::text, a.attnotnull, a.attgenerated, co.collisdeterministic,
    coalesce(CASE WHEN co.collprovider = 'd'
      THEN CASE to_jsonb(d) ->> 'datlocprovider'
        WHEN 'b' THEN true WHEN 'i' THEN false ELSE d.datcollate IN ('C', 'POSIX') END
      ELSE co.collprovider = 'b' OR co.collprovider = 'c' AND co.collcollate IN ('C', 'POSIX')
    END, false)) ORDER BY a.attnum)
  FROM pg_attribute a
  JOIN pg_database d ON d.datname = current_database()
  LEFT JOIN pg_collation co ON co.oid = a.attcollation
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped`;

const KEY = `
  SELECT json_agg(json_build_array(a.attname, i.indimmediate) ORDER BY k.place)
  FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
  JOIN pg_attribute a ON a.attnum = k.attnum
  WHERE i.indrelid = c.oid AND a.attrelid = i.indrelid AND i.indisprimary
    AND k.place <= i.indnkeyatts`;

const RELATIONS = `
  SELECT wanted.name, c.oid, n.nspname, c.relname, c.relreplident, c.relkind, c.relpersistence,
    EXISTS (SELECT FROM pg_inherits i WHERE c.oid IN (i.inhparent, i.inhrelid)),
    has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE'),
    row_security_active(c.oid), (${COLUMNS}), (${KEY}), current_user
  FROM json_array_elements_text($1::json) AS wanted (name)
  JOIN pg_class c ON c.oid = to_regclass(wanted.name)
  JOIN pg_namespace n ON n.oid = c.relnamespace`;

const KINDS: Readonly<Record<string, string>> = {
  v: "is a view",
  m: "is a materialized view",
  p: "is partitioned",
  f: "is a foreign table",
};

async function readRelations(
  run: RunQuery,
  names: readonly string[],
): Promise<ReadonlyMap<string, Relation>> {
  const asked = [...new Set(names)];
  try {
    const rows = await run(RELATIONS, [JSON.stringify(asked)]);
    return new Map(rows.map((row) => [row[0] ?? "", relationOf(row)]));
  } catch (error) {
    if (!isOfName(error)) throw error;
    // Which of them it is they tell one by one.
    const others = asked.length === 1 ? [] : asked;
    const found: (readonly [string, Relation])[] = [];
    for (const name of others) found.push(...(await readRelations(run, [name])));
    return new Map(found);
  }
}

const NAMES = 'A name is as in SQL, in double quotes if it has more than a-z, 0-9 and _: "Order".';

/** Whether a name is none, is of another database, or of a schema that may not be used. */
function isOfName(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return ["42602", "42601", "0A000", "42501"].includes(String(code));
}

/** Source: PostgreSQL, "GRANT". */
function grantSql(table: Pick<Table, "schema" | "name">, role: string): string {
  const [schema, to] = [quoteIdentifier(table.schema), quoteIdentifier(role)];
  return `GRANT USAGE ON SCHEMA ${schema} TO ${to}; GRANT SELECT ON ${tableSql(table)} TO ${to};`;
}

function relationOf([, oid, schema, name, replicaIdentity, kind, ...rest]: Row): Relation {
  const [persistence, inherits, readable, secured, columns, key, role] = rest;
  const problems: string[] = [];
  if (kind !== "r") {
    problems.push(`${KINDS[kind ?? ""] ?? "is no table"}: only plain tables can be followed.`);
  } else if (inherits === "t") {
    problems.push("inherits, or is inherited from: only plain tables can be followed.");
  } else if (persistence !== "p") {
    problems.push("is unlogged or temporary: its changes are in no log.");
  }
  if (secured === "t") {
    problems.push("has row security that this role does not bypass: its pages would lack rows.");
  }
  return {
    oid: oid ?? "",
    schema: schema ?? "",
    name: name ?? "",
    replicaIdentity: replicaIdentity ?? "",
    problems,
    grant:
      readable === "t" ? null : grantSql({ schema: schema ?? "", name: name ?? "" }, role ?? ""),
    columns: JSON.parse(columns ?? "[]") as Relation["columns"],
    key: JSON.parse(key ?? "[]") as Relation["key"],
  };
}

function columnsOf(
  { columns: all }: Relation,
  types: ReadonlyMap<string, TypeDescription>,
): { readonly columns: Column[]; readonly untracked: UntrackedColumn[] } {
  const columns: Column[] = [];
  const untracked: UntrackedColumn[] = [];
  for (const [name, typeId, isNotNull, generated, isDeterministic, isInBytes] of all) {
    if (generated !== "") {
      untracked.push({ name, reason: "it is generated, and changes do not carry it" });
      continue;
    }
    const description = types.get(typeId) ?? { name: "unknown" };
    const type = columnType(description);
    if (type === undefined) {
      untracked.push({ name, reason: `its type ${description.name} cannot be followed` });
      continue;
    }
    const nullable = !isNotNull;
    const collation = isInBytes ? "bytes" : isDeterministic === true ? "deterministic" : undefined;
    columns.push({ name, type, nullable, ...(collation !== undefined && { collation }) });
  }
  return { columns, untracked };
}

/** Types, and those that domains are over. */
const TYPES = `
  WITH RECURSIVE types (oid, base) AS (
    SELECT t.oid, CASE t.typtype WHEN 'd' THEN t.typbasetype END
    FROM pg_type t, json_array_elements_text($1::json) AS wanted (type) WHERE t.oid = wanted.type::oid
    UNION
    SELECT t.oid, CASE t.typtype WHEN 'd' THEN t.typbasetype END
    FROM types JOIN pg_type t ON t.oid = types.base
  )
  SELECT t.oid, format_type(t.oid, NULL), quote_ident(n.nspname) || '.' || quote_ident(t.typname),
    types.base, CASE t.typtype WHEN 'e' THEN (
      SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid
    ) END
  FROM types JOIN pg_type t ON t.oid = types.oid JOIN pg_namespace n ON n.oid = t.typnamespace`;

/** By their oids: the types of all columns. */
async function readTypes(
  run: RunQuery,
  relations: readonly Relation[],
): Promise<ReadonlyMap<string, TypeDescription>> {
  const wanted = new Set(relations.flatMap(({ columns }) => columns.map(([, typeId]) => typeId)));
  if (wanted.size === 0) return new Map();
  const rows = await run(TYPES, [JSON.stringify([...wanted])]);
  const byId = new Map(rows.map((row) => [row[0] ?? "", row]));
  const described = ([, name, sql, base, labels]: Row): TypeDescription => {
    const below = typeof base === "string" ? byId.get(base) : undefined;
    return {
      name: name ?? "unknown",
      sql: sql ?? "text",
      ...(typeof labels === "string" && { enumLabels: JSON.parse(labels) as string[] }),
      ...(below !== undefined && { domainOf: described(below) }),
    };
  };
  return new Map([...byId].map(([id, row]) => [id, described(row)]));
}

function keyTrouble(
  names: readonly string[],
  key: readonly number[],
  columns: readonly Column[],
  untracked: readonly UntrackedColumn[],
): string | null {
  if (names.length === 0) return "has no primary key: a page's rows are told apart by it.";
  if (names.includes("")) return "has a primary key that is deferrable: two rows can share a key.";
  const orders: ReadonlySet<ColumnType["filters"]> = new Set(["order", "text"]);
  for (const [at, place] of key.entries()) {
    const name = names[at] ?? "";
    const column = columns[place];
    if (column === undefined) {
      const reason = untracked.find((one) => one.name === name)?.reason ?? "it is not known";
      return `cannot use its key's column ${name}: ${reason}.`;
    }
    if (!orders.has(column.type.filters)) {
      return `cannot order by its key's column ${name}, whose type is ${column.type.name}.`;
    }
  }
  return null;
}
