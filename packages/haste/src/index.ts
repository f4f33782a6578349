// What Haste is made of.
export { HasteError, InvalidFilterError, InvalidOrderError, InvalidValueError } from "./errors.ts";
export { bindFilter } from "./filter/bind.ts";
export {
  and,
  between,
  contains,
  eq,
  gt,
  gte,
  isIn,
  isNotNull,
  isNull,
  lt,
  lte,
  ne,
  not,
  or,
  prefix,
} from "./filter/builders.ts";
export { canonical } from "./filter/canonical.ts";
export type { FilterOf, OrderOf } from "./filter/filter-of.ts";
export type { BoundFilter, Filter, FilterValue } from "./filter/filter.ts";
export { FILTER_LIMITS, type FilterLimits } from "./filter/limits.ts";
export { matcher, type Matcher } from "./filter/matcher.ts";
export { bindOrder, ORDER_LIMITS, type OrderLimits } from "./order/bind.ts";
export { positionOf, positionOrder, rowOrder } from "./order/compare.ts";
export { indexFor } from "./order/index-for.ts";
export type { Anchor, BoundOrder, Order, OrderColumn, Position } from "./order/order.ts";
export type { Json } from "./json.ts";
export {
  countQuery,
  halfQuery,
  rowQuery,
  type Half,
  type Query,
  type Selection,
} from "./query/page-query.ts";
export type { Row } from "./row.ts";
export type { Change, Snapshot, Source, Subscriber, Transaction } from "./source/source.ts";
export type { Column, Table, UntrackedColumn } from "./table.ts";
export type { ColumnType } from "./values/column-type.ts";
export { applyOperations } from "./difference/apply.ts";
export { difference } from "./difference/difference.ts";
export type { RowIdentity } from "./difference/row-identity.ts";
export type { Operation } from "./difference/operation.ts";
export { ChangeIndex } from "./matching/change-index.ts";
export type { RowComparison } from "./window/half-window.ts";
export { Window, type WindowShape, type WindowSize } from "./window/window.ts";
export { columnType, type TypeDescription } from "./values/column-types.ts";
