// The client's end of PROTOCOL.md: asks for a page, takes in what comes, and keeps the state.
import type { Json } from "../json.ts";
import { closedError, pageErrorOf, PageClientError, refusalOf } from "./page-client-error.ts";
import { PageContent } from "./page-content.ts";
import { PageLink, type PagePlace } from "./page-link.ts";
import type { WireRequest } from "./page-request.ts";
import type { PageSocket } from "./page-socket.ts";
import type { PageState, Total } from "./page-state.ts";
import type { Store } from "./store.ts";
import { WantedPage, type Ask, type Asked, type By } from "./wanted-page.ts";
import { batchOf, joinedOf, rowsOf, totalOf, type Why } from "./wire.ts";

export interface PageReaderOptions {
  /**
   * Has the server say of each change of the rows which transaction it came from; null for several in
   * one. Is called when the rows are in the state.
   */
  readonly onWhy?: (why: Why | null) => void;
}

const IS_PAUSED = "The page is paused, and shows nothing new. Call resume() first, then seen().";

export class PageReader<Row> {
  readonly #store: Store<PageState<Row>>;
  readonly #link: PageLink;
  readonly #content = new PageContent();
  readonly #onWhy: PageReaderOptions["onWhy"];
  readonly #wanted: WantedPage;
  #isPaused = false;
  /** What the last join said of that. */
  #isJoinedPaused = false;
  /** The server says that it gets no changes. */
  #isStale = false;
  /** All rows are to come: what is shown is not known to be true. */
  #awaitsRows = true;

