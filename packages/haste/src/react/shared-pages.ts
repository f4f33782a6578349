// Pages that several components look at, opened once: equal requests on one socket are one page.
import type { LivePage, LivePageOptions } from "../client/live-page.ts";
import { openPage } from "../client/open-page.ts";
import type { PageRequest } from "../client/page-request.ts";
import type { PageSocket } from "../client/page-socket.ts";
import { SharedPage, type Onlooker } from "./shared-page.ts";

/**
 * How long a page outlives its last component, ms: React takes components away and puts them back
 * (StrictMode, a route that is left and entered again), which should not load a page anew.
 */
const GRACE = 1_000;

interface Entry {
  readonly shared: SharedPage;
  users: number;
  closing: ReturnType<typeof setTimeout> | null;
}

interface SocketPages {
  readonly pages: Map<string, Entry>;
  /** Another object after each `disconnect()`: who connects then may be somebody else. */
  life: object;
}

const sockets = new WeakMap<PageSocket, SocketPages>();

function pagesOf(socket: PageSocket): SocketPages {
  const known = sockets.get(socket);
  if (known !== undefined) return known;
  const pages: SocketPages = { pages: new Map(), life: {} };
  sockets.set(socket, pages);
  return pages;
}

/** The same object for as long as the socket is not disconnected by its owner. */
export function lifeOf(socket: PageSocket): object {
  return pagesOf(socket).life;
}

/** Which page it is that components look at. */
export interface PageWish<Row> {
  readonly view: string;
  readonly request: PageRequest<Row>;
  /** Whether it is to say which changes moved it. */
  readonly tellsWhy: boolean;
}

/** Names a page: the same text for the same view and request, whatever the order of their fields. */
export function pageKey<Row>({ view, request, tellsWhy }: PageWish<Row>): string {
  const { where, orderBy, at, limit, columns } = request;
  return JSON.stringify([view, where, orderBy, at, limit, columns, tellsWhy]);
}

/** The page, if somebody looks at it. */
export function sharedPage<Row>(socket: PageSocket, key: string): LivePage<Row> | undefined {
  return sockets.get(socket)?.pages.get(key)?.shared.page as unknown as LivePage<Row> | undefined;
}

/**
 * Looks at a page, which is opened if nobody did.
 *
 * @returns what ends that.
 */
export function sharePage<Row>(
  socket: PageSocket,
  wish: PageWish<Row>,
  onlooker: Onlooker,
): () => void {
  const key = pageKey(wish);
  const all = pagesOf(socket);
  const { pages } = all;
  const open = (onWhy: LivePageOptions["onWhy"] & {}): LivePage<never> =>
    openPage<Row>(
      socket,
      wish.view,
      wish.request,
      wish.tellsWhy ? { onWhy } : {},
    ) as unknown as LivePage<never>;
  const entry = pages.get(key) ?? {
    shared: new SharedPage(socket, open, () => (all.life = {})),
    users: 0,
    closing: null,
  };
  pages.set(key, entry);
  entry.users += 1;
  if (entry.closing !== null) clearTimeout(entry.closing);
  entry.closing = null;
  entry.shared.retry();
  const unsubscribe = entry.shared.subscribe(onlooker);
  return () => {
    unsubscribe();
    entry.users -= 1;
    if (entry.users > 0) return;
    entry.closing = setTimeout(() => {
      if (pages.get(key) === entry) pages.delete(key);
      entry.shared.close();
    }, GRACE);
    // Where timers hold up the process's end (Node), this one should not.
    if (typeof entry.closing === "object") entry.closing.unref();
  };
}
