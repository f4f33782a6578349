// One source of credentials for many sockets: attempts that are made at the same time share one call
// of each function, later ones call it anew.
import type { Params, Provided, SocketOptions } from "../options.ts";

/** A call that has not been answered, and the sockets that wait for it. */
interface Pending<T> {
  readonly answer: Promise<T>;
  readonly askers: Set<object>;
}

class Shared<T> {
  readonly #provide: () => T | PromiseLike<T>;
  #pending: Pending<T> | null = null;

  constructor(provide: () => T | PromiseLike<T>) {
    this.#provide = provide;
  }

  /** The answer to the call that is under way, or to a new one. */
  ask(asker: object): Promise<T> {
    const pending = this.#pending;
    // Whoever asks again has given up on the call before, which may never be answered.
    if (pending !== null && !pending.askers.has(asker)) {
      pending.askers.add(asker);
      return pending.answer;
    }
    const asked: Pending<T> = { answer: this.#call(), askers: new Set([asker]) };
    this.#pending = asked;
    void this.#forget(asked);
    return asked.answer;
  }

  /** Once it has been answered, or has failed, whoever asks is not given that answer. */
  async #forget(asked: Pending<T>): Promise<void> {
    await asked.answer.catch(() => {});
    if (this.#pending === asked) this.#pending = null;
  }

  async #call(): Promise<T> {
    return await this.#provide();
  }
}

type Credentials = Pick<SocketOptions, "params" | "authToken" | "headers">;

/** Gives each socket credentials of its own that come from the same source. */
export class SharedCredentials {
  readonly #credentials: Credentials;
  readonly #params: Shared<Params> | null;
  readonly #authToken: Shared<string> | null;
  readonly #headers: Shared<Readonly<Record<string, string>>> | null;

  constructor({ params, authToken, headers }: Credentials) {
    this.#credentials = {
      ...(params !== undefined && { params }),
      ...(authToken !== undefined && { authToken }),
      ...(headers !== undefined && { headers }),
    };
    this.#params = shared(params);
    this.#authToken = shared(authToken);
    this.#headers = shared(headers);
  }

  /** What one socket is given. Values are given as they are: they cannot change. */
  forSocket(): Credentials {
    const asker = {};
    const [params, authToken, headers] = [this.#params, this.#authToken, this.#headers];
    return {
      ...this.#credentials,
      ...(params !== null && { params: () => params.ask(asker) }),
      ...(authToken !== null && { authToken: () => authToken.ask(asker) }),
      ...(headers !== null && { headers: () => headers.ask(asker) }),
    };
  }
}

function shared<T>(provided: Provided<T> | undefined): Shared<T> | null {
  return typeof provided === "function" ? new Shared(provided as () => T | PromiseLike<T>) : null;
}