  constructor(
    socket: PageSocket,
    place: PagePlace,
    wanted: WireRequest,
    store: Store<PageState<Row>>,
    { onWhy }: PageReaderOptions,
  ) {
    this.#store = store;
    this.#wanted = new WantedPage(wanted);
    this.#onWhy = onWhy;
    this.#link = new PageLink(socket, place, {
      joinParams: () => this.#joinParams(),
      joined: (response) => this.#guard(() => this.#joined(response)),
      parted: () => this.#tellStatus(),
      refused: (error) => error.code !== "disconnected" && this.#wanted.withdraw(error),
      postponed: (error) => this.#store.set({ error, status: this.#status() }),
      ended: (error) => this.#ended(error === null ? "closed" : "error", error),
    });
    this.#listen();
    this.#link.join();
  }

  // Asking.

  /**
   * Resolves when the server has granted it, by a push or, if the connection is away, by the next join.
   * When `signal` is aborted, it is not asked for any more unless it has been sent.
   */
  grow(more: Pick<WireRequest, "before" | "after">, signal: AbortSignal): Promise<By> {
    const change = (page: WireRequest): WireRequest => ({
      ...page,
      before: page.before + more.before,
      after: page.after + more.after,
    });
    return this.#ask("grow", more, { change, kind: "growth" }, signal);
  }

  /** Resolves as {@link grow} does. */
  change(fields: Partial<WireRequest>, signal: AbortSignal): Promise<By> {
    const change = (page: WireRequest): WireRequest => ({ ...page, ...fields });
    const isOther = "filter" in fields || "order" in fields || "columns" in fields;
    return this.#ask("change", fields, { change, kind: isOther ? "other" : "window" }, signal);
  }

  async count(cap: number | undefined): Promise<Total> {
    this.#mustBeOpen();
    const answer = await this.#link.push("count", cap === undefined ? {} : { cap });
    const total = totalOf(answer);
    this.#store.set({ total });
    return total;
  }

  async seen(xid: string | bigint): Promise<void> {
    this.#mustBeOpen();
    // The server sends nothing while a page is paused, and would answer when it has waited in vain.
    if (this.#isPaused) throw new PageClientError("not_seen", IS_PAUSED);
    await this.#link.push("seen", { xid: `${xid}` });
  }

  async pause(): Promise<void> {
    this.#isPaused = true;
    this.#tellStatus();
    await this.#hold();
  }

  async resume(): Promise<void> {
    this.#isPaused = false;
    await this.#hold();
    this.#tellStatus();
  }

  /** Says whether it is paused. Where the connection is away, or ends meanwhile, the next join does. */
  async #hold(): Promise<void> {
    this.#mustBeOpen();
    if (!this.#link.isJoined) return;
    try {
      await this.#link.push(this.#isPaused ? "pause" : "resume", {});
    } catch (error) {
      if (!this.#comesBack(pageErrorOf(error))) throw error;
    }
  }

  /** Whether it failed since the connection ended: then the next join says what it said. */
  #comesBack({ code }: PageClientError): boolean {
    return code === "disconnected" && !this.#link.isJoined && !this.#hasEnded;
  }

  /** @throws {PageClientError} Why there is no page. */
  #mustBeOpen(): void {
    if (this.#hasEnded) throw this.#store.state.error ?? closedError();
  }

  get #hasEnded(): boolean {
    const { status } = this.#store.state;
    return status === "closed" || status === "error";
  }

  close(): Promise<void> {
    this.#ended("closed", null);
    return this.#link.end();
  }

  async #ask(event: string, fields: object, ask: Ask, signal: AbortSignal): Promise<By> {
    this.#mustBeOpen();
    const asked = this.#wanted.ask(ask);
    signal.addEventListener("abort", () => {
      const isSent = this.#link.isJoined || this.#wanted.isTaken(asked);
      if (isSent) asked.refuse(signal.reason as PageClientError);
      else this.#wanted.refuse([asked], signal.reason as PageClientError, this.#content.header);
      this.#tellStatus();
    });
    if (this.#link.isJoined) this.#push(event, fields, [asked]);
    return asked.answer;
  }

  /** Asks for what was `asked`; if the connection ends before the answer, the next join does. */
  #push(event: string, fields: object, asked: readonly Asked[]): void {
    this.#tellStatus();
    void this.#link.push(event, fields).then(
      () => {
        this.#wanted.grant(asked, this.#content.header, "push");
        this.#tellStatus();
      },
      (error: unknown) => {
        const refusal = pageErrorOf(error);
        // What could not be sent at all fails while the connection is there.
        if (this.#comesBack(refusal)) return;
        this.#wanted.refuse(asked, refusal, this.#content.header);
        this.#tellStatus();
      },
    );
  }

  // Joining.

  #joinParams(): object {
    const { shown } = this.#content;
    const isSame = this.#wanted.isGranted && shown?.resumable === true;
    this.#isJoinedPaused = this.#isPaused;
    return {
      ...this.#wanted.join(),
      ...(isSame ? { resume: { group: shown.header.group, version: shown.version } } : {}),
      ...(this.#onWhy === undefined ? {} : { why: true }),
      ...(this.#isPaused ? { paused: true } : {}),
    };
  }

  #joined(response: unknown): void {
    const { version, resumed, ...header } = joinedOf(response);
    const isKept = resumed === "replay" && this.#content.shown !== null;
    const wasShown = this.#content.shown !== null;
    this.#content.begin(header);
    this.#awaitsRows = !isKept;
    this.#isStale = false;
    if (this.#isPaused !== this.#isJoinedPaused) void this.#hold().catch(() => {});
    this.#wanted.joined(header);
    // What the join did not ask for: more rows, or what was asked for while it was under way.
    const { asked, request, isGrowth } = this.#wanted;
    const { before, after } = request;
    if (asked.length > 0 && isGrowth) this.#push("resize", { before, after }, asked);
    else if (asked.length > 0) this.#push("change", request, asked);
    this.#store.set({
      error: null,
      cameBack: resumed ?? (wasShown ? "reload" : null),
      ...(isKept && !this.#isPaused ? { version } : {}),
      status: this.#status(),
    });
  }

  // What the server says.

  #listen(): void {
    const on = (event: string, handle: (payload: unknown) => void): void =>
      this.#link.on(event, (payload) => this.#guard(() => handle(payload)));
    on("rows", (payload) => {
      const message = rowsOf(payload);
      if (!this.#content.addRows(message)) {
        this.#store.set({ progress: { received: this.#content.received ?? 0, of: message.of } });
        return;
      }
      this.#awaitsRows = false;
      this.#show();
    });
    on("batch", (payload) => {
      const message = batchOf(payload);
      this.#content.applyBatch(message);
      this.#show();
      const { why, page } = message;
      // What came because it was asked for is no change.
      if (why === undefined || (why === null && page !== undefined)) return;
      this.#store.call(() => this.#onWhy?.(why));
    });
    on("cleared", () => {
      this.#content.clear();
      this.#awaitsRows = true;
      this.#show();
    });
    on("stale", () => {
      this.#isStale = true;
      this.#tellStatus();
    });
    on("live", (payload) => {
      this.#isStale = false;
      const { version } = payload as { readonly version?: unknown };
      this.#store.set({
        status: this.#status(),
        ...(typeof version === "string" ? { version } : {}),
      });
    });
    on("ended", (payload) => this.#link.refused(refusalOf(payload) ?? closedError()));
  }

  /** What does not fit together is asked for anew, in a while. */
  #guard(take: () => void): void {
    try {
      take();
    } catch (cause) {
      this.#wanted.forget();
      const sentence = "What the server said does not fit together; all rows are asked for anew.";
      this.#link.refused(new PageClientError("protocol", sentence, { cause }));
    }
  }

  // What is shown.

  #show(): void {
    this.#link.prospers();
    const { shown } = this.#content;
    this.#store.set({
      progress: null,
      status: this.#status(),
      ...(shown === null
        ? {}
        : {
            // What a row is, the view says; the wire has it by the same names.
            rows: shown.rows as readonly Json[] as readonly Row[],
            key: shown.key,
            version: shown.version,
            hasPrevious: shown.more[0],
            hasNext: shown.more[1],
            window: shown.header,
          }),
    });
  }

  #tellStatus(): void {
    this.#store.set({ status: this.#status() });
  }

  #status(): PageState<Row>["status"] {
    if (this.#hasEnded) return this.#store.state.status;
    if (this.#content.shown === null) return "loading";
    if (!this.#link.isJoined || this.#isStale || this.#awaitsRows || this.#wanted.isOther)
      return "stale";
    return this.#isPaused ? "paused" : "live";
  }

  #ended(status: "closed" | "error", error: PageClientError | null): void {
    if (this.#hasEnded) return;
    this.#store.set({ status, error, progress: null });
    this.#wanted.refuse(this.#wanted.asked, error ?? closedError(), null);
  }
}
