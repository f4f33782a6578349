// Pages that several components look at, opened once: equal requests on one socket are one page.
import type { LivePage } from "../client/live-page.ts";
import { openPage } from "../client/open-page.ts";
import type { PageRequest } from "../client/page-request.ts";
import type { PageSocket } from "../client/page-socket.ts";

/**
 * How long a page outlives its last component, ms: React takes components away and puts them back
 * (StrictMode, a route that is left and entered again), which should not load a page anew.
 */
const GRACE = 1_000;

interface Shared {
  readonly page: LivePage<never>;
  users: number;
  closing: ReturnType<typeof setTimeout> | null;
}

const shared = new WeakMap<PageSocket, Map<string, Shared>>();

/** Names a page: the same text for the same view and request, whatever the order of their fields. */
export function pageKey<Row>(view: string, request: PageRequest<Row>): string {
  const { where, orderBy, at, limit, columns } = request;
  return JSON.stringify([view, where, orderBy, at, limit, columns]);
}

/** The page, if somebody looks at it. */
export function sharedPage<Row>(socket: PageSocket, key: string): LivePage<Row> | undefined {
  return shared.get(socket)?.get(key)?.page;
}

/** Looks at a page, which is opened if nobody did. Returns what ends that. */
export function sharePage<Row>(
  socket: PageSocket,
  view: string,
  request: PageRequest<Row>,
): { readonly page: LivePage<Row>; readonly release: () => void } {
  const key = pageKey(view, request);
  const pages = shared.get(socket) ?? new Map<string, Shared>();
  shared.set(socket, pages);
  const entry = usable(pages.get(key)) ?? {
    page: openPage<Row>(socket, view, request) as unknown as LivePage<never>,
    users: 0,
    closing: null,
  };
  pages.set(key, entry);
  entry.users += 1;
  if (entry.closing !== null) clearTimeout(entry.closing);
  entry.closing = null;
  let isReleased = false;
  return {
    page: entry.page,
    release: () => {
      if (isReleased) return;
      isReleased = true;
      entry.users -= 1;
      if (entry.users > 0) return;
      entry.closing = setTimeout(() => {
        if (pages.get(key) === entry) pages.delete(key);
        void entry.page.close();
      }, GRACE);
    },
  };
}

/** A page that has ended is of no use to whoever comes new. */
function usable(entry: Shared | undefined): Shared | undefined {
  const status = entry?.page.state.status;
  return status === "closed" || status === "error" ? undefined : entry;
}
