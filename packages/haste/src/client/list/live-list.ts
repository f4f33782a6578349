// All rows of a filter in an order, as a list to scroll through: a page whose window goes along.
import type { Json } from "../../json.ts";
import type { Order } from "../../order/order.ts";
import type { LivePage } from "../live-page.ts";
import { pageErrorOf, type PageClientError } from "../page-client-error.ts";
import type { PageRequest } from "../page-request.ts";
import type { PageState, PageWindow, Total } from "../page-state.ts";
import type { WaitOptions } from "../ready.ts";
import { Store, throwAside } from "../store.ts";
import { positionColumns, valuesOf } from "./list-order.ts";
import {
  EMPTY_SPACE,
  spaceAround,
  spaceAt,
  type FirstPlace,
  type ListSpace,
  type Seen,
} from "./list-space.ts";
import {
  EMPTY_LIST,
  LIST_LIMITS,
  type ListRequest,
  type ListState,
  type LiveListOptions,
} from "./list-state.ts";
import { wish, type Wish, type WishLimits } from "./list-wish.ts";
import { PageBreaks } from "./page-breaks.ts";

/** A place, and whether it was counted. */
interface Place {
  readonly place: number;
  readonly isCounted: boolean;
}

/** What the list asks its page for, wholesale. */
interface Jump<Row> {
  readonly request: PageRequest<Row>;
  readonly to: "start" | "end";
  readonly settle: readonly ((error: PageClientError | null) => void)[];
}

/**
 * A list. Made by {@link openList}.
 *
 * It knows at most `maxRows` rows, around those that are looked at, however many there are. Rows that
 * are looked at stay where they are while others come before them.
 */
export class LiveList<Row> {
  readonly #page: LivePage<Row>;
  readonly #store: Store<ListState<Row>>;
  readonly #breaks: PageBreaks;
  readonly #end: () => void;
  #limits: WishLimits;
  #order: Order;
  #columns: readonly string[] = [];
  #space: ListSpace<Row> = EMPTY_SPACE;
  #seen: Seen = { from: 0, to: 0 };
  #window: PageWindow | null = null;
  /** Where rows belong that are to come in the place of those that are known. */
  #arriving: Jump<Row> | Place | null;
  #wanted: Jump<Row> | null = null;
  #isAsking = false;
  /** After a refusal, until somebody scrolls. */
  #isResting = false;
  /** Where it went last of what is looked at now: twice to the same place leads nowhere. */
  #went: number | null = null;
  #jumped = EMPTY_LIST.jump;

  /** @internal Use {@link openList}. */
  constructor(
    page: LivePage<Row>,
    { orderBy }: ListRequest<Row>,
    { onError = throwAside, ...limits }: LiveListOptions,
  ) {
    this.#page = page;
    this.#limits = { ...LIST_LIMITS, ...limits };
    this.#breaks = new PageBreaks(this.#limits.step);
    this.#order = orderBy;
    const jump: Jump<Row> = { request: { orderBy }, to: "start", settle: [] };
    this.#arriving = jump;
    this.#store = new Store<ListState<Row>>({ ...page.state, ...EMPTY_SPACE, jump }, onError);
    this.#end = page.subscribe(() => this.#pageChanged());
  }

  /** What the list shows now. */
  get state(): ListState<Row> {
    return this.#store.state;
  }

  /** Calls `listener` once after each change of {@link state}. Returns what ends that. */
  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  /** {@link state}, as a function that may be passed on. */
  readonly getSnapshot = (): ListState<Row> => this.#store.state;

  /** Tells which places are in view, the last one included; rows that are missing there are fetched. */
  readonly look = (from: number, to: number): void => {
    this.#seen = { from, to };
    this.#isResting = false;
    this.#went = null;
    void this.#ask();
  };

  /** Goes to the first rows. Resolves when they are there. */
  readonly toStart = (): Promise<void> => this.#go({ at: "start" }, "start");

  /** Goes to the last rows. Resolves when they are there. */
  readonly toEnd = (): Promise<void> => this.#go({ at: "end" }, "end");

  /** Shows other rows, or the same in another order, from their first one on. */
  change({ where = EVERYTHING, orderBy }: ListRequest<Row>): Promise<void> {
    return this.#go({ where, orderBy, at: "start" }, "start");
  }

  /** As `LivePage.ready`. */
  async ready(options: WaitOptions = {}): Promise<ListState<Row>> {
    await this.#page.ready(options);
    return this.state;
  }

  /** As `LivePage.count`. */
  readonly count = (cap?: number): Promise<Total> => this.#page.count(cap);

  /** As `LivePage.seen`. */
  readonly seen = (xid: string | bigint): Promise<void> => this.#page.seen(xid);

  /** As `LivePage.pause`. */
  readonly pause = (): Promise<void> => this.#page.pause();

  /** As `LivePage.resume`. */
  readonly resume = (): Promise<void> => this.#page.resume();

