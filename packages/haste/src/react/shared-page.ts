// One page that several components look at. It outlives `socket.disconnect()`: when the socket is
// connected again, so is what is shown.
import type { LivePage } from "../client/live-page.ts";
import type { PageSocket } from "../client/page-socket.ts";
import type { PageState } from "../client/page-state.ts";

export class SharedPage {
  readonly #socket: PageSocket;
  readonly #open: () => LivePage<never>;
  readonly #cutOff: () => void;
  readonly #listeners = new Set<() => void>();
  #page: LivePage<never>;
  /** Ends what is listened to: the page, or the socket while there is none. */
  #ignore: () => void = () => {};

  /**
   * @param open - opens the page, and another in its place when the socket is connected again
   * @param cutOff - is told when the socket was disconnected
   */
  constructor(socket: PageSocket, open: () => LivePage<never>, cutOff: () => void) {
    this.#socket = socket;
    this.#open = open;
    this.#cutOff = cutOff;
    this.#page = open();
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

  subscribe(listener: () => void): () => void {
    // A function of its own, so that one listener may subscribe twice.
    const own = (): void => listener();
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
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
    this.#page = this.#open();
    this.#follow();
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Whether there is no page since there is no socket: its owner has disconnected it, or not connected it yet. */
export function isCutOff({ status, error }: PageState<unknown>): boolean {
  return status === "closed" || (status === "error" && error?.code === "disconnected");
}
