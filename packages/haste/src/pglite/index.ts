// PGlite as the embedded source of changes.
export { pgliteSource, type PgliteSourceOptions } from "./source.ts";
export { setup, setupSql } from "./setup.ts";
export { SetupError, type Shortcoming } from "../source/setup-error.ts";
export type { Snapshot, Source, Subscriber } from "../source/source.ts";
export type { Table } from "../table.ts";
