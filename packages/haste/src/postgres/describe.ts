// What the tables look like, and whether the database is set up: everything that is wrong at once.
import type { Row } from "../row.ts";
import { readCatalog, type CatalogTable, type RunQuery } from "../source/catalog.ts";
import { SetupError, type Shortcoming } from "../source/setup-error.ts";
import { tableSql } from "../sql/names.ts";
import { commonSql, roleSql, tableSetupSql } from "./setup.ts";

export interface SetupNames {
  readonly publication: string;
  readonly slot: string;
  /** Whether the stream has been opened: then the server itself is as it must be. */
  readonly isFollowed: boolean;
}

/** @throws SetupError */
export async function describeTables(
  query: RunQuery,
  tables: readonly string[],
  names: SetupNames,
  columns?: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<readonly CatalogTable[]> {
  const { found, problems } = await readCatalog(query, tables, columns);
  const shortcomings: Shortcoming[] = [
    ...(names.isFollowed ? [] : await serverShortcomings(query, names)),
    ...(await databaseShortcomings(query, names, found)),
    ...problems,
    ...(await tablesShortcomings(query, names, found)),
  ];
  if (shortcomings.length === 0) return found;
  throw new SetupError(shortcomings, await setupCall(query, tables, names));
}

const ROLE =
  "SELECT CASE WHEN NOT rolsuper THEN rolname END FROM pg_roles WHERE rolname = current_user";

/** What a program calls to set it up. Who is no superuser is the role that will follow. */
async function setupCall(
  query: RunQuery,
  tables: readonly string[],
  { publication }: SetupNames,
): Promise<string> {
  const role = (await query(ROLE, []))[0]?.[0] ?? null;
  const options = {
    ...(publication !== "haste" && { publication }),
    ...(role !== null && { role }),
  };
  const said = [tables, ...(Object.keys(options).length > 0 ? [options] : [])];
  const call = `await setup(client, ${said.map((one) => JSON.stringify(one)).join(", ")})`;
  const another = role === null ? "; say { role } if another role follows" : "";
  return `${call} of @slipstream/haste/postgres, as a superuser${another}`;
}

const SERVER = `
  SELECT current_setting('server_version_num')::integer >= 150000, pg_is_in_recovery(),
    current_setting('wal_level'), current_setting('max_slot_wal_keep_size'),
    EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1)
      OR (SELECT count(*) FROM pg_replication_slots)
        < current_setting('max_replication_slots')::integer,
    EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1 AND active)
      OR (SELECT count(*) FROM pg_stat_replication) < current_setting('max_wal_senders')::integer,
    (SELECT rolreplication OR rolsuper FROM pg_roles WHERE rolname = current_user)
      OR EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_replication' AND pg_has_role(oid, 'MEMBER')),
    current_user, current_setting('synchronous_standby_names') LIKE '%*%'`;

async function serverShortcomings(query: RunQuery, { slot }: SetupNames): Promise<Shortcoming[]> {
  const [row = []] = await query(SERVER, [slot]);
  const [isNew, isStandby, level, keeps, hasSlots, hasSenders, mayReplicate, role, isCounted] = row;
  const found: Shortcoming[] = [];
  if (isNew !== "t") found.push({ problem: "PostgreSQL is older than 15." });
  if (isStandby === "t") found.push({ problem: "This is a standby: connect to the primary." });
  if (level !== "logical") {
    found.push({
      problem: `wal_level is ${level ?? "unknown"}, and must be logical. It needs a restart.`,
      sql: "ALTER SYSTEM SET wal_level = 'logical'; -- and restart PostgreSQL",
    });
  }
  if (keeps === "-1") {
    found.push({
      problem: "max_slot_wal_keep_size is unlimited: a reader that is down would fill the disk.",
      sql: "ALTER SYSTEM SET max_slot_wal_keep_size = '10GB'; SELECT pg_reload_conf();",
    });
  }
  if (hasSlots !== "t") {
    found.push({ problem: "All replication slots are taken: raise max_replication_slots." });
  }
  if (hasSenders !== "t") {
    found.push({ problem: "All WAL senders are busy: raise max_wal_senders." });
  }
  if (isCounted === "t") {
    found.push({
      problem:
        "synchronous_standby_names is *, by which this reader would count as a standby that commits wait for: name the standbys.",
    });
  }
  if (mayReplicate !== "t") {
    found.push({
      problem: "This role may not replicate.",
      sql: `ALTER ROLE "${(role ?? "").replaceAll('"', '""')}" REPLICATION;`,
    });
  }
  return found;
}

// haste.epochs by its number: a name in a schema that may not be used is an error.
const DATABASE = `
  SELECT p.pubname, p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate,
    (SELECT count(*) FROM pg_event_trigger WHERE evtenabled IN ('O', 'A')
      AND evtname IN ('haste_schema_changed', 'haste_table_dropped')),
    c.oid IS NOT NULL, CASE WHEN c.oid IS NULL THEN r.rolsuper
      ELSE has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
        AND has_table_privilege(c.oid, 'INSERT') AND has_table_privilege(c.oid, 'UPDATE') END,
    current_user
  FROM pg_roles r LEFT JOIN pg_publication p ON p.pubname = $1
    LEFT JOIN pg_namespace n ON n.nspname = 'haste'
    LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'epochs'
  WHERE r.rolname = current_user`;

async function databaseShortcomings(
  query: RunQuery,
  { publication }: SetupNames,
  tables: readonly CatalogTable[],
): Promise<Shortcoming[]> {
  const sql = commonSql({ publication });
  const found: Shortcoming[] = [];
  const [row = []] = await query(DATABASE, [publication]);
  const [name, isWhole, triggers, areThere, areOurs, role] = row;
  if (typeof name !== "string") {
    found.push({ problem: `There is no publication ${publication}.`, sql });
  } else if (isWhole !== "t") {
    const problem = `The publication ${publication} leaves out some kinds of changes.`;
    const all = "publish = 'insert, update, delete, truncate'";
    found.push({ problem, sql: `ALTER PUBLICATION "${publication}" SET (${all});` });
  }
  if (triggers !== "2") {
    found.push({ problem: "The event triggers that tell of changed schemas are missing.", sql });
  }
  if (areThere !== "t") found.push({ problem: "The table haste.epochs is missing.", sql });
  if (areOurs !== "t") {
    const names = tables.map(({ table }) => tableSql(table));
    const problem = "This role may not read and write haste.epochs.";
    found.push({ problem, sql: roleSql(role ?? "", names) });
  }
  return found;
}

const PUBLISHED = `
  SELECT wanted.relation,
    EXISTS (SELECT FROM pg_publication_tables t
      WHERE t.pubname = $1 AND t.schemaname = n.nspname AND t.tablename = c.relname),
    EXISTS (SELECT FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
      WHERE p.pubname = $1 AND r.prrelid = c.oid
        AND (r.prattrs IS NOT NULL OR r.prqual IS NOT NULL))
  FROM json_array_elements_text($2::json) AS wanted (relation)
  JOIN pg_class c ON c.oid = wanted.relation::oid JOIN pg_namespace n ON n.oid = c.relnamespace`;

async function tablesShortcomings(
  query: RunQuery,
  { publication }: SetupNames,
  tables: readonly CatalogTable[],
): Promise<readonly Shortcoming[]> {
  if (tables.length === 0) return [];
  const rows = await query(PUBLISHED, [publication, JSON.stringify(tables.map(({ oid }) => oid))]);
  const byId = new Map(rows.map((row) => [Number(row[0]), row]));
  return tables.flatMap((one) => tableShortcomings(publication, one, byId.get(one.oid) ?? []));
}

function tableShortcomings(
  publication: string,
  { table, replicaIdentity }: CatalogTable,
  [, isPublished, isFiltered]: Row,
): readonly Shortcoming[] {
  const sql = tableSetupSql(tableSql(table), { publication });
  const found: Shortcoming[] = [];
  if (isPublished !== "t") {
    found.push({ problem: `${table.id} is not in the publication ${publication}.`, sql });
  } else if (isFiltered === "t") {
    const problem = `${table.id} is published in part only: some columns, or some rows.`;
    const steps = ["DROP", "ADD"].map(
      (step) => `ALTER PUBLICATION "${publication}" ${step} TABLE ${tableSql(table)};`,
    );
    found.push({ problem, sql: steps.join(" ") });
  }
  if (replicaIdentity !== "f") {
    const problem = `${table.id} does not log its old rows: its replica identity must be FULL.`;
    found.push({ problem, sql });
  }
  return found;
}
