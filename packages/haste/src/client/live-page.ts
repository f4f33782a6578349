// A page of a view that stays true: what a program has in hand. Its end of PROTOCOL.md is
// page-reader.ts.
import { checkNames, checkRows } from "./check-options.ts";
import type { PagePlace } from "./page-link.ts";
import { PageReader, type PageReaderOptions } from "./page-reader.ts";
import { wireChange, wireRequest, type PageRequest } from "./page-request.ts";
import type { PageSocket } from "./page-socket.ts";
import { LOADING, type PageState, type Total } from "./page-state.ts";
import { askWithin, whenReady, type WaitOptions } from "./ready.ts";
import { Store, throwAside } from "./store.ts";
import type { By } from "./wanted-page.ts";

export interface LivePageOptions extends PageReaderOptions {
  /** Is told what a subscriber throws. Default: it is thrown again where nobody catches it. */
  readonly onError?: (error: unknown) => void;
}

/**
 * One page. Made by {@link openPage}.
 *
 * {@link state} is one immutable value, replaced as a whole: it fits React's `useSyncExternalStore`.
 * A page comes back by itself after a lost connection, with what it missed or, where the server does
 * not know that any more, with all its rows.
 *
 * Whatever asks the server rejects with a {@link PageClientError} that says why not.
 */
export class LivePage<Row> {
  readonly #store: Store<PageState<Row>>;
  readonly #reader: PageReader<Row>;
  readonly #view: string;

  /** @internal Use {@link openPage}. */
  constructor(
    socket: PageSocket,
    place: PagePlace,
    request: PageRequest<Row>,
    options: LivePageOptions = {},
  ) {
    checkNames(options, ["onWhy", "onError"]);
    this.#view = place.view;
    const { onError = throwAside, ...others } = options;
    this.#store = new Store<PageState<Row>>(LOADING, onError);
    this.#reader = new PageReader(socket, place, wireRequest(request), this.#store, others);
  }

  /** What the page shows now. */
  get state(): PageState<Row> {
    return this.#store.state;
  }

  /** The rows that are shown: `state.rows`. */
  get rows(): readonly Row[] {
    return this.#store.state.rows;
  }

  /** Calls `listener` once after each change of {@link state}. Returns what ends that. */
  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  /** {@link state}, as a function that may be passed on. */
  readonly getSnapshot = (): PageState<Row> => this.#store.state;

  /**
   * Resolves with the state when the page is live (or paused), at once if it is.
   *
   * @throws {PageClientError} (by rejection) Why it cannot be had, or `closed`; `not_ready` if it is
   *   neither within `timeout` (10 s), as while the database is away, and `aborted` by `signal`. Both
   *   leave the page as it is: it goes on, and may be waited for again.
   * @example
   * ```ts
   * const { rows } = await page.ready({ timeout: 2_000 });
   * ```
   */
  ready(options: WaitOptions = {}): Promise<PageState<Row>> {
    return whenReady(this.#store, this.#view, options);
  }

  /**
   * Shows so many rows more behind the last one. Resolves when they are shown: where the connection is
   * away, when it has come back, however long that takes if `options` say nothing else.
   *
   * @throws {PageClientError} (by rejection) The refusal, or `closed`; `not_ready` when `timeout` (ms)
   *   has passed, and `aborted` by `signal`. What had not been sent by then is not asked for any more;
   *   what had been sent may still come.
   * @example
   * ```ts
   * await page.next(20, { timeout: 5_000 });
   * ```
   */
  async next(count: number, options: WaitOptions = {}): Promise<void> {
    checkRows("The count of next", count);
    return this.#settled(
      (signal) => this.#reader.grow({ before: 0, after: count }, signal),
      options,
    );
  }

  /** Shows so many rows more before the first one. Resolves and rejects as {@link next} does. */
  async previous(count: number, options: WaitOptions = {}): Promise<void> {
    checkRows("The count of previous", count);
    return this.#settled(
      (signal) => this.#reader.grow({ before: count, after: 0 }, signal),
      options,
    );
  }

  /**
   * Shows another page in the place of this one: what is left out of the request stays as it is. The
   * old rows stay until the new ones are there; the status is `stale` meanwhile, but `live` if only
   * `at` or `limit` is another. If the server refuses, the page is what it was. A new order or place
   * begins with `limit` rows. Resolves and rejects as {@link next} does.
   */
  async change(request: PageRequest<Row>, options: WaitOptions = {}): Promise<void> {
    const fields = wireChange(request);
    return this.#settled((signal) => this.#reader.change(fields, signal), options);
  }

  /**
   * Counts the rows that the page's filter and policy let through, up to `cap`. A query of its own
   * each time; `state.total` keeps the answer.
   */
  async count(cap?: number): Promise<Total> {
    if (cap !== undefined) checkRows("The cap of count", cap);
    return this.#reader.count(cap);
  }

  /**
   * Resolves when the page shows what a transaction did to it, or when that was nothing. Rejects with
   * `not_seen` if it does not come in time, and at once while the page is paused.
   *
   * @param xid what `SELECT pg_current_xact_id()` gave inside the transaction
   */
  seen(xid: string | bigint): Promise<void> {
    return this.#reader.seen(xid);
  }

  /** Holds the rows as they are, so that none goes away under a user's hands. */
  pause(): Promise<void> {
    return this.#reader.pause();
  }

  /** Shows at once what has changed since {@link pause}. */
  resume(): Promise<void> {
    return this.#reader.resume();
  }

  /** Ends the page. Its rows stay in {@link state}. Resolves when the server knows. */
  close(): Promise<void> {
    return this.#reader.close();
  }

  /** What a join has granted is shown when its rows have come. */
  #settled(ask: (signal: AbortSignal) => Promise<By>, options: WaitOptions): Promise<void> {
    const settled = async (signal: AbortSignal): Promise<void> => {
      if ((await ask(signal)) === "join") await this.ready({ timeout: Infinity, signal });
    };
    return askWithin(settled, this.#view, options);
  }
}
