// A live page as a React hook.
import { useCallback, useEffect, useRef, useSyncExternalStore } from "react";
import type { LivePage, LivePageOptions } from "../client/live-page.ts";
import { wireRequest, type PageRequest } from "../client/page-request.ts";
import type { PageSocket } from "../client/page-socket.ts";
import { LOADING, type PageState, type Total } from "../client/page-state.ts";
import type { WaitOptions } from "../client/ready.ts";
import type { Why } from "../client/wire.ts";
import { rowIdOf } from "./row-id.ts";
import { lifeOf, pageKey, sharedPage, sharePage, type PageWish } from "./shared-pages.ts";

export interface UseLivePageOptions<Row> extends PageRequest<Row>, Pick<LivePageOptions, "onWhy"> {
  readonly view: string;
  /** Opens nothing: for what is not known yet. */
  readonly skip?: boolean;
}

/** A page's state, and what can be asked of it; each rejects with a PageClientError. */
export interface UseLivePage<Row> extends PageState<Row> {
  /** The row's key as one text: for React's `key`, and for selections that outlive the window. */
  readonly rowId: (row: Row) => string;
  /** So many rows more. Not waited for any longer than `options` say, as of a component that goes. */
  next(count: number, options?: WaitOptions): Promise<void>;
  previous(count: number, options?: WaitOptions): Promise<void>;
  count(cap?: number): Promise<Total>;
  seen(xid: string | bigint): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/**
 * Opens a page for as long as a component shows it. Equal pages of all components are one; a page
 * whose arguments change keeps its rows, `stale`, until the new ones are there. The arguments are
 * compared by what is in them, so that they may be written in place. With `onWhy` a page is shared by
 * those components alone that have it, too; the newest function is the one that is called.
 *
 * @param socket null until there is one
 * @throws {PageClientError} `invalid_page`, while rendering: an option that there is not, or a `limit`
 *   that is no number of rows. What the server refuses is `error`, and is not thrown.
 * @example
 * ```tsx
 * const { rows, status, hasNext, next, rowId } = useLivePage<Flight>(socket, {
 *   view: "flights",
 *   where: ["eq", "gate", gate],
 *   limit: 100,
 * });
 * return rows.map((flight) => <li key={rowId(flight)}>{flight.departs}</li>);
 * ```
 */
export function useLivePage<Row = Record<string, unknown>>(
  socket: PageSocket | null,
  { view, skip = false, onWhy, ...request }: UseLivePageOptions<NoInfer<Row>>,
): UseLivePage<Row> {
  // Here, and not where the page is opened: an error boundary then knows which component it was.
  if (!skip) wireRequest(request);
  const wish: PageWish<Row> = { view, request, tellsWhy: onWhy !== undefined };
  const key = pageKey(wish);
  const from = skip ? null : socket;
  const latest = useRef({ wish, onWhy });
  latest.current = { wish, onWhy };

  // The key stands for view and request: while it is the same, so is the page.
  const subscribe = useCallback(
    (changed: () => void) => {
      if (from === null) return () => {};
      const onWhy = (why: Why | null): void => latest.current.onWhy?.(why);
      return sharePage(from, latest.current.wish, { changed, onWhy });
    },
    [from, key],
  );
  const getSnapshot = useCallback(
    (): PageState<Row> =>
      from === null ? LOADING : (sharedPage<Row>(from, key)?.state ?? LOADING),
    [from, key],
  );
  const state = useSyncExternalStore(subscribe, getSnapshot, () => LOADING);

  const life = socket === null ? null : lifeOf(socket);
  const before = useRef<Before<Row> | null>(null);
  useEffect(() => {
    // The rows of a page that was cut off are those of the socket's life before.
    if (state.version !== null && state.status !== "closed") before.current = { life, view, state };
  }, [life, view, state]);

  const page = useCallback((): LivePage<Row> => {
    const found = from === null ? undefined : sharedPage<Row>(from, key);
    if (found !== undefined) return found;
    throw new Error("There is no page yet: the component is not shown, or `skip` is set.");
  }, [from, key]);
  const actions = useActions(page);
  const shown = shownOf(state, before.current, life, view);
  const { key: columns } = shown;
  const rowId = useCallback((row: Row) => rowIdOf(row, columns), [columns]);

  return { ...shown, rowId, ...actions };
}

type Actions = Omit<UseLivePage<unknown>, keyof PageState<unknown> | "rowId">;

function useActions<Row>(page: () => LivePage<Row>): Actions {
  const next = useCallback(
    async (count: number, options?: WaitOptions) => page().next(count, options),
    [page],
  );
  const previous = useCallback(
    async (count: number, options?: WaitOptions) => page().previous(count, options),
    [page],
  );
  const count = useCallback(async (cap?: number) => page().count(cap), [page]);
  const seen = useCallback(async (xid: string | bigint) => page().seen(xid), [page]);
  const pause = useCallback(async () => page().pause(), [page]);
  const resume = useCallback(async () => page().resume(), [page]);
  return { next, previous, count, seen, pause, resume };
}

interface Before<Row> {
  readonly life: object | null;
  readonly view: string;
  readonly state: PageState<Row>;
}

/** While a page loads, the rows of the one before it; never those of another socket or of its life before, whose user may be another. */
function shownOf<Row>(
  state: PageState<Row>,
  before: Before<Row> | null,
  life: object | null,
  view: string,
): PageState<Row> {
  if (state.status !== "loading" || before?.view !== view || before.life !== life) return state;
  const { rows, hasNext, hasPrevious, key } = before.state;
  return { ...state, status: "stale", rows, hasNext, hasPrevious, key };
}
