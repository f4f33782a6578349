// One page that several components look at. It outlives `socket.disconnect()`: when the socket is
// connected again, so is what is shown.
import type { LivePage } from "../client/live-page.ts";
import type { PageSocket } from "../client/page-socket.ts";
import type { PageState } from "../client/page-state.ts";
import { throwAside } from "../client/store.ts";
import type { Why } from "../client/wire.ts";

/** A component that looks at a page. */
export interface Onlooker {
  /** The page's state is another. */
  readonly changed: () => void;
  /** Which change of the database it was; of a page that was opened to tell. */
  readonly onWhy?: ((why: Why | null) => void) | undefined;
}

export class SharedPage {
  readonly #socket: PageSocket;
  readonly #open: (onWhy: (why: Why | null) => void) => LivePage<never>;
  readonly #cutOff: () => void;
  readonly #onlookers = new Set<Onlooker>();
  #page: LivePage<never>;
  /** Ends what is listened to: the page, or the socket while there is none. */
  #ignore: () => void = () => {};

  /**
   * @param open - opens the page, and another in its place when the socket is connected again; what it
   *   is given tells all onlookers
   * @param cutOff - is told when the socket was disconnected
   */
  constructor(
    socket: PageSocket,
    open: (onWhy: (why: Why | null) => void) => LivePage<never>,
    cutOff: () => void,
  ) {
    this.#socket = socket;
    this.#open = open;
    this.#cutOff = cutOff;
    this.#page = open(this.#tellWhy);
    this.#follow();
  }

  /** The page that is shown; after a disconnect another. */
  get page(): LivePage<never> {
    return this.#page;
  }

  /** Somebody comes new: what the server would not give is asked for again. */
  retry(): void {
    const { state } = this.#page;
    if (state.status === "error" && !isCutOff(state)) this.#reopen();
  }

  subscribe(onlooker: Onlooker): () => void {
    // An object of its own, so that one onlooker may subscribe twice.
    const own = { ...onlooker };
    this.#onlookers.add(own);
    return () => {
      this.#onlookers.delete(own);
    };
  }

  close(): void {
    this.#ignore();
    void this.#page.close();
  }

  #follow(): void {
    this.#ignore = this.#page.subscribe(() => {
      this.#look();
      this.#tell();
    });
    this.#look();
  }

  /** Where there is no socket, waits for one. */
  #look(): void {
    if (!isCutOff(this.#page.state)) return;
    this.#cutOff();
    this.#awaitSocket();
  }

  #awaitSocket(): void {
    this.#ignore();
    this.#ignore = this.#socket.onState(({ type }) => {
      if (type === "connecting" || type === "open") this.#reopen();
    });
  }

  #reopen(): void {
    this.#ignore();
    this.#page = this.#open(this.#tellWhy);
    this.#follow();
    this.#tell();
  }

  #tell(): void {
    for (const { changed } of [...this.#onlookers]) changed();
  }

  /** What one of them throws, the others do not hear of. */
  readonly #tellWhy = (why: Why | null): void => {
    for (const { onWhy } of [...this.#onlookers]) {
      try {
        onWhy?.(why);
      } catch (error) {
        throwAside(error);
      }
    }
  };
}

/** Whether there is no page since there is no socket: its owner has disconnected it, or not connected it yet. */
export function isCutOff({ status, error }: PageState<unknown>): boolean {
  return status === "closed" || (status === "error" && error?.code === "disconnected");
}
