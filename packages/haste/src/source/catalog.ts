// What the database's catalog says of tables, read alike from PostgreSQL and from PGlite.
import type { Row } from "../row.ts";
import type { Column, Table, UntrackedColumn } from "../table.ts";
import { columnType, type TypeDescription } from "../values/column-types.ts";
import type { ColumnType } from "../values/column-type.ts";

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
  readonly found: readonly CatalogTable[];
  /** Sentences that say why a table cannot be followed. */
  readonly problems: readonly string[];
}

interface Relation {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly replicaIdentity: string;
  readonly problems: readonly string[];
}

/**
 * Reads the tables with these names, given as SQL writes them (`flights`, `public."Flights"`).
 *
 * @param wanted by the same names: the columns to be followed beside the key's; by default all.
 */
export async function readCatalog(
  run: RunQuery,
  names: readonly string[],
  wanted?: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<CatalogTables> {
  const found: CatalogTable[] = [];
  const problems: string[] = [];
  for (const name of new Set(names)) {
    const relation = await readRelation(run, name);
    if (typeof relation === "string") {
      problems.push(relation);
      continue;
    }
    const id = `${relation.schema}.${relation.name}`;
    problems.push(...relation.problems.map((problem) => `${id} ${problem}`));
    if (relation.problems.length > 0) continue;
    const { columns: all, untracked } = await readColumns(run, relation.oid);
    const keyNames = await readKey(run, relation.oid);
    const some = wanted?.get(name);
    const columns = all.filter(
      (column) => some?.has(column.name) !== false || keyNames.includes(column.name),
    );
    const key = keyNames.map((column) => columns.findIndex(({ name }) => name === column));
    const trouble = keyTrouble(keyNames, key, columns, untracked);
    if (trouble !== null) {
      problems.push(`${id} ${trouble}`);
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

const RELATION = `
  SELECT c.oid, n.nspname, c.relname, c.relreplident, c.relkind, c.relpersistence,
    EXISTS (SELECT FROM pg_inherits i WHERE c.oid IN (i.inhparent, i.inhrelid)),
    has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE'),
    row_security_active(c.oid)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid = to_regclass($1)`;

const KINDS: Readonly<Record<string, string>> = {
  v: "is a view",
  m: "is a materialized view",
  p: "is partitioned",
  f: "is a foreign table",
};

async function readRelation(run: RunQuery, name: string): Promise<Relation | string> {
  const [row] = await run(RELATION, [name]);
  if (row === undefined) return `There is no table ${name} (or its schema may not be used).`;
  const [oid, schema, table, replicaIdentity, kind, persistence, inherits, readable, secured] = row;
  const problems: string[] = [];
  if (kind !== "r") {
    problems.push(`${KINDS[kind ?? ""] ?? "is no table"}: only plain tables can be followed.`);
  } else if (inherits === "t") {
    problems.push("inherits, or is inherited from: only plain tables can be followed.");
  } else if (persistence !== "p") {
    problems.push("is unlogged or temporary: its changes are in no log.");
  }
  if (readable !== "t") problems.push("may not be read by this role: GRANT SELECT on it.");
  if (secured === "t") {
    problems.push("has row security that this role does not bypass: its pages would lack rows.");
  }
  return {
    oid: oid ?? "",
    schema: schema ?? "",
    name: table ?? "",
    replicaIdentity: replicaIdentity ?? "",
    problems,
  };
}

// A collation orders by bytes when it is C or POSIX, or one that PostgreSQL 17 and later bring.
const COLUMNS = `
  SELECT a.attname, a.atttypid, a.attnotnull, a.attgenerated, co.collisdeterministic,
    coalesce(CASE WHEN co.collprovider = 'd'
      THEN CASE to_jsonb(d) ->> 'datlocprovider'
        WHEN 'b' THEN true WHEN 'i' THEN false ELSE d.datcollate IN ('C', 'POSIX') END
      ELSE co.collprovider = 'b' OR co.collprovider = 'c' AND co.collcollate IN ('C', 'POSIX')
    END, false)
  FROM pg_attribute a
  JOIN pg_database d ON d.datname = current_database()
  LEFT JOIN pg_collation co ON co.oid = a.attcollation
  WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;

async function readColumns(
  run: RunQuery,
  relation: string,
): Promise<{ columns: Column[]; untracked: UntrackedColumn[] }> {
  const columns: Column[] = [];
  const untracked: UntrackedColumn[] = [];
  for (const row of await run(COLUMNS, [relation])) {
    const [name = null, typeId = null, notNull, generated, deterministic, bytes] = row;
    if (name === null || typeId === null) continue;
    if (generated !== "") {
      untracked.push({ name, reason: "it is generated, and changes do not carry it" });
      continue;
    }
    const description = await readType(run, typeId);
    const type = columnType(description);
    if (type === undefined) {
      untracked.push({ name, reason: `its type ${description.name} cannot be followed` });
      continue;
    }
    const nullable = notNull !== "t";
    const collation = bytes === "t" ? "bytes" : deterministic === "t" ? "deterministic" : undefined;
    columns.push({ name, type, nullable, ...(collation !== undefined && { collation }) });
  }
  return { columns, untracked };
}

const TYPE = `
  SELECT format_type(t.oid, NULL), quote_ident(n.nspname) || '.' || quote_ident(t.typname),
    CASE t.typtype WHEN 'd' THEN t.typbasetype::text END,
    CASE t.typtype WHEN 'e' THEN (
      SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid
    ) END
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.oid = $1::oid`;

async function readType(run: RunQuery, id: string): Promise<TypeDescription> {
  const [row] = await run(TYPE, [id]);
  const [name, sql, base, labels] = row ?? [];
  return {
    name: name ?? "unknown",
    sql: sql ?? "text",
    ...(typeof labels === "string" && { enumLabels: JSON.parse(labels) as string[] }),
    ...(typeof base === "string" && { domainOf: await readType(run, base) }),
  };
}

const KEY = `
  SELECT a.attname, i.indimmediate
  FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
  JOIN pg_attribute a ON a.attnum = k.attnum
  WHERE i.indrelid = $1::oid AND a.attrelid = i.indrelid AND i.indisprimary
    AND k.place <= i.indnkeyatts
  ORDER BY k.place`;

async function readKey(run: RunQuery, relation: string): Promise<string[]> {
  const rows = await run(KEY, [relation]);
  return rows.map(([name, immediate]) => (immediate === "t" ? (name ?? "") : ""));
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
