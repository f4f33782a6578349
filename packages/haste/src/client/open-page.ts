// Opening pages on a socket.
import { LivePage, type LivePageOptions } from "./live-page.ts";
import type { PageRequest } from "./page-request.ts";
import type { PageSocket } from "./page-socket.ts";

/** So that each page has a topic of its own, however many there are of a view on a socket. */
let opened = 0;

/**
 * Opens a page of a view. It begins to load at once; many pages share one socket, and opening or
 * closing one opens no connection.
 *
 * @param view the view's name, as the server defines it
 * @throws {PageClientError} `invalid_page`: an option that there is not, or a `limit` that is no number of rows.
 * @typeParam Row what a row is: `RowOf` of the server's view, or an interface of yours
 * @example
 * ```ts
 * interface Flight { id: number; gate: string | null; departs: string }
 *
 * const page = openPage<Flight>(socket, "flights", {
 *   where: ["eq", "gate", "A1"],
 *   orderBy: [{ column: "departs" }],
 *   limit: 100,
 * });
 * page.subscribe(() => render(page.state.rows));
 * ```
 */
export function openPage<Row = Record<string, unknown>>(
  socket: PageSocket,
  view: string,
  request: PageRequest<NoInfer<Row>> = {},
  options: LivePageOptions = {},
): LivePage<Row> {
  opened += 1;
  return new LivePage<Row>(socket, { view, topic: `haste:${view}:${opened}` }, request, options);
}
