// The rows of a page of a joined view: read anew when one of its tables has changed.
import type { Row } from "../../row.ts";
import type { Change, Snapshot } from "../../source/source.ts";
import type { PageSpec } from "../page/page-shape.ts";
import type { HasMore } from "../page/shown.ts";
import type { Content, Load } from "./content.ts";
import { WindowContent } from "./window-content.ts";

export class QueryContent implements Content {
  readonly #rows: WindowContent;
  #isOld = false;

  constructor(spec: PageSpec) {
    this.#rows = new WindowContent(spec, 1);
  }

  async read(snapshot: Snapshot): Promise<Load> {
    const load = await this.#rows.read(snapshot);
    return () => {
      this.#isOld = false;
      load();
    };
  }

  /** Which rows of the join a change concerns, nobody knows. */
  apply(change: Change): Change {
    this.#isOld = true;
    return change;
  }

  wasTouched(): boolean {
    return this.#isOld;
  }

  get isShort(): boolean {
    return this.#isOld || this.#rows.isShort;
  }

  rows(): readonly Row[] {
    return this.#rows.rows();
  }

  get hasMore(): HasMore {
    return this.#rows.hasMore;
  }
}
