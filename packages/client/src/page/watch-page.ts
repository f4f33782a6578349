// What the life of a page means for its socket: a page that goes away gives its connection back, and
// one that comes back finds out at once what has become of it. The events are those of the Page
// Lifecycle (https://wicg.github.io/page-lifecycle) and of HTML.
import type { SessionState } from "@slipstream/core";
import type { Clock, Timer } from "../clock.ts";
import type { PageOptions } from "../options.ts";
import { BaseSocket } from "../socket.ts";

interface Events {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

interface Page extends Events {
  readonly document: Events & { readonly visibilityState: string };
}

/** Whether there is a page here: not in workers, nor on servers. */
export function isPage(): boolean {
  return "document" in globalThis && "addEventListener" in globalThis;
}

/**
 * Has a socket do as its page does, for as long as it is connected or tries to be:
 *
 * - left (`pagehide`, so that it may be kept for going back to), frozen, or hidden for `hiddenTimeout`:
 *   the connection ends as `pageHidden`, and its channels wait;
 * - shown, resumed, gone back to: it connects at once;
 * - shown again or `online` with a connection: the server is asked at once for a sign of life.
 *
 * The sockets of `@slipstream/client` do so in pages by themselves: see the option `page`.
 * @returns what ends it.
 *
 * @example
 * ```ts
 * const socket = new Socket("/socket");
 * watchPage(socket, { hiddenTimeout: 300_000 });
 * ```
 */
export function watchPage(socket: BaseSocket, options: PageOptions = {}): () => void {
  const watcher = new PageWatcher(BaseSocket.coreOf(socket), options.hiddenTimeout ?? Infinity);
  const forget = socket.onState((state) => watcher.see(state));
  return () => {
    forget();
    watcher.stop();
  };
}

/** What is told of its page. */
export interface PageHost {
  readonly options: { readonly clock: Clock };
  handle(input: { readonly type: "hidePage" | "checkConnection" }): void;
}

/** Tells a socket of its page, for as long as `see` says that there is something to tell it. */
export class PageWatcher {
  readonly #core: PageHost;
  readonly #hiddenTimeout: number;
  /** Whether the page is not to have a connection. */
  #isAway = false;
  #timer: Timer | null = null;
  /** What undoes the listening, while there is any. */
  #deafen: (() => void) | null = null;

  constructor(core: PageHost, hiddenTimeout: number) {
    this.#core = core;
    this.#hiddenTimeout = hiddenTimeout;
  }

  /** Takes each new state of the socket. */
  see(state: SessionState): void {
    if (state.type === "ended") this.stop();
    else this.#deafen ??= this.#listen();
    if (state.type === "open" && this.#isAway) this.#core.handle({ type: "hidePage" });
    const waits = state.type === "waiting" && state.cause.type === "pageHidden";
    if (waits) this.#check();
  }

  stop(): void {
    this.#stopTimer();
    this.#deafen?.();
    this.#deafen = null;
    this.#isAway = false;
  }

  #listen(): () => void {
    const page = globalThis as unknown as Page;
    const { document } = page;
    const leave = (): void => this.#leave();
    const comeBack = (): void => this.#comeBack();
    const check = (): void => this.#check();
    const turn = (): void => {
      if (document.visibilityState === "visible") this.#comeBack();
      else this.#hide();
    };
    const listeners: [Events, string, () => void][] = [
      [page, "pagehide", leave],
      [page, "pageshow", comeBack],
      [page, "online", check],
      [document, "freeze", leave],
      [document, "resume", comeBack],
      [document, "visibilitychange", turn],
    ];
    for (const [target, type, listener] of listeners) target.addEventListener(type, listener);
    return () => {
      for (const [target, type, listener] of listeners) target.removeEventListener(type, listener);
    };
  }

  #hide(): void {
    if (this.#hiddenTimeout === Infinity || this.#timer !== null) return;
    this.#timer = this.#core.options.clock.setTimer(this.#hiddenTimeout, leaveFor, this);
  }

  #stopTimer(): void {
    if (this.#timer !== null) this.#core.options.clock.clearTimer(this.#timer);
    this.#timer = null;
  }

  /** The page has been hidden for long enough. */
  leave(): void {
    this.#timer = null;
    this.#leave();
  }

  #leave(): void {
    this.#isAway = true;
    this.#core.handle({ type: "hidePage" });
  }

  #comeBack(): void {
    this.#stopTimer();
    this.#isAway = false;
    this.#check();
  }

  #check(): void {
    if (this.#isAway) return;
    this.#core.handle({ type: "checkConnection" });
  }
}

function leaveFor(watcher: PageWatcher): void {
  watcher.leave();
}
