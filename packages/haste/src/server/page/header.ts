// What a client is told of a page beside its rows.
import type { Json } from "../../json.ts";
import type { Group } from "../engine/group.ts";
import { columnAt } from "../../sql/names.ts";
import { valueJson } from "./row-json.ts";

export interface Header {
  /** The columns of a row, in order, with PostgreSQL's names of their types. */
  readonly columns: readonly (readonly [name: string, type: string])[];
  /** The places among these of the key's columns. */
  readonly key: readonly number[];
  /** Names the page for `resume`. */
  readonly group: string;
  /** Where its window stands; a position can be asked for again, as `{ position }`. */
  readonly at: Json;
  readonly before: number;
  readonly after: number;
}

export function headerOf({ id, shape }: Group): Header {
  const { view, columns, anchor, order, size } = shape;
  const { table } = view;
  return {
    columns: columns.map((place) => {
      const { name, type } = columnAt(table, place);
      return [name, type.name];
    }),
    key: table.key.map((place) => columns.indexOf(place)),
    group: id,
    at:
      typeof anchor === "string"
        ? anchor
        : {
            position: order.map(({ column }, at) => valueJson(table, column, anchor[at] ?? null)),
          },
    before: size.before,
    after: size.after,
  };
}
