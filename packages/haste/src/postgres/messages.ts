// What we say to ourselves through the write-ahead log.

/** The prefix of all our messages: other programs' messages have others. */
export const PREFIX = "slipstream.haste";

const SCHEMA = "schema ";

/** The tables (oids) that a message of the event trigger says have changed; none of other messages. */
export function schemaMessage(prefix: string, content: string): readonly number[] {
  if (prefix !== PREFIX || !content.startsWith(SCHEMA)) return [];
  return content.slice(SCHEMA.length).split(" ").map(Number);
}
