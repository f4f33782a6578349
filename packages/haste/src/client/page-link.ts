// A page's channel: joins it, again after refusals that are temporary, and hands over what it says.
import { backoff } from "./backoff.ts";
import {
  closedError,
  joinErrorOf,
  pageErrorOf,
  type PageClientError,
} from "./page-client-error.ts";
import type { PageChannel, PageChannelState, PageSocket } from "./page-socket.ts";

/** Whoever makes sense of what comes. */
export interface LinkOwner {
  /** What the next join says. */
  joinParams(): object;
  joined(response: unknown): void;
  /** The connection or the membership is gone; it comes back by itself. */
  parted(): void;
  /** The server will not let it in as it asked: whether there is something else to ask for. */
  refused(error: PageClientError): boolean;
  /** The server cannot give the page now; it is asked again in a while. */
  postponed(error: PageClientError): void;
  /** There is no page: the server will not give it, or (null) the socket was disconnected. */
  ended(error: PageClientError | null): void;
}

/** Which view a page is of, and the topic of its channel. */
export interface PagePlace {
  readonly view: string;
  readonly topic: string;
}

export class PageLink {
  readonly #owner: LinkOwner;
  readonly #channel: PageChannel;
  readonly #view: string;
  readonly #removals: (() => void)[] = [];
  #isJoined = false;
  #isEnded = false;
  /** Whether the server has given the page before. */
  #wasJoined = false;
  /** Whether somebody waits for the answer to a join; those after a lost connection are the channel's own. */
  #isJoining = false;
  /** Resolves when the server knows that what it gave last is not wanted any more. */
  #left: Promise<void> = Promise.resolve();
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | null = null;

  constructor(socket: PageSocket, { view, topic }: PagePlace, owner: LinkOwner) {
    this.#owner = owner;
    this.#view = view;
    this.#channel = socket.channel(topic, () => owner.joinParams());
    this.#removals.push(this.#channel.onState((state) => this.#stateChanged(state)));
  }

  get isJoined(): boolean {
    return this.#isJoined;
  }

  on(event: string, handler: (payload: unknown) => void): void {
    this.#removals.push(this.#channel.on(event, handler));
  }

  join(): void {
    this.#isJoining = true;
    this.#channel.join().then(
      () => (this.#isJoining = false),
      (error: unknown) => {
        this.#isJoining = false;
        this.#joinRefused(joinErrorOf(error, this.#view));
      },
    );
  }

  /**
   * Resolves with the server's answer. The server has bounds for all that it is asked here, and what
   * is under way when the connection ends fails at once, so that no time is set.
   *
   * @throws {PageClientError} (by rejection)
   */
  async push(event: string, payload: object): Promise<unknown> {
    try {
      return await this.#channel.push(event, payload, { timeout: Infinity });
    } catch (error) {
      throw this.#isEnded ? closedError() : pageErrorOf(error);
    }
  }

  /** The page is not to be had, as the server said or as what it said means: later, or never. */
  refused(error: PageClientError): void {
    if (this.#isEnded) return;
    if (!this.#passes(error)) {
      void this.end();
      this.#owner.ended(error);
      return;
    }
    void this.#part();
    this.#attempt += 1;
    this.#owner.postponed(error);
    this.#retry = setTimeout(() => this.join(), backoff(this.#attempt, Math.random));
  }

  /** What comes makes sense: the next refusal is a first one. */
  prospers(): void {
    this.#attempt = 0;
  }

  /**
   * Resolves when the server knows, or does not answer: it is left all the same. Where it has not let
   * it in yet, there is nothing to wait for.
   */
  async end(): Promise<void> {
    this.#isEnded = true;
    for (const remove of this.#removals.splice(0)) remove();
    await this.#part();
  }

  async #part(): Promise<void> {
    const wasJoined = this.#isJoined;
    this.#isJoined = false;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    const left = this.#channel.leave().catch(() => {});
    // Nobody listens any more to what a join that is under way may bring.
    if (wasJoined) this.#left = left;
    await this.#left;
  }

  #joinRefused(error: PageClientError): void {
    if (this.#isEnded) return;
    if (!this.#passes(error) && this.#owner.refused(error)) this.join();
    else this.refused(error);
  }

  /**
   * Whether the page may be had later. There was room for one that was had before: what takes it
   * may be its own last connection, which the server has not missed yet. So was its view there: it
   * may come back, as while a new version of the server is put in place.
   */
  #passes({ code, isTemporary }: PageClientError): boolean {
    const comesBack = code === "too_many_pages" || code === "no_view";
    return isTemporary || (comesBack && this.#wasJoined);
  }

  #stateChanged(state: PageChannelState): void {
    const wasJoined = this.#isJoined;
    this.#isJoined = state.type === "joined";
    if (state.type === "joined") {
      this.#wasJoined = true;
      this.#owner.joined(state.response);
    } else if (state.type === "left" && state.by === "disconnect") {
      void this.end();
      this.#owner.ended(null);
    } else if (state.type === "errored" && !this.#isJoining) {
      this.#joinRefused(joinErrorOf(state.reason, this.#view));
    } else if (wasJoined) {
      this.#owner.parted();
    }
  }
}
