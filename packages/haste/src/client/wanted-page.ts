// Which page is wanted: the one that the server granted last, and what has been asked for since. Pure.
import type { PageClientError } from "./page-client-error.ts";
import { granted, type WireRequest } from "./page-request.ts";
import type { Header } from "./wire.ts";

/** By what the server grants a page: rows granted by a push have come when it is answered. */
export type By = "push" | "join";

/** Another page than the one that is granted, until the server has said yes or no. */
export interface Asked {
  readonly change: (page: WireRequest) => WireRequest;
  /**
   * More rows around those that are shown; another place or size; or another filter, order or
   * columns, so that what is shown is not what is asked for.
   */
  readonly kind: "growth" | "window" | "other";
  /** Resolves when it is granted. @throws {PageClientError} (by rejection) The refusal. */
  readonly answer: Promise<By>;
  readonly grant: (by: By) => void;
  readonly refuse: (error: PageClientError) => void;
}

/** What is asked for. */
export type Ask = Pick<Asked, "change" | "kind">;

export class WantedPage {
  /** What the server granted last; before that, what the page was opened with. */
  #base: WireRequest;
  #isGranted = false;
  /** In the order in which they were asked for. */
  #asked: readonly Asked[] = [];
  /** Those that the last join took with it. */
  #taken: readonly Asked[] = [];

  constructor(request: WireRequest) {
    this.#base = request;
  }

  get request(): WireRequest {
    return this.#asked.reduce((page, { change }) => change(page), this.#base);
  }

  /** What is not answered yet. */
  get asked(): readonly Asked[] {
    return this.#asked;
  }

  /**
   * Whether the next join asks for a page that the server granted, as it granted it. What that page
   * is to grow by is asked for when it is there again, by what it missed.
   */
  get isGranted(): boolean {
    return this.#isGranted && this.isGrowth;
  }

  /** Whether nothing is asked for but more rows. */
  get isGrowth(): boolean {
    return this.#asked.every(({ kind }) => kind === "growth");
  }

  /** Whether something else than the rows that are shown is asked for, and not only more of them. */
  get isOther(): boolean {
    return this.#asked.some(({ kind }) => kind === "other");
  }

  ask({ change, kind }: Ask): Asked {
    const asked = pending(change, kind);
    this.#asked = [...this.#asked, asked];
    return asked;
  }

  /** What a join asks for. */
  join(): WireRequest {
    this.#taken = this.isGranted ? [] : this.#asked;
    return this.isGranted ? this.#base : this.request;
  }

  /** Whether the last join asked for it. */
  isTaken(asked: Asked): boolean {
    return this.#taken.includes(asked);
  }

  /** The join was answered. */
  joined(header: Header): void {
    this.#isGranted = true;
    this.grant(this.#taken, header, "join");
  }

  /** These are the page now; what is asked for besides them still is not. */
  grant(some: readonly Asked[], header: Header | null, by: By): void {
    this.#base = some
      .filter((asked) => this.#asked.includes(asked))
      .reduce((page, { change }) => change(page), this.#base);
    this.#leaveOut(some, header);
    for (const { grant } of some) grant(by);
  }

  /** These are not to be had: without them the page is what it was. */
  refuse(some: readonly Asked[], error: PageClientError, header: Header | null): void {
    this.#leaveOut(some, header);
    for (const { refuse } of some) refuse(error);
  }

  /** The join was refused: whether that may be for what it took with it, which then is refused. */
  withdraw(error: PageClientError): boolean {
    const taken = this.#taken.filter((asked) => this.#asked.includes(asked));
    if (!this.#isGranted || taken.length === 0) return false;
    this.refuse(taken, error, null);
    return true;
  }

  /** The next join has all rows come anew. */
  forget(): void {
    this.#isGranted = false;
  }

  #leaveOut(some: readonly Asked[], header: Header | null): void {
    this.#asked = this.#asked.filter((asked) => !some.includes(asked));
    // While more is asked for, the header may be of that already.
    if (this.#asked.length === 0 && header !== null) this.#base = granted(this.#base, header);
  }
}

function pending(change: Asked["change"], kind: Asked["kind"]): Asked {
  let grant: Asked["grant"] = () => {};
  let refuse: Asked["refuse"] = () => {};
  const answer = new Promise<By>((resolve, reject) => {
    grant = resolve;
    refuse = reject;
  });
  // Whoever asked is told; nobody else need look.
  answer.catch(() => {});
  return { change, kind, answer, grant, refuse };
}
