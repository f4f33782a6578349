// Checks views against what the database has, before anything is served.
import { bindOrder, ORDER_LIMITS } from "../../order/bind.ts";
import { FILTER_LIMITS } from "../../filter/limits.ts";
import type { Table } from "../../table.ts";
import { columnType } from "../../values/column-types.ts";
import { ViewError } from "../errors.ts";
import type { BoundView } from "./bound-view.ts";
import { parseDeclaration, type ColumnDeclarations } from "./column-declaration.ts";
import { DEFAULT_VIEW_LIMITS, type Definition, type ViewLimits } from "./define-view.ts";
import { DEFAULT_MAX_AGE } from "./policy.ts";

/** The tables that a view needs described, as its author names them. */
export function tablesOf(definition: Definition): readonly string[] {
  const { policy } = definition;
  const looked = typeof policy === "function" ? [] : (policy.tables ?? []);
  return definition.kind === "table"
    ? [definition.table, ...looked]
    : [...definition.tables, ...looked];
}

/**
 * The columns that views look at, by the names of their tables as authors give them. Others may come
 * and go while pages are served.
 *
 * @param tables by the same names.
 */
export function columnsOf(
  definitions: readonly Definition[],
  tables: ReadonlyMap<string, Table>,
): ReadonlyMap<string, ReadonlySet<string>> {
  // A table may have been named in two ways.
  const byId = new Map<string, Set<string>>();
  for (const { id } of tables.values()) byId.set(id, new Set());
  for (const definition of definitions) {
    if (definition.kind === "joined") continue;
    const wanted = byId.get(tables.get(definition.table)?.id ?? "");
    for (const name of namesOf(definition)) wanted?.add(name);
    for (const { column } of definition.order ?? []) wanted?.add(column);
  }
  return new Map([...tables].map(([name, { id }]) => [name, byId.get(id) ?? new Set()]));
}

function namesOf({ columns }: Definition): readonly string[] {
  return Array.isArray(columns) ? (columns as readonly string[]) : Object.keys(columns);
}

/**
 * @param tables by the name that the author gave.
 * @throws {ViewError} What does not fit, and what to do.
 */
export function bindView(definition: Definition, tables: ReadonlyMap<string, Table>): BoundView {
  const { name } = definition;
  const policy = boundPolicy(definition, tables);
  const table =
    definition.kind === "table"
      ? known(definition.name, definition.table, tables)
      : joinedTable(definition);
  const columns = placesOf(definition, table);
  const shown = new Set(columns.map((place) => (table.columns[place] as Column).name));
  const limits = limitsOf(definition);
  const filterable = named(definition, "filterable", table, shown);
  const orderable = named(definition, "orderable", table, shown);
  return {
    name,
    kind: definition.kind,
    table,
    from: definition.kind === "joined" ? { from: `(${definition.sql}) AS "haste_view"` } : {},
    tables:
      definition.kind === "joined"
        ? new Set(definition.tables.map((each) => known(name, each, tables).id))
        : new Set([table.id]),
    columns,
    filterable,
    orderable,
    order: orderOf(definition, table, shown),
    limits,
    filterLimits: { ...FILTER_LIMITS, conditions: limits.maxConditions },
    debounce: definition.kind === "joined" ? (definition.debounce ?? 100) : 0,
    policy,
  };
}

type Column = Table["columns"][number];

/** Of columns that are shown: an order by others would tell of them, and is given to nobody. */
function orderOf({ name, order = [] }: Definition, table: Table, shown: ReadonlySet<string>) {
  const hidden = order.find(({ column }) => !shown.has(column));
  if (hidden !== undefined) {
    throw new ViewError(name, `order names ${hidden.column}, which is not in its columns.`);
  }
  return bindOrder(order, table, ORDER_LIMITS, `the order of view ${JSON.stringify(name)}`);
}

function known(view: string, name: string, tables: ReadonlyMap<string, Table>): Table {
  const table = tables.get(name);
  if (table !== undefined) return table;
  throw new ViewError(view, `the database has no table ${JSON.stringify(name)}.`);
}

function boundPolicy(
  { name, policy }: Definition,
  tables: ReadonlyMap<string, Table>,
): BoundView["policy"] {
  const given = typeof policy === "function" ? { decide: policy } : policy;
  const { decide, tables: looked = [], maxAge = DEFAULT_MAX_AGE } = given;
  return { decide, maxAge, tables: new Set(looked.map((each) => known(name, each, tables).id)) };
}

/** A query as a table: its columns as they are declared. */
function joinedTable(definition: Definition & { readonly kind: "joined" }): Table {
  const { name } = definition;
  const declared = Object.entries(definition.columns);
  const columns = declared.map(([column, declaration]): Column => {
    const { type: typeName, nullable } = parseDeclaration(declaration);
    const type = columnType({ name: typeName });
    if (type === undefined) throw new ViewError(name, `pages cannot show ${typeName} (${column}).`);
    return { name: column, type, nullable };
  });
  const key = definition.key.map((column) => {
    const place = columns.findIndex((each) => each.name === column);
    if (place < 0) throw new ViewError(name, `its key ${column} is not among its columns.`);
    return place;
  });
  if (key.length === 0)
    throw new ViewError(name, "it has no key. Name the columns that are unique.");
  return { id: `view:${name}`, schema: "", name, columns, key };
}

/** The places of the columns that are shown, checked where they are declared. */
function placesOf(definition: Definition, table: Table): readonly number[] {
  const { name, columns } = definition;
  const places = namesOf(definition).map((column) => {
    const place = table.columns.findIndex((each) => each.name === column);
    if (place >= 0) return place;
    const there = table.columns.map((each) => each.name).join(", ");
    throw new ViewError(name, `${table.id} has no column ${column}. It has ${there}.`);
  });
  for (const place of table.key) {
    if (places.includes(place)) continue;
    const column = (table.columns[place] as Column).name;
    throw new ViewError(name, `its columns lack ${column}, by which its rows are told apart.`);
  }
  if (!Array.isArray(columns)) checkTypes(definition, table, columns as ColumnDeclarations);
  return places;
}

function checkTypes({ name }: Definition, table: Table, declared: ColumnDeclarations): void {
  for (const [column, declaration] of Object.entries(declared)) {
    const wanted = parseDeclaration(declaration);
    const found = table.columns.find((each) => each.name === column) as Column;
    const is = `${found.type.name}${found.nullable ? " | null" : ""}`;
    if (wanted.type === found.type.name && (wanted.nullable || !found.nullable)) continue;
    throw new ViewError(name, `${column} is declared as "${declaration}", and is "${is}".`);
  }
}

/** Columns by name that pages may filter or order by. */
function named(
  definition: Definition,
  option: "filterable" | "orderable",
  table: Table,
  shown: ReadonlySet<string>,
): ReadonlySet<string> {
  const given = definition[option] ?? [...shown];
  for (const column of given) {
    if (shown.has(column)) continue;
    throw new ViewError(definition.name, `${option} names ${column}, which is not in its columns.`);
  }
  return new Set([...given, ...table.key.map((place) => (table.columns[place] as Column).name)]);
}

function limitsOf(definition: Definition): ViewLimits {
  const limits: Record<keyof ViewLimits, number> = { ...DEFAULT_VIEW_LIMITS };
  for (const name of Object.keys(limits) as (keyof ViewLimits)[]) {
    const value = definition[name];
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new ViewError(definition.name, `${name} is a whole number, and at least 1.`);
    }
    limits[name] = value;
  }
  return limits;
}
