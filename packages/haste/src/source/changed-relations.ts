// Which tables a command has changed, as the SQL of an event trigger: not those alone that it names.

/**
 * The head of a query, with `relations (relation)`: the oids of what a command has changed, or what is
 * in it. A type changes the tables that have it in whatever form; a table that inherits, its parents;
 * a table, those that inherit from it.
 */
export const CHANGED_RELATIONS: string = `
  WITH RECURSIVE commands AS MATERIALIZED (
    SELECT classid, objid, command_tag FROM pg_event_trigger_ddl_commands()
  ), types (type) AS (
    SELECT objid FROM commands WHERE classid = 'pg_type'::regclass
    UNION
    SELECT c.reltype FROM commands d JOIN pg_class c ON c.oid = d.objid
    WHERE d.classid = 'pg_class'::regclass AND c.relkind IN ('c', 'r')
      AND d.command_tag NOT LIKE 'CREATE%'
    UNION
    -- Arrays of it, domains and ranges over it, rows that have it.
    SELECT made.type FROM types, LATERAL (
      SELECT t.oid FROM pg_type t WHERE types.type IN (t.typelem, t.typbasetype)
      UNION ALL
      SELECT unnest(ARRAY[r.rngtypid, r.rngmultitypid]) FROM pg_range r
      WHERE r.rngsubtype = types.type
      UNION ALL
      SELECT c.reltype FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE a.atttypid = types.type AND c.relkind IN ('c', 'r')
    ) made (type)
  ), named (relation) AS (
    SELECT objid FROM commands WHERE classid = 'pg_class'::regclass
      AND command_tag NOT IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO')
    UNION SELECT i.inhparent FROM commands d JOIN pg_inherits i ON i.inhrelid = d.objid
    WHERE d.classid = 'pg_class'::regclass
    UNION SELECT a.attrelid FROM types JOIN pg_attribute a ON a.atttypid = types.type
    -- A schema that has another name takes its tables from where they were.
    UNION SELECT c.oid FROM commands d JOIN pg_class c ON c.relnamespace = d.objid
    WHERE d.classid = 'pg_namespace'::regclass AND d.command_tag = 'ALTER SCHEMA'
  ), relations (relation) AS (
    SELECT relation FROM named
    -- What is done to a table is done to its heirs, and its partitions are new ones sometimes.
    UNION SELECT i.inhrelid FROM relations r JOIN pg_inherits i ON i.inhparent = r.relation
  )`.trim();
