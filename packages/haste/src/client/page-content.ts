// A page's rows, as the server's messages make them: what is shown, and what is on its way. Pure.
import { applyWire, rowOf, type RowObject } from "./rows.ts";
import type { BatchMessage, Header, RowsMessage } from "./wire.ts";

/** What is shown. Never changed. */
export interface Content {
  readonly header: Header;
  readonly rows: readonly RowObject[];
  /** The names of the key's columns; the same array while they are the same. */
  readonly key: readonly string[];
  readonly version: string;
  readonly more: readonly [before: boolean, after: boolean];
  /** Whether a join may ask for what came after {@link version}. */
  readonly resumable: boolean;
}

/** Rows that are on their way. */
interface Arriving {
  readonly header: Header;
  readonly rows: RowObject[];
}

export class PageContent {
  #header: Header | null = null;
  #shown: Content | null = null;
  #arriving: Arriving | null = null;

  /** What is shown; null before there was anything. */
  get shown(): Content | null {
    return this.#shown;
  }

  /** What the page is, as granted last; null before it was. */
  get header(): Header | null {
    return this.#header;
  }

  /** How many rows of those on their way have come; null when none are. */
  get received(): number | null {
    return this.#arriving?.rows.length ?? null;
  }

  /** The answer to a join has come: what is on its way from before does not come. */
  begin(header: Header): void {
    this.#header = header;
    this.#arriving = null;
  }

  /**
   * Takes in a piece of all rows; true if it was the last, and they are shown.
   *
   * @throws RangeError A piece that does not follow the one before it.
   */
  addRows(message: RowsMessage): boolean {
    const { header } = this.#take(message);
    if (message.from === 0) this.#arriving = { header, rows: [] };
    const arriving = this.#arriving;
    if (arriving === null || arriving.rows.length !== message.from) {
      throw new RangeError("A piece of the rows is missing.");
    }
    if (message.from + message.rows.length > message.of) {
      throw new RangeError("There are more rows than the server said.");
    }
    const names = namesOf(arriving.header);
    for (const values of message.rows) arriving.rows.push(rowOf(names, values));
    if (arriving.rows.length < message.of) return false;
    this.#arriving = null;
    this.#show(arriving.header, this.#withOldIdentities(arriving), message, true);
    return true;
  }

  /** @throws RangeError A batch that does not fit what is shown. */
  applyBatch(message: BatchMessage): void {
    this.#arriving = null;
    const shown = this.#shown;
    if (shown === null) throw new RangeError("There are no rows for a batch to change.");
    const rows = applyWire(namesOf(shown.header), shown.rows, message.ops);
    this.#show(this.#take(message).header, rows, message, message.partial !== true);
  }

  /** Nothing of what was shown may be seen. */
  clear(): void {
    this.#arriving = null;
    if (this.#shown !== null) this.#shown = { ...this.#shown, rows: [], resumable: false };
  }

  #take({ page }: { readonly page?: Header }): { readonly header: Header } {
    this.#header = page ?? this.#header;
    if (this.#header === null) throw new RangeError("Rows came before the page was described.");
    return { header: this.#header };
  }

  #show(
    header: Header,
    rows: readonly RowObject[],
    { version, more }: Pick<RowsMessage, "version" | "more">,
    resumable: boolean,
  ): void {
    const known = this.#shown?.key ?? [];
    const key = keyNames(header);
    const isSame = known.length === key.length && key.every((name, at) => name === known[at]);
    this.#shown = { header, rows, key: isSame ? known : key, version, more, resumable };
  }

  /** Rows that show what they showed before are the objects that they were. */
  #withOldIdentities({ header, rows }: Arriving): readonly RowObject[] {
    const shown = this.#shown;
    if (shown === null) return rows;
    const key = keyNames(header);
    const keyOf = (row: RowObject): string => JSON.stringify(key.map((name) => row[name]));
    const old = new Map(shown.rows.map((row) => [keyOf(row), row]));
    return rows.map((row) => {
      const was = old.get(keyOf(row));
      return was !== undefined && JSON.stringify(was) === JSON.stringify(row) ? was : row;
    });
  }
}

function keyNames({ columns, key }: Header): readonly string[] {
  return key.map((place) => columns[place]?.[0] ?? "");
}

function namesOf({ columns }: Header): readonly string[] {
  return columns.map(([name]) => name);
}
