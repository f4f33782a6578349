// What a page asks for next, from what it asked for and what its client wants changed. Pure.
import type { Anchor } from "../../order/order.ts";
import type { ChangeRequest, PageRequest } from "../protocol/request.ts";
import type { BoundView } from "../view/bound-view.ts";
import { sizeOf } from "./resolve.ts";

/** Another filter, order, place, size or columns. Another order begins at its start, unless it says otherwise. */
export function changedRequest(old: PageRequest, { fields, page }: ChangeRequest): PageRequest {
  const moves = fields.has("at") || fields.has("order");
  return {
    filter: fields.has("filter") ? page.filter : old.filter,
    order: fields.has("order") ? page.order : old.order,
    at: moves ? page.at : old.at,
    before: moves ? page.before : (page.before ?? old.before),
    after: moves ? page.after : (page.after ?? old.after),
    columns: fields.has("columns") ? page.columns : old.columns,
  };
}

/** So many rows on each side; null leaves a side as it is. @throws {PageError} too_many_rows */
export function resizedRequest(
  view: BoundView,
  old: PageRequest,
  { before, after }: Pick<PageRequest, "before" | "after">,
): PageRequest {
  const sized = { ...old, before: before ?? old.before, after: after ?? old.after };
  sizeOf(view, sized);
  return sized;
}

/** So many rows more on each side. @throws {PageError} too_many_rows */
export function grownRequest(
  view: BoundView,
  old: PageRequest,
  { before, after }: Pick<PageRequest, "before" | "after">,
): PageRequest {
  const size = sizeOf(view, old);
  return resizedRequest(view, old, {
    before: size.before + (before ?? 0),
    after: size.after + (after ?? 0),
  });
}

/** Where a page stands from now on, whatever becomes of the row that it was opened at. */
export function fixed(anchor: Anchor): PageRequest["at"] {
  return typeof anchor === "string" ? anchor : { fixed: anchor };
}
