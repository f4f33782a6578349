// Who keeps the live connections, as those who make connections see it.
import type { Connection } from "./connection.ts";

/** Told about connections as they come and go. */
export interface Registry {
  opened(connection: Connection): void;
  gone(connection: Connection): void;
}
