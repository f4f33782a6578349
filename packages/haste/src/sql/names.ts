// Names as SQL, and the columns of a table as filters and orders compare them.
import type { Column, Table } from "../table.ts";

/** A name, quoted: `"flight"`. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A table, its schema named: `"public"."flights"`. */
export function tableSql({ schema, name }: Pick<Table, "schema" | "name">): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/** The column at a place. */
export function columnAt(table: Table, place: number): Column {
  const column = table.columns[place];
  if (column === undefined) throw new RangeError(`${table.id} has no column at place ${place}.`);
  return column;
}

/** A column to be asked whether it equals something: by bytes, and by the column's own index. */
export function equalitySql({ name, type, collation }: Column): string {
  const bare = type.filters !== "text" || collation !== undefined;
  return bare ? quoteIdentifier(name) : `${quoteIdentifier(name)} COLLATE "C"`;
}

/** A column to be ordered by, or compared with less and greater: text by bytes. */
export function orderedSql({ name, type, collation }: Column): string {
  const bare = type.filters !== "text" || collation === "bytes";
  return bare ? quoteIdentifier(name) : `${quoteIdentifier(name)} COLLATE "C"`;
}
