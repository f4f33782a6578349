// A live list as a React hook.
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import {
  EMPTY_LIST,
  type ListRequest,
  type ListState,
  type LiveListOptions,
} from "../client/list/list-state.ts";
import type { LiveList } from "../client/list/live-list.ts";
import { checkList, openList } from "../client/list/open-list.ts";
import type { LivePageOptions } from "../client/live-page.ts";
import { PageClientError } from "../client/page-client-error.ts";
import type { PageSocket } from "../client/page-socket.ts";
import type { Total } from "../client/page-state.ts";
import { rowIdOf } from "./row-id.ts";
import { isCutOff } from "./shared-page.ts";

export interface UseLiveListOptions<Row>
  extends ListRequest<Row>, LiveListOptions, Pick<LivePageOptions, "onWhy"> {
  readonly view: string;
}

/** A list's state, and what can be asked of it; each rejects with a PageClientError. */
export interface UseLiveList<Row> extends ListState<Row> {
  /** The row's key as one text: for React's `key`, and for selections that outlive the window. */
  readonly rowId: (row: Row) => string;
  /** Tells which places are in view, the last one included. */
  readonly look: (from: number, to: number) => void;
  readonly toStart: () => Promise<void>;
  readonly toEnd: () => Promise<void>;
  readonly count: (cap?: number) => Promise<Total>;
  readonly seen: (xid: string | bigint) => Promise<void>;
  readonly pause: () => Promise<void>;
  readonly resume: () => Promise<void>;
}

/**
 * Opens a list for as long as a component shows it: all rows of a filter in an order, of which it
 * knows those around what is looked at. While filter or order change the old rows stay, `stale`. The
 * arguments are compared by what is in them, so that they may be written in place; other limits
 * count from the next list on.
 *
 * @param socket null until there is one
 * @throws {PageClientError} `invalid_page`, while rendering: an option that there is not, or a `step` or
 *   `maxRows` that is no number of rows. What the server refuses is `error`, and is not thrown.
 * @example
 * ```tsx
 * const { rows, first, length, look } = useLiveList<Flight>(socket, {
 *   view: "flights",
 *   orderBy: [{ column: "departs" }],
 * });
 * ```
 */
export function useLiveList<Row = Record<string, unknown>>(
  socket: PageSocket | null,
  options: UseLiveListOptions<NoInfer<Row>>,
): UseLiveList<Row> {
  const { view, where, orderBy, ...rest } = options;
  // Here, and not where the list is opened: an error boundary then knows which component it was.
  checkList({ where, orderBy }, rest);
  const key = JSON.stringify([view, where, orderBy]);
  const latest = useRef({ options, key });
  latest.current = { options, key };
  const [opened, setOpened] = useState<{ list: LiveList<Row>; key: string } | null>(null);
  /** Another object for each time that the socket is connected anew by its owner. */
  const [life, setLife] = useState({});
  const [refusal, setRefusal] = useState<PageClientError | null>(null);

  useEffect(() => {
    if (socket === null) return;
    const { options, key } = latest.current;
    const { view, where, orderBy, onWhy, ...limits } = options;
    const list = openList<Row>(
      socket,
      view,
      { where, orderBy },
      {
        ...limits,
        ...(onWhy === undefined ? {} : { onWhy: (why) => latest.current.options.onWhy?.(why) }),
      },
    );
    setOpened({ list, key });
    setRefusal(null);
    let unfollow = (): void => {};
    const look = (): void => {
      if (!isCutOff(list.state)) return;
      unfollow();
      // Disconnected by its owner, or not connected yet: then there is another list.
      unfollow = socket.onState(({ type }) => {
        if (type === "connecting" || type === "open") setLife({});
      });
    };
    unfollow = list.subscribe(look);
    look();
    return () => {
      unfollow();
      setOpened(null);
      void list.close();
    };
  }, [socket, view, life]);

  useEffect(() => {
    if (opened === null || opened.key === key) return;
    const { where, orderBy } = latest.current.options;
    let isOld = false;
    opened.key = key;
    opened.list.change({ where, orderBy }).then(
      () => !isOld && setRefusal(null),
      (error: unknown) => !isOld && setRefusal(error instanceof PageClientError ? error : null),
    );
    return () => {
      isOld = true;
    };
  }, [opened, key]);

  const list = opened?.list ?? null;
  const state = useSyncExternalStore(
    useCallback((listener: () => void) => list?.subscribe(listener) ?? (() => {}), [list]),
    useCallback((): ListState<Row> => list?.state ?? EMPTY_LIST, [list]),
    () => EMPTY_LIST,
  );
  const { key: columns } = state;
  const rowId = useCallback((row: Row) => rowIdOf(row, columns), [columns]);
  return { ...state, error: refusal ?? state.error, rowId, ...useActions(list) };
}

type Actions = Pick<
  UseLiveList<never>,
  "look" | "toStart" | "toEnd" | "count" | "seen" | "pause" | "resume"
>;

function useActions<Row>(list: LiveList<Row> | null): Actions {
  const look = useCallback((from: number, to: number) => list?.look(from, to), [list]);
  const toStart = useCallback(async () => known(list).toStart(), [list]);
  const toEnd = useCallback(async () => known(list).toEnd(), [list]);
  const count = useCallback(async (cap?: number) => known(list).count(cap), [list]);
  const seen = useCallback(async (xid: string | bigint) => known(list).seen(xid), [list]);
  const pause = useCallback(async () => known(list).pause(), [list]);
  const resume = useCallback(async () => known(list).resume(), [list]);
  return { look, toStart, toEnd, count, seen, pause, resume };
}

function known<Row>(list: LiveList<Row> | null): LiveList<Row> {
  if (list !== null) return list;
  throw new Error("There is no list yet: the component is not shown, or has no socket.");
}
