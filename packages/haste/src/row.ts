// What a row is inside Haste: PostgreSQL's own text, so that what a query returned and what the
// stream of changes says can be compared without either having been interpreted on the way.

/**
 * One row: for each column of its {@link Table}, in that order, the text that the type's output
 * function gives (`t` for true, `1.00`, `2026-11-26 07:30:00.123456+00`), or null.
 *
 * Both connections speak under the same settings: TimeZone UTC, DateStyle ISO, bytea_output hex,
 * extra_float_digits 1.
 */
export type Row = readonly (string | null)[];
