// The client's end of Haste: pages that stay true.
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
} from "../filter/builders.ts";
export type { FilterOf, OrderOf } from "../filter/filter-of.ts";
export type { ListRequest, ListState, LiveListOptions } from "./list/list-state.ts";
export { LiveList } from "./list/live-list.ts";
export { openList } from "./list/open-list.ts";
export { LivePage, type LivePageOptions } from "./live-page.ts";
export { openPage } from "./open-page.ts";
export { PageClientError, type PageClientErrorCode } from "./page-client-error.ts";
export type { PageRequest } from "./page-request.ts";
export type { PageChannel, PageChannelState, PageSocket } from "./page-socket.ts";
export type { PageState, PageStatus, PageWindow, Total } from "./page-state.ts";
export type { WaitOptions } from "./ready.ts";
export type { Why } from "./wire.ts";
