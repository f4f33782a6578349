// What Haste is made of.
export type { BoundFilter, Filter, FilterValue } from "./filter/filter.ts";
export type { BoundOrder, Order, OrderColumn, Position } from "./order/order.ts";
export type { Json } from "./json.ts";
export type { Row } from "./row.ts";
export type { Change, Snapshot, Source, Subscriber, Transaction } from "./source/source.ts";
export type { Column, Table } from "./table.ts";
export type { ColumnType } from "./values/column-type.ts";
