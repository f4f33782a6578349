// What Haste is made of.
export type { BoundFilter, Filter, FilterValue } from "./filter/filter.ts";
export type { BoundOrder, Order, OrderColumn, Position } from "./order/order.ts";
export type { Json } from "./json.ts";
export type { Row } from "./row.ts";
export type { Change, Snapshot, Source, Subscriber, Transaction } from "./source/source.ts";
export type { Column, Table } from "./table.ts";
export type { ColumnType } from "./values/column-type.ts";
export { applyOperations } from "./difference/apply.ts";
export { difference, type RowIdentity } from "./difference/difference.ts";
export type { Operation } from "./difference/operation.ts";
export { ChangeIndex } from "./matching/change-index.ts";
export type { RowComparison } from "./window/half-window.ts";
export { Window, type WindowShape, type WindowSize } from "./window/window.ts";
