// A state of a page, as it is shown to whoever has it.
import type { Row } from "../../row.ts";
import type { Version } from "../engine/version.ts";

/** Whether there are rows before and behind those of the page. */
export interface HasMore {
  readonly before: boolean;
  readonly after: boolean;
}

/** What a page shows at a version. Never changed: the next state is another. */
export interface Shown {
  readonly version: Version;
  readonly rows: readonly Row[];
  readonly hasMore: HasMore;
}
