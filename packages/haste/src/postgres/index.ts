// PostgreSQL as a source of changes.
export { postgresSource, type PostgresSourceOptions } from "./source.ts";
export type { PostgresConnection } from "./connection.ts";
export { StreamError } from "./errors.ts";
export { setup, setupSql, type SetupOptions } from "./setup.ts";
export { SetupError, type Shortcoming } from "../source/setup-error.ts";
export type { Snapshot, Source, Subscriber } from "../source/source.ts";
export type { Table } from "../table.ts";
