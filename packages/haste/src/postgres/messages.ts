// What we say to ourselves through the write-ahead log.

/** The prefix of all our messages: other programs' messages have others. */
export const PREFIX = "slipstream.haste";

const SCHEMA = "schema ";

/** The tables (oids) that a message of the event triggers says have changed; none of other messages. */
export function changedTables(content: string): readonly number[] {
  if (!content.startsWith(SCHEMA)) return [];
  return content.slice(SCHEMA.length).split(" ").map(Number);
}
