// One request of HTTP's, bounded in time and size. It calls back once, and never after it was aborted.
import type { Clock, Timer } from "../clock.ts";
import type { Response } from "./answer.ts";
import type { Fetch, FetchInit, FetchResponse } from "./fetch.ts";
import { LongPollError } from "./long-poll-error.ts";
import type { Target } from "./target.ts";

export type Outcome =
  | { readonly type: "answered"; readonly response: Response }
  /** `cause` may be shown. */
  | { readonly type: "failed"; readonly cause: unknown };

export interface Bounds {
  readonly clock: Clock;
  /** Ms from the request to the end of its answer. */
  readonly timeout: number;
  /** Bytes of the answer's body. */
  readonly maxBody: number;
}

export class PollRequest {
  readonly #bounds: Bounds;
  readonly #abort = new AbortController();
  #timer: Timer | null;
  /** Null once it was called, or will not be. */
  #done: ((outcome: Outcome) => void) | null;

  constructor(
    fetch: Fetch,
    { url, headers }: Target,
    what: Pick<FetchInit, "method" | "body">,
    bounds: Bounds,
    done: (outcome: Outcome) => void,
  ) {
    this.#bounds = bounds;
    this.#done = done;
    this.#timer = bounds.clock.setTimer(bounds.timeout, timedOut, this);
    const init: FetchInit = {
      ...what,
      headers: { ...headers },
      signal: this.#abort.signal,
      cache: "no-store",
      // A goodbye is often the last that a page does.
      keepalive: what.method === "DELETE",
      redirect: "manual",
    };
    void this.#run(fetch, url, init);
  }

  /** Frees it now. Nothing is called back any more. */
  abort(): void {
    this.#done = null;
    this.#stopTimer();
    this.#abort.abort();
  }

  timedOut(): void {
    this.#timer = null;
    this.#fail(new LongPollError("request_timeout"));
  }

  async #run(fetch: Fetch, url: string, init: FetchInit): Promise<void> {
    try {
      // One that throws rather than rejects is heard in its own turn all the same.
      const fetched = await new Promise<FetchResponse>((resolve) => resolve(fetch(url, init)));
      const body = await this.#read(fetched);
      const { status } = fetched;
      this.#settle({ type: "answered", response: { status, headers: headersOf(fetched), body } });
    } catch (error) {
      this.#fail(showable(error));
    }
  }

  async #read({ body }: FetchResponse): Promise<string> {
    const reader = body?.getReader();
    const decoder = new TextDecoder("utf-8", { fatal: true });
    let [text, bytes] = ["", 0];
    for (;;) {
      const value = (await reader?.read())?.value;
      bytes += value?.byteLength ?? 0;
      if (bytes > this.#bounds.maxBody) throw new LongPollError("too_much");
      try {
        text += decoder.decode(value, { stream: value !== undefined });
      } catch {
        // What is no UTF-8 is no answer.
        throw new LongPollError("bad_answer");
      }
      if (value === undefined) return text;
    }
  }

  #fail(cause: unknown): void {
    this.#settle({ type: "failed", cause });
    // Of an answer that was too large or too late, the rest is not wanted.
    this.#abort.abort();
  }

  #settle(outcome: Outcome): void {
    const done = this.#done;
    this.#done = null;
    this.#stopTimer();
    done?.(outcome);
  }

  #stopTimer(): void {
    if (this.#timer !== null) this.#bounds.clock.clearTimer(this.#timer);
    this.#timer = null;
  }
}

function timedOut(request: PollRequest): void {
  request.timedOut();
}

function headersOf({ headers }: FetchResponse): Record<string, string> {
  // The names are the server's to choose: no prototype for them to reach.
  const all = Object.create(null) as Record<string, string>;
  headers.forEach((value, name) => {
    all[name] = value;
  });
  return all;
}

/**
 * What may be shown of the platform's error. Deno and Bun quote the whole URL in it, and Node of a URL
 * that it cannot read; what Node says of a connection is the error's cause, and names hosts alone.
 */
function showable(error: unknown): unknown {
  if (error instanceof LongPollError) return error;
  const cause = error instanceof Error ? error.cause : undefined;
  const isSystemError = cause instanceof Error && "code" in cause && typeof cause.code === "string";
  return isSystemError ? cause : new LongPollError("unreachable");
}
