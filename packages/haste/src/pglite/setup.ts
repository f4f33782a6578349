// What a PGlite database needs so that its changes can be followed: a change log written by triggers.
// Statement triggers with transition tables cost one statement for each of the user's, however many
// rows it touches; a notification is a wake-up and carries nothing, since its size is bounded.
import type { PGliteInterface, Transaction } from "@electric-sql/pglite";
import { CHANGED_RELATIONS } from "../source/changed-relations.ts";

/** A statement that changes more rows than this is logged as one entry: read the table again. */
const MAX_LOGGED_ROWS = 10_000;

/** A log that nobody takes from stops growing here; whoever follows it then begins anew. */
const MAX_LOG = 200_000;

/** Notified after each commit that changed a tracked table. */
export const WAKE_UP = "haste_changes";

const SCHEMA = `
CREATE SCHEMA IF NOT EXISTS haste;

-- One row: the name of this log's history, and up to where its reader has taken it.
CREATE TABLE IF NOT EXISTS haste.state (
  id boolean PRIMARY KEY DEFAULT true CHECK (id),
  epoch text NOT NULL DEFAULT gen_random_uuid(),
  acknowledged bigint NOT NULL DEFAULT 0
);
INSERT INTO haste.state DEFAULT VALUES ON CONFLICT DO NOTHING;

-- Which columns the rows of a log entry have; one for each time that a table's columns changed.
CREATE TABLE IF NOT EXISTS haste.shapes (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  relation oid NOT NULL,
  columns text NOT NULL,
  UNIQUE (relation, columns)
);

-- kind: i, u, d for rows; t truncated, s schema changed, m too many rows to be logged.
CREATE TABLE IF NOT EXISTS haste.log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  relation oid NOT NULL,
  shape integer,
  kind "char" NOT NULL,
  key text,
  before text,
  after text
);

-- After each entry: wakes the reader, and starts a new history when the reader has long been away.
CREATE OR REPLACE FUNCTION haste.logged() RETURNS void LANGUAGE plpgsql AS $logged$
DECLARE last bigint;
BEGIN
  SELECT max(id) INTO last FROM haste.log;
  IF last - (SELECT acknowledged FROM haste.state) > ${MAX_LOG} THEN
    DELETE FROM haste.log;
    UPDATE haste.state SET epoch = gen_random_uuid(), acknowledged = last;
  END IF;
  PERFORM pg_notify('${WAKE_UP}', '');
END $logged$;

-- Writes the triggers of a table, for the columns that it has now.
CREATE OR REPLACE FUNCTION haste.track(tracked regclass) RETURNS void LANGUAGE plpgsql AS $track$
DECLARE
  names text;
  shape integer;
  row_of text;
  key_of text;
  logger text := format('haste.%I', 'log_' || tracked::oid);
BEGIN
  SELECT json_agg(attname ORDER BY attnum), string_agg(format(
      'CASE WHEN r.%1$I IS NOT DISTINCT FROM NULL THEN NULL ELSE format(''%%s'', r.%1$I) END',
      attname), ', ' ORDER BY attnum)
    INTO names, row_of
    FROM pg_attribute
    WHERE attrelid = tracked AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
  SELECT string_agg(format('format(''%%s'', r.%I)', a.attname), ', ' ORDER BY k.place)
    INTO key_of
    FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
    JOIN pg_attribute a ON a.attnum = k.attnum
    WHERE i.indrelid = tracked AND a.attrelid = tracked AND i.indisprimary
      AND k.place <= i.indnkeyatts;
  IF key_of IS NULL THEN
    RAISE EXCEPTION '% has no primary key', tracked;
  END IF;
  INSERT INTO haste.shapes (relation, columns) VALUES (tracked, names)
    ON CONFLICT (relation, columns) DO UPDATE SET columns = excluded.columns
    RETURNING id INTO shape;
  EXECUTE format($create$
    CREATE OR REPLACE FUNCTION %1$s() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog SET timezone = 'UTC' SET datestyle = 'ISO, MDY'
    SET intervalstyle = 'postgres' SET bytea_output = 'hex' SET extra_float_digits = 1
    SET xmloption = 'content'
    AS $logger$
    BEGIN
      IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO haste.log (relation, kind) VALUES (%2$s, 't');
      ELSIF TG_OP = 'INSERT' THEN
        IF EXISTS (SELECT FROM new_rows OFFSET ${MAX_LOGGED_ROWS}) THEN
          INSERT INTO haste.log (relation, kind) VALUES (%2$s, 'm');
        ELSE
          INSERT INTO haste.log (relation, shape, kind, key, after)
            SELECT %2$s, %3$s, 'i', array_to_json(ARRAY[%5$s]), array_to_json(ARRAY[%4$s])
            FROM new_rows r;
        END IF;
      ELSIF TG_OP = 'DELETE' THEN
        IF EXISTS (SELECT FROM old_rows OFFSET ${MAX_LOGGED_ROWS}) THEN
          INSERT INTO haste.log (relation, kind) VALUES (%2$s, 'm');
        ELSE
          INSERT INTO haste.log (relation, shape, kind, key, before)
            SELECT %2$s, %3$s, 'd', array_to_json(ARRAY[%5$s]), array_to_json(ARRAY[%4$s])
            FROM old_rows r;
        END IF;
      ELSIF EXISTS (SELECT FROM new_rows OFFSET ${MAX_LOGGED_ROWS}) THEN
        INSERT INTO haste.log (relation, kind) VALUES (%2$s, 'm');
      ELSE
        -- Old and new rows are paired by key: what had its key changed went, and came.
        INSERT INTO haste.log (relation, shape, kind, key, before, after)
          SELECT %2$s, %3$s, 'u', coalesce(o.key, n.key), o.row, n.row
          FROM (
            SELECT array_to_json(ARRAY[%5$s])::text AS key, array_to_json(ARRAY[%4$s])::text AS row
            FROM old_rows r
          ) o
          FULL JOIN (
            SELECT array_to_json(ARRAY[%5$s])::text AS key, array_to_json(ARRAY[%4$s])::text AS row
            FROM new_rows r
          ) n ON o.key = n.key
          WHERE o.row IS DISTINCT FROM n.row;
      END IF;
      IF FOUND THEN
        PERFORM haste.logged();
      END IF;
      RETURN NULL;
    END $logger$
  $create$, logger, tracked::oid, shape, row_of, key_of);
  EXECUTE format('CREATE OR REPLACE TRIGGER haste_insert AFTER INSERT ON %s
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION %s()', tracked, logger);
  EXECUTE format('CREATE OR REPLACE TRIGGER haste_update AFTER UPDATE ON %s
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION %s()', tracked, logger);
  EXECUTE format('CREATE OR REPLACE TRIGGER haste_delete AFTER DELETE ON %s
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION %s()', tracked, logger);
  EXECUTE format('CREATE OR REPLACE TRIGGER haste_truncate AFTER TRUNCATE ON %s
    FOR EACH STATEMENT EXECUTE FUNCTION %s()', tracked, logger);
  -- Also for what is written where session_replication_role is replica.
  PERFORM set_config('haste.tracks', 'on', true);
  EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER haste_insert,
    ENABLE ALWAYS TRIGGER haste_update, ENABLE ALWAYS TRIGGER haste_delete,
    ENABLE ALWAYS TRIGGER haste_truncate', tracked);
  PERFORM set_config('haste.tracks', 'off', true);
END $track$;

CREATE OR REPLACE FUNCTION haste.untrack(tracked regclass) RETURNS void LANGUAGE plpgsql
AS $untrack$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['insert', 'update', 'delete', 'truncate'] LOOP
    EXECUTE format('DROP TRIGGER IF EXISTS %I ON %s', 'haste_' || name, tracked);
  END LOOP;
END $untrack$;

-- A table whose definition changed, or a type of whose did, is tracked anew and read again.
CREATE OR REPLACE FUNCTION haste.changed(relation oid) RETURNS void LANGUAGE plpgsql
AS $changed$
BEGIN
  -- While it has no key it is not tracked: a migration may take one away and add another.
  IF EXISTS (SELECT FROM pg_index WHERE indrelid = relation AND indisprimary) THEN
    PERFORM haste.track(relation);
  ELSIF EXISTS (SELECT FROM pg_class c WHERE c.oid = relation) THEN
    PERFORM haste.untrack(relation);
  END IF;
  INSERT INTO haste.log (relation, kind) VALUES (relation, 's');
  PERFORM haste.logged();
END $changed$;

CREATE OR REPLACE FUNCTION haste.schema_changed() RETURNS event_trigger LANGUAGE plpgsql
AS $changed$
DECLARE changed oid;
BEGIN
  -- What tracking does itself is no change.
  IF current_setting('haste.tracks', true) = 'on' THEN RETURN; END IF;
  FOR changed IN
    ${CHANGED_RELATIONS}
    SELECT DISTINCT relation FROM relations JOIN haste.shapes USING (relation)
  LOOP
    PERFORM haste.changed(changed);
  END LOOP;
END $changed$;

CREATE OR REPLACE FUNCTION haste.table_dropped() RETURNS event_trigger LANGUAGE plpgsql
AS $dropped$
DECLARE dropped oid;
BEGIN
  FOR dropped IN
    -- A type that is dropped takes columns with it, and leaves the table.
    SELECT DISTINCT s.relation FROM pg_event_trigger_dropped_objects() d
    JOIN haste.shapes s ON s.relation = d.objid WHERE d.classid = 'pg_class'::regclass
  LOOP
    PERFORM haste.changed(dropped);
  END LOOP;
END $dropped$;

DROP EVENT TRIGGER IF EXISTS haste_schema_changed;
CREATE EVENT TRIGGER haste_schema_changed ON ddl_command_end
  EXECUTE FUNCTION haste.schema_changed();
DROP EVENT TRIGGER IF EXISTS haste_table_dropped;
CREATE EVENT TRIGGER haste_table_dropped ON sql_drop EXECUTE FUNCTION haste.table_dropped();
ALTER EVENT TRIGGER haste_schema_changed ENABLE ALWAYS;
ALTER EVENT TRIGGER haste_table_dropped ENABLE ALWAYS;
`;

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * The SQL by which changes of these tables are logged; it may be run again at any time.
 *
 * @param tables as SQL writes them: `flights`, `public."Flights"`.
 */
export function setupSql(tables: readonly string[]): string {
  return [SCHEMA.trim(), ...tables.map(trackSql)].join("\n\n");
}

/** The part of {@link setupSql} that is about one table. */
export function trackSql(table: string): string {
  return `SELECT haste.track(${literal(table)});`;
}

/** Runs {@link setupSql} in one transaction. */
export async function setup(db: PGliteInterface, tables: readonly string[]): Promise<void> {
  await db.transaction((transaction: Transaction) => transaction.exec(setupSql(tables)));
}
