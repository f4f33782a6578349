// What a PostgreSQL database needs so that its changes can be followed, as SQL to be read and run.
import type { Client, Pool, PoolClient } from "pg";
import { CHANGED_RELATIONS } from "../source/changed-relations.ts";
import { quoteIdentifier } from "../sql/names.ts";
import { PREFIX } from "./messages.ts";

export interface SetupOptions {
  /** `haste` by default, as the source's. */
  readonly publication?: string;
  /** The role that will follow, if it is another than the one that sets up. */
  readonly role?: string;
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const COMMON = `
-- Once for the server, by a superuser (wal_level needs a restart). The bound keeps a reader that is
-- down from filling the disk:
--   ALTER SYSTEM SET wal_level = 'logical';
--   ALTER SYSTEM SET max_slot_wal_keep_size = '10GB';

CREATE SCHEMA IF NOT EXISTS haste;

-- For each replication slot, which history it tells; a new one when the slot was lost.
CREATE TABLE IF NOT EXISTS haste.epochs (slot text PRIMARY KEY, stamp text NOT NULL);

-- A change of the schema changes what is in a table, or whether its changes are published, without a
-- word of its rows. These triggers put a message into the log, in the place where it happened (a
-- superuser makes them). They also fire where session_replication_role is replica, as the log does.
CREATE OR REPLACE FUNCTION haste.schema_changed() RETURNS event_trigger
LANGUAGE plpgsql SET search_path = pg_catalog SET jit = off AS $changed$
DECLARE changed text;
BEGIN
  ${CHANGED_RELATIONS}, published (relation) AS (
    (SELECT p.prrelid FROM commands d JOIN pg_publication_rel p ON p.oid = d.objid
    WHERE d.classid = 'pg_publication_rel'::regclass
    UNION SELECT to_regclass(format('%I.%I', t.schemaname, t.tablename))
    FROM commands d JOIN pg_publication p ON p.oid = d.objid
    JOIN pg_publication_tables t ON t.pubname = p.pubname
    WHERE d.classid = 'pg_publication'::regclass AND d.command_tag = 'ALTER PUBLICATION')
    -- Partitions are published as such, or as what they are part of.
    UNION SELECT i.inhrelid FROM published p JOIN pg_inherits i ON i.inhparent = p.relation
  )
  SELECT string_agg(c.oid::text, ' ') INTO changed
  FROM (SELECT relation FROM relations UNION SELECT relation FROM published) r
  JOIN pg_class c ON c.oid = r.relation
  WHERE c.relkind = 'r' AND c.relpersistence <> 't';
  IF changed IS NOT NULL THEN
    PERFORM pg_logical_emit_message(true, ${literal(PREFIX)}, 'schema ' || changed);
  END IF;
END $changed$;

CREATE OR REPLACE FUNCTION haste.table_dropped() RETURNS event_trigger
LANGUAGE plpgsql SET search_path = pg_catalog SET jit = off AS $dropped$
DECLARE dropped text;
BEGIN
  SELECT string_agg(DISTINCT relation::text, ' ') INTO dropped
  FROM (
    SELECT CASE object_type WHEN 'publication relation'
      THEN to_regclass(format('%I.%I', address_names[1], address_names[2]))::oid ELSE objid END
    FROM pg_event_trigger_dropped_objects()
    -- A type that is dropped takes columns with it.
    WHERE object_type IN ('table', 'table column', 'publication relation') AND NOT is_temporary
    UNION SELECT c.oid FROM pg_event_trigger_dropped_objects() o
    JOIN pg_namespace n ON n.nspname = o.address_names[1] JOIN pg_class c ON c.relnamespace = n.oid
    WHERE o.object_type = 'publication namespace' AND c.relkind = 'r'
  ) d (relation);
  IF dropped IS NOT NULL THEN
    PERFORM pg_logical_emit_message(true, ${literal(PREFIX)}, 'schema ' || dropped);
  END IF;
END $dropped$;

DROP EVENT TRIGGER IF EXISTS haste_schema_changed;
CREATE EVENT TRIGGER haste_schema_changed ON ddl_command_end
  EXECUTE FUNCTION haste.schema_changed();
DROP EVENT TRIGGER IF EXISTS haste_table_dropped;
CREATE EVENT TRIGGER haste_table_dropped ON sql_drop EXECUTE FUNCTION haste.table_dropped();
ALTER EVENT TRIGGER haste_schema_changed ENABLE ALWAYS;
ALTER EVENT TRIGGER haste_table_dropped ENABLE ALWAYS;
`.trim();

/** The part of {@link setupSql} that is there once, whatever the tables. */
export function commonSql({ publication = "haste" }: SetupOptions = {}): string {
  const make = `
DO $publication$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_publication WHERE pubname = ${literal(publication)}) THEN
    CREATE PUBLICATION ${quoteIdentifier(publication)};
  END IF;
END $publication$;`.trim();
  return [COMMON, make].join("\n\n");
}

/** The part of {@link setupSql} that is about one table. */
export function tableSetupSql(table: string, { publication = "haste" }: SetupOptions = {}): string {
  const relation = `${literal(table)}::regclass`;
  return `
-- ${table.replaceAll("\n", " ")}: its changes are published, with the old rows.
DO $table$ BEGIN
  IF (SELECT relreplident FROM pg_class WHERE oid = ${relation}) <> 'f' THEN
    ALTER TABLE ${table} REPLICA IDENTITY FULL;
  END IF;
  IF NOT EXISTS (
    SELECT FROM pg_publication_tables p JOIN pg_class c ON c.relname = p.tablename
      AND c.relnamespace = p.schemaname::regnamespace
    WHERE p.pubname = ${literal(publication)} AND c.oid = ${relation}
  ) THEN
    ALTER PUBLICATION ${quoteIdentifier(publication)} ADD TABLE ${table};
  END IF;
END $table$;`.trim();
}

/** What the role that follows needs to be allowed. */
export function roleSql(role: string, tables: readonly string[]): string {
  const name = quoteIdentifier(role);
  return [
    `-- ${role.replaceAll("\n", " ")} follows.`,
    `ALTER ROLE ${name} REPLICATION;`,
    `GRANT USAGE ON SCHEMA haste TO ${name};`,
    `GRANT SELECT, INSERT, UPDATE ON haste.epochs TO ${name};`,
    ...tables.map((table) => `GRANT SELECT ON ${table} TO ${name};`),
  ].join("\n");
}

/**
 * The SQL by which changes of these tables can be followed; it may be run again at any time. Event
 * triggers are made by a superuser, or by whom the provider of the database allows it.
 *
 * @param tables as SQL writes them: `flights`, `public."Flights"`. They go into the SQL as they are.
 */
export function setupSql(tables: readonly string[], options: SetupOptions = {}): string {
  const { role } = options;
  return [
    commonSql(options),
    ...tables.map((table) => tableSetupSql(table, options)),
    ...(role === undefined ? [] : [roleSql(role, tables)]),
  ].join("\n\n");
}

/** Runs {@link setupSql}, all of it or nothing. */
export async function setup(
  client: Pick<Client | PoolClient | Pool, "query">,
  tables: readonly string[],
  options: SetupOptions = {},
): Promise<void> {
  await (client as Client).query(setupSql(tables, options));
}
