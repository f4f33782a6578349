// One attempt of a client to connect, as a test's server sees it before it decides.
import { print } from "@slipstream/core/expectations";
import { TestServerError } from "./errors.ts";
import type { MemoryLink } from "./memory-link.ts";
import { readAuthToken, readParams, type QueryParams } from "./query.ts";
import type { TestConnection } from "./connection.ts";

/** How a server refuses an upgrade. */
export interface Refusal {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Until it is accepted, refused or failed, the client waits; after `connectTimeout` it gives up. */
export class ConnectAttempt {
  readonly #link: MemoryLink;
  readonly #accept: () => TestConnection;
  #over: string | null = null;

  /** @internal Made by a TestServer. */
  constructor(link: MemoryLink, accept: () => TestConnection) {
    this.#link = link;
    this.#accept = accept;
  }

  /** The whole URL, query included. */
  get url(): string {
    return this.#link.request.url;
  }

  /** What the URL's query says, nested as Phoenix reads it. All values are texts. */
  get params(): QueryParams {
    return readParams(this.url);
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#link.request.headers;
  }

  /** The option `authToken`, decoded; undefined if the client gave none. */
  get authToken(): string | undefined {
    return readAuthToken(this.#link.request.protocols);
  }

  /** Completes the upgrade. */
  accept(): TestConnection {
    this.#decide("it was accepted");
    return this.#accept();
  }

  /**
   * Answers the upgrade with another status than 101.
   *
   * @example
   * ```ts
   * const attempt = await server.assertConnect();
   * attempt.refuse(403, { body: "who are you?" });
   * ```
   */
  refuse(status: number, { headers = {}, body = "" }: Refusal = {}): void {
    this.#decide(`it was refused with the status ${status}`);
    this.#link.refuse({ rejected: { status, headers, body } });
  }

  /** Makes the attempt fail as if there were no server. */
  fail(cause: unknown = new Error("connect ECONNREFUSED: the test let the attempt fail")): void {
    this.#decide("it was made to fail");
    this.#link.refuse({ error: { cause } });
  }

  /** @internal The client has given it up. */
  abandoned(): void {
    this.#over ??= "the client has given it up";
  }

  toString(): string {
    return `connect with params ${print(this.params)}${this.#over === null ? "" : ` (${this.#over})`}`;
  }

  #decide(what: string): void {
    if (this.#over !== null) {
      throw new TestServerError("attemptOver", `This attempt is over: ${this.#over}.`);
    }
    this.#over = what;
  }
}
