// Where to connect and with what: the URL as Phoenix wants it, and the credentials, evaluated anew
// for each attempt. Everything here may hold secrets.
import { OptionError } from "./errors.ts";
import type { Params, ParamValue, Provided, ResolvedOptions } from "./options.ts";
import type { DialRequest } from "./transport.ts";

const WEBSOCKET = "websocket";

/** One socket's address and the sources of its credentials. */
export class Endpoint {
  /** A text: a URL object takes ten times its memory. */
  readonly #base: string;
  /** The URL without its query, for errors and logs. */
  readonly place: string;
  readonly #options: ResolvedOptions;
  #last: string | null = null;

  /** @throws {OptionError} if `url` is not one of a Phoenix socket. */
  constructor(url: string | URL, options: ResolvedOptions) {
    const { href, protocol, host, pathname } = socketUrl(url);
    this.#base = href;
    this.place = `${protocol}//${host}${pathname}`;
    this.#options = options;
  }

  /** Whether the credentials can differ from one attempt to the next. */
  get renewable(): boolean {
    const { params, authToken, headers } = this.#options;
    return [params, authToken, headers].some((provided) => typeof provided === "function");
  }

  /**
   * Evaluates the credentials. `changed` tells whether they differ from those of the call before.
   * Rejects with whatever a function threw.
   */
  async request(): Promise<{ request: DialRequest; changed: boolean }> {
    const options = this.#options;
    const [params, authToken, headers] = await Promise.all([
      provide(options.params),
      provide(options.authToken),
      provide(options.headers),
    ]);
    const request: DialRequest = {
      url: withQuery(this.#base, params, options.serializer.vsn),
      headers: checkHeaders(headers),
      protocols: authToken === undefined ? [] : tokenProtocols(authToken),
      maxPayload: options.maxPayload,
    };
    if (!this.renewable) return { request, changed: false };
    const now = JSON.stringify(request);
    const changed = now !== this.#last;
    this.#last = now;
    return { request, changed };
  }
}

async function provide<T>(provided: Provided<T> | undefined): Promise<T | undefined> {
  return typeof provided === "function" ? await (provided as () => T | PromiseLike<T>)() : provided;
}

function socketUrl(url: string | URL): URL {
  const accepted =
    "a ws:, wss:, http: or https: URL without a fragment, such as wss://example.org/socket";
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new OptionError("url", url, accepted);
  }
  const protocol = parsed.protocol.replace(/^http/, "ws");
  if ((protocol !== "ws:" && protocol !== "wss:") || parsed.hash !== "") {
    throw new OptionError("url", url, accepted);
  }
  parsed.protocol = protocol;
  if (!/\/(websocket|longpoll)\/?$/.test(parsed.pathname)) {
    parsed.pathname = `${parsed.pathname.replace(/\/$/, "")}/${WEBSOCKET}`;
  }
  return parsed;
}

function withQuery(base: string, params: Params | undefined, vsn: string): string {
  const url = new URL(base);
  for (const [name, value] of Object.entries(params ?? {})) append(url, name, value);
  if (!url.searchParams.has("vsn")) url.searchParams.set("vsn", vsn);
  return url.href;
}

/** Nested values are written as Plug reads them: `a[b]=c`, `l[]=1`. Null and undefined are left out. */
function append(url: URL, name: string, value: ParamValue): void {
  if (value === null || value === undefined) return;
  if (typeof value !== "object") {
    url.searchParams.append(name, String(value));
  } else if (isArray(value)) {
    for (const item of value) append(url, `${name}[]`, item);
  } else {
    for (const [key, item] of Object.entries(value)) append(url, `${name}[${key}]`, item);
  }
}

function isArray(value: readonly ParamValue[] | Params): value is readonly ParamValue[] {
  return Array.isArray(value);
}

function checkHeaders(headers: unknown): Readonly<Record<string, string>> {
  if (typeof headers !== "object" || headers === null) {
    throw new OptionError("headers", headers, "an object of texts");
  }
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== "string") throw new OptionError(`headers.${name}`, value, "a text");
  }
  return headers as Record<string, string>;
}

/** Phoenix 1.8 takes the token from a subprotocol; the alphabet must be the one that is safe there. */
function tokenProtocols(token: unknown): readonly string[] {
  if (typeof token !== "string") throw new OptionError("authToken", token, "a text");
  const bytes = new TextEncoder().encode(token);
  const base64 = btoa(String.fromCharCode(...bytes));
  const safe = base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return ["phoenix", `base64url.bearer.phx.${safe}`];
}
