// Whether the query of a joined view can be run, and gives the columns that are declared: asked of the
// database before anything is served.
import { quoteIdentifier } from "../../sql/names.ts";
import type { Snapshot } from "../../source/source.ts";
import { ViewError } from "../errors.ts";
import type { BoundView } from "./bound-view.ts";

/** Null for domains, enums and others that PostgreSQL does not bring: how they are shown is the author's. */
const TYPE_NAME = `(SELECT format_type(oid, NULL) FROM pg_type
  WHERE oid = $type AND typnamespace = 'pg_catalog'::regnamespace)`;

/** @throws {ViewError} What PostgreSQL says of it, or which column has another type. */
export async function checkQuery(
  view: BoundView,
  snapshot: Pick<Snapshot, "query">,
): Promise<void> {
  const { from } = view.from;
  if (from === undefined) return;
  const { columns } = view.table;
  // No row is read for it.
  const types = columns.map(
    ({ name }, at) =>
      `pg_typeof((SELECT ${quoteIdentifier(name)} FROM ${from} LIMIT 0)) AS type${at}`,
  );
  const names = columns.map((_, at) => TYPE_NAME.replace("$type", `found.type${at}`));
  const sql = `SELECT ${names.join(", ")} FROM (SELECT ${types.join(", ")}) AS found`;
  const found = await snapshot.query(sql, []).catch((error: unknown) => {
    // 42: PostgreSQL's class of what is wrong with a statement, or what may not be read.
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    if (typeof code !== "string" || !code.startsWith("42")) throw error;
    throw new ViewError(view.name, `its sql cannot be run. PostgreSQL says: ${String(message)}.`);
  });
  for (const [at, { name, type }] of columns.entries()) {
    const is = found[0]?.[at] ?? null;
    if (is === null || is === type.name) continue;
    const sentence = `${name} is declared as "${type.name}", and its sql gives "${is}".`;
    throw new ViewError(view.name, sentence);
  }
}
