// A row's key as one text.

/** @param columns the names of the key's columns */
export function rowIdOf(row: unknown, columns: readonly string[]): string {
  const values = columns.map((name) => (row as Record<string, unknown>)[name]);
  return values.length === 1 ? String(values[0]) : JSON.stringify(values);
}
