// One visitor of the page that is served: a socket, and the live pages that it has open.
import { setMaxListeners } from "node:events";
import { Socket, SLIPSTREAM_RECONNECT, SLIPSTREAM_REJOIN } from "@slipstream/client";
import { openPage, type LivePage } from "@slipstream/haste/client";
import { VIEW, type Flight } from "../../flights-page/flight.ts";
import { WaitedTooLongError } from "../observer.ts";
import { differences, sizeOf, type PagePlan, type PageSize } from "./page-plan.ts";
import type { PageWire } from "./page-wire.ts";

/** How long a page may take to be there, ms. */
const PATIENCE = 15_000;

/** What the database says that a page has to show. */
export type RightRows = (plan: PagePlan, size: PageSize) => Promise<readonly Flight[]>;

interface OpenPage {
  readonly page: LivePage<Flight>;
  plan: PagePlan;
  size: PageSize;
}

export class Visitor {
  readonly socket: Socket;
  /** Pages opened so far. */
  opened = 0;
  /** Pages, and things asked of pages, that did not come about. */
  readonly failures: string[] = [];
  readonly #signal: AbortSignal;
  readonly #pages: OpenPage[] = [];

  /** @param signal ends every wait. */
  constructor(url: string, wire: PageWire, signal: AbortSignal) {
    // Each page that is waited for listens to it.
    setMaxListeners(0, signal);
    this.#signal = signal;
    this.socket = new Socket(url, {
      serializer: wire.serializer,
      closeTimeout: 1_000,
      reconnect: SLIPSTREAM_RECONNECT,
      rejoin: SLIPSTREAM_REJOIN,
      logger: { error: (message) => this.failures.push(message) },
    });
  }

  /** Opens pages that stay open, all at once. Resolves when they are live, or too late. */
  async open(plans: readonly PagePlan[]): Promise<void> {
    await Promise.all(plans.map((plan) => this.#open(plan)));
  }

  /** Opens pages one after the other, and closes each when it is live; the last one stays. */
  async browse(plans: readonly PagePlan[]): Promise<void> {
    for (const plan of plans) {
      const open = await this.#open(plan);
      if (plan !== plans.at(-1)) await this.#close(open);
    }
  }

  /** Each page shows so many rows more, at its open end. */
  async grow(count: number): Promise<void> {
    await this.#each("Growing", async (open) => {
      const isAtEnd = open.plan.request.at === "end";
      await (isAtEnd ? open.page.previous(count) : open.page.next(count));
      const { before, after } = open.size;
      open.size = isAtEnd ? { before: before + count, after } : { before, after: after + count };
    });
  }

  /** The first page shows something else from now on. */
  async change(plan: PagePlan): Promise<void> {
    const [first] = this.#pages;
    if (first === undefined) return;
    await this.#inTime("Changing a page", first.page.change(plan.request));
    first.plan = plan;
    first.size = sizeOf(plan);
  }

  /** Closes the pages from the one at `from` on. */
  async drop(from: number): Promise<void> {
    await Promise.all(this.#pages.slice(from).map((open) => this.#close(open)));
  }

  /**
   * Waits until each page shows what the transaction did, and all before it. Resolves with how many
   * of their rows are not those that the database has now.
   */
  async compare(xid: string, rightRows: RightRows): Promise<number> {
    await this.#each("Seeing the last change", ({ page }) =>
      page.ready().then(() => page.seen(xid)),
    );
    let different = 0;
    for (const { page, plan, size } of this.#pages) {
      different += differences(page.rows, await rightRows(plan, size));
    }
    return different;
  }

  async #open(plan: PagePlan): Promise<OpenPage> {
    this.opened += 1;
    const page = openPage<Flight>(this.socket, VIEW, plan.request, {
      onError: (error) => this.failures.push(String(error)),
    });
    const open: OpenPage = { page, plan, size: sizeOf(plan) };
    this.#pages.push(open);
    await this.#inTime("A page", page.ready());
    return open;
  }

  async #close(open: OpenPage): Promise<void> {
    this.#pages.splice(this.#pages.indexOf(open), 1);
    await open.page.close();
  }

  async #each(what: string, act: (open: OpenPage) => Promise<void>): Promise<void> {
    await Promise.all(this.#pages.map((open) => this.#inTime(what, act(open))));
  }

  /** Waits for it for a while. If it fails or takes too long, that is a failure, and we go on. */
  async #inTime(what: string, wanted: Promise<unknown>): Promise<void> {
    try {
      await inTime(what, wanted, this.#signal);
    } catch (error) {
      this.#signal.throwIfAborted();
      this.failures.push(error instanceof Error ? error.message : String(error));
    }
  }
}

/** @throws {WaitedTooLongError} (by rejection); what the signal was aborted with. */
function inTime(what: string, wanted: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      act();
    };
    const abort = (): void => settle(() => reject(signal.reason as Error));
    const timer = setTimeout(
      () => settle(() => reject(new WaitedTooLongError(what, PATIENCE))),
      PATIENCE,
    );
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
    wanted.then(
      () => settle(resolve),
      (error: Error) => settle(() => reject(error)),
    );
  });
}