  /** Ends it. Its rows stay. */
  async close(): Promise<void> {
    await this.#page.close();
    this.#end();
  }

  // What is shown.

  #pageChanged(): void {
    const { state } = this.#page;
    if (state.window !== null) this.#place(state, state.window);
    this.#store.set({ ...state, ...this.#space, jump: this.#jumped });
    void this.#ask();
  }

  #place(state: PageState<Row>, window: PageWindow): void {
    const isOther = window !== this.#window;
    const arriving = isOther ? this.#arriving : null;
    this.#window = window;
    const idOf = (row: Row): string => JSON.stringify(valuesOf(row, state.key));
    if (arriving !== null) this.#arriving = null;
    if (arriving === null) {
      this.#space = spaceAround(this.#space, state, this.#seen, idOf);
    } else if ("place" in arriving) {
      const { place, isCounted } = arriving;
      const first: FirstPlace = { first: place - window.before, isCounted };
      this.#space = spaceAround(this.#space, state, this.#seen, idOf, first);
    } else {
      this.#arrived(arriving, state);
    }
    if (isOther) this.#breaks.note(this.#space, (row) => valuesOf(row, this.#columns));
  }

  /** Another list, or another end of it. */
  #arrived({ request, to }: Jump<Row>, state: PageState<Row>): void {
    const { moved, length } = this.#space;
    const isSame = request.orderBy === undefined;
    this.#order = request.orderBy ?? this.#order;
    this.#columns = positionColumns(this.#order, state.key);
    if (!isSame) this.#breaks.clear();
    const extent = isSame ? length : 0;
    const first = to === "start" ? 0 : Math.max(0, extent - state.rows.length);
    this.#space = spaceAt(state, first, { moved, extent });
    const place = to === "start" ? 0 : Math.max(0, this.#space.length - 1);
    this.#seen = { from: place, to: place };
    this.#jumped = { to };
  }

  // What is asked for.

  #go(request: PageRequest<Row>, to: Jump<Row>["to"]): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error: PageClientError | null): void => {
        if (error === null) resolve();
        else reject(error);
      };
      // What was wanted before and not asked for yet is part of it.
      const before = this.#wanted;
      this.#wanted = {
        request: { ...before?.request, ...request },
        to,
        settle: [...(before?.settle ?? []), settle],
      };
      void this.#ask();
    });
  }

  /** One thing after the other, so that it is known which rows come. */
  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    for (;;) {
      const jump = this.#wanted;
      this.#wanted = null;
      if (jump !== null) await this.#jump(jump);
      else if (!(await this.#fetch())) break;
    }
    this.#isAsking = false;
  }

  async #jump(jump: Jump<Row>): Promise<void> {
    this.#arriving = jump;
    let failure: PageClientError | null = null;
    try {
      await this.#page.change({ ...jump.request, limit: 2 * this.#limits.step });
    } catch (error) {
      failure = pageErrorOf(error);
    }
    if (this.#arriving === jump) this.#arriving = null;
    for (const settle of jump.settle) settle(failure);
  }

  /** Whether there was something to ask for, and it is there now. */
  async #fetch(): Promise<boolean> {
    const { state } = this.#page;
    if (this.#isResting || state.status !== "live") return false;
    const wanted = wish(this.#space, state, this.#seen, this.#limits);
    if (wanted === null) return false;
    if (wanted.type === "around" && this.#breakAt(wanted.place).place === this.#went) return false;
    try {
      await this.#grant(wanted);
      return true;
    } catch (error) {
      // The view allows fewer rows than was thought.
      const { maxRows } = this.#limits;
      const fewer = Math.max(2 * this.#limits.step, state.rows.length);
      this.#isResting = pageErrorOf(error).code !== "too_many_rows" || fewer >= maxRows;
      if (!this.#isResting) this.#limits = { ...this.#limits, maxRows: fewer };
      return !this.#isResting;
    } finally {
      if (this.#arriving !== null && "place" in this.#arriving) this.#arriving = null;
    }
  }

  #grant(wanted: Wish): Promise<void> {
    switch (wanted.type) {
      case "next":
        return this.#page.next(wanted.count);
      case "previous":
        return this.#page.previous(wanted.count);
      case "around": {
        const { position, ...place } = this.#breakAt(wanted.place);
        this.#went = place.place;
        this.#arriving = place;
        const at = position === null ? "start" : { position };
        return this.#page.change({ at, limit: wanted.limit });
      }
    }
  }

  /** A place of which it is known which rows stand around it. */
  #breakAt(place: number): Place & { readonly position: readonly Json[] | null } {
    const { rows, first, isCounted } = this.#space;
    const row = rows[place - first];
    if (row !== undefined) return { place, isCounted, position: valuesOf(row, this.#columns) };
    const known = this.#breaks.nearest(place);
    // At the very start, rows that come first are to be seen.
    if (known === null || known.place === 0) return { place: 0, isCounted: true, position: null };
    return known;
  }
}

const EVERYTHING = ["and"] as const;
