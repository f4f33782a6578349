// Opening lists on a socket.
import { checkNames, checkRows } from "../check-options.ts";
import { openPage } from "../open-page.ts";
import type { LivePageOptions } from "../live-page.ts";
import type { PageSocket } from "../page-socket.ts";
import { LIST_LIMITS, type ListRequest, type LiveListOptions } from "./list-state.ts";
import { LiveList } from "./live-list.ts";

/**
 * Opens all rows of a view that meet a filter, as a list to scroll through. It is one page, whose
 * window goes along with what is looked at, and knows at most `maxRows` rows (800).
 *
 * @param view the view's name, as the server defines it; its `maxRows` bounds the list's
 * @throws {PageClientError} `invalid_page`: an option that there is not, or a `step` or `maxRows` that
 *   is no number of rows.
 * @example
 * ```ts
 * const list = openList<Flight>(socket, "flights", { orderBy: [{ column: "departs" }] });
 * list.subscribe(() => draw(list.state.rows, list.state.first));
 * list.look(0, 30); // the places in view
 * ```
 */
export function openList<Row = Record<string, unknown>>(
  socket: PageSocket,
  view: string,
  request: ListRequest<NoInfer<Row>>,
  { onWhy, ...options }: LiveListOptions & Pick<LivePageOptions, "onWhy"> = {},
): LiveList<Row> {
  checkList(request, options);
  const { step = LIST_LIMITS.step, onError } = options;
  const page = openPage<Row>(
    socket,
    view,
    { ...request, limit: 2 * step },
    { ...(onWhy === undefined ? {} : { onWhy }), ...(onError === undefined ? {} : { onError }) },
  );
  return new LiveList<Row>(page, request, options);
}

/** @throws {PageClientError} `invalid_page` */
export function checkList(request: object, options: LiveListOptions): void {
  checkNames(request, ["where", "orderBy"]);
  checkNames(options, ["maxRows", "step", "onWhy", "onError"]);
  const { maxRows, step } = { ...LIST_LIMITS, ...options };
  checkRows("maxRows", maxRows, 1);
  checkRows("step", step, 1);
}
