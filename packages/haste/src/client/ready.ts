// Waiting until a page is true, and no longer than its caller has time.
import { checkNames, checkSignal, checkTimeout } from "./check-options.ts";
import { closedError, PageClientError } from "./page-client-error.ts";
import type { PageState } from "./page-state.ts";
import type { Store } from "./store.ts";

/** How long to wait for a page, or for what was asked of it. */
export interface WaitOptions {
  /** Ends the waiting when it is aborted; the page goes on. */
  readonly signal?: AbortSignal;
  /** In ms; `Infinity` for as long as it takes. Default: 10 s for `ready`, else `Infinity`. */
  readonly timeout?: number;
}

/** In ms: as long as a client waits for a join. */
const READY_TIMEOUT = 10_000;

/** @throws {PageClientError} (by rejection) as `LivePage.ready` has it */
export async function whenReady<Row>(
  store: Store<PageState<Row>>,
  view: string,
  options: WaitOptions,
): Promise<PageState<Row>> {
  checkNames(options, ["signal", "timeout"]);
  const { signal, timeout = READY_TIMEOUT } = options;
  checkSignal(signal);
  checkTimeout(timeout);
  const letGo: (() => void)[] = [];
  try {
    return await new Promise((resolve, reject) => {
      const look = (): void => {
        const { state } = store;
        if (state.status === "live" || state.status === "paused") resolve(state);
        else if (state.status === "error") reject(state.error ?? closedError());
        else if (state.status === "closed") reject(closedError());
      };
      letGo.push(store.subscribe(look));
      if (timeout !== Infinity) {
        const timer = setTimeout(() => reject(notReady(view, timeout, store.state)), timeout);
        letGo.push(() => clearTimeout(timer));
      }
      if (signal !== undefined) {
        const abort = (): void => reject(aborted(view, signal.reason));
        signal.addEventListener("abort", abort);
        letGo.push(() => signal.removeEventListener("abort", abort));
      }
      look();
      if (signal?.aborted === true) reject(aborted(view, signal.reason));
    });
  } finally {
    for (const end of letGo) end();
  }
}

function notReady(
  view: string,
  timeout: number,
  { status, error }: PageState<unknown>,
): PageClientError {
  const said = error === null ? "" : `, since ${error.code}: ${error.message.replace(/\.$/u, "")}`;
  const sentence = `The page of the view "${view}" was not ready within ${timeout} ms. It is ${status}${said}. It goes on trying: call ready() again, give it a longer timeout, or close() the page.`;
  return new PageClientError("not_ready", sentence, error === null ? {} : { cause: error });
}

function aborted(view: string, reason: unknown): PageClientError {
  const sentence = `Waiting for the page of the view "${view}" was aborted. The page goes on; close() ends it.`;
  return new PageClientError("aborted", sentence, { cause: reason });
}

/**
 * Asks for another page, and waits no longer than `options` say.
 *
 * @param ask - is given what is aborted then, with the error that the caller gets
 * @throws {PageClientError} (by rejection) what `ask` throws; `not_ready`, `aborted`
 */
export async function askWithin(
  ask: (signal: AbortSignal) => Promise<void>,
  view: string,
  options: WaitOptions,
): Promise<void> {
  checkNames(options, ["signal", "timeout"]);
  const { signal, timeout = Infinity } = options;
  checkSignal(signal);
  checkTimeout(timeout);
  if (signal?.aborted === true) throw aborted(view, signal.reason);
  const over = new AbortController();
  const abort = (): void => over.abort(aborted(view, signal?.reason));
  signal?.addEventListener("abort", abort);
  const timer =
    timeout === Infinity ? null : setTimeout(() => over.abort(notGranted(view, timeout)), timeout);
  try {
    await ask(over.signal);
  } catch (error) {
    throw over.signal.aborted ? over.signal.reason : error;
  } finally {
    if (timer !== null) clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

function notGranted(view: string, timeout: number): PageClientError {
  const sentence = `What was asked of the page of the view "${view}" was not there within ${timeout} ms. What had not been sent, since the connection is away, is not asked for any more; what had been sent may still come.`;
  return new PageClientError("not_ready", sentence);
}
