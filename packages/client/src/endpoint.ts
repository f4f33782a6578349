// Where to connect and with what: the URL as Phoenix wants it, and the credentials, evaluated anew
// for each attempt. Everything here may hold secrets.
import { tokenProtocols, withQuery } from "./credentials.ts";
import { OptionError } from "./errors.ts";
import { sharedUrl } from "./latest.ts";
import { checkHeaders } from "./option-checks.ts";
import type { Params } from "./options.ts";
import type { Credentials, Settings } from "./settings.ts";
import { ACCEPTED } from "./sentences.ts";
import type { DialRequest } from "./transport.ts";

/** One socket's address and the sources of its credentials. */
export class Endpoint {
  /** As a text: a URL object takes ten times its memory. */
  readonly #url: { readonly href: string };
  readonly #given: readonly [
    params: Credentials["params"],
    authToken: Credentials["authToken"],
    headers: Credentials["headers"],
  ];
  readonly #settings: Settings;
  #dialled: string | null = null;

  /**
   * @throws {OptionError} if `url` is not one of a Phoenix socket, or credentials that cannot change
   * cannot be used: no retry would mend them.
   */
  constructor(
    url: string | URL,
    { params, authToken, headers = {} }: Credentials,
    settings: Settings,
  ) {
    const { href } = socketUrl(url);
    this.#url = sharedUrl(href);
    this.#given = [params, authToken, headers];
    this.#settings = settings;
    if (typeof params !== "function") withQuery(href, settings.serializer.vsn, params);
    if (typeof headers !== "function") checkHeaders(headers);
  }

  /** The URL without its query, for errors and logs. */
  get place(): string {
    const { protocol, host, pathname } = new URL(this.#url.href);
    return `${protocol}//${host}${pathname}`;
  }

  /**
   * Evaluates the credentials. `changed` tells whether they differ from those that were dialled with last.
   * Rejects with whatever a function threw.
   */
  async request(): Promise<{ request: DialRequest; changed: boolean }> {
    const { serializer, maxPayload, renewable } = this.#settings;
    const values = renewable
      ? await Promise.all(this.#given.map(async (one) => (typeof one === "function" ? one() : one)))
      : this.#given;
    const [params, authToken, headers = {}] = values as unknown as Values;
    checkHeaders(headers);
    const request: DialRequest = {
      url: withQuery(this.#url.href, serializer.vsn, params),
      headers,
      protocols: tokenProtocols(authToken),
      maxPayload,
    };
    return { request, changed: renewable && JSON.stringify(request) !== this.#dialled };
  }

  /** Remembers what is dialled with, to tell whether other credentials come after it. */
  dialled(request: DialRequest): void {
    if (this.#settings.renewable) this.#dialled = JSON.stringify(request);
  }
}

type Values = readonly [
  params: Params,
  authToken: string | undefined,
  headers: Readonly<Record<string, string>> | undefined,
];

/** In a page, addresses may be relative to its own. */
function page(): { readonly href: string } | undefined {
  return (globalThis as { location?: { readonly href: string } }).location;
}

function socketUrl(url: string | URL): URL {
  let parsed: URL | undefined;
  try {
    parsed = new URL(url, page()?.href);
  } catch {
    // As below.
  }
  const protocol = parsed?.protocol.replace(/^http/, "ws") ?? "";
  if (parsed === undefined || !/^wss?:$/.test(protocol) || parsed.hash !== "") {
    throw new OptionError("url", url, ACCEPTED.url);
  }
  parsed.protocol = protocol;
  // An empty fragment would stay as "#".
  parsed.hash = "";
  if (!/\/(websocket|longpoll)\/?$/.test(parsed.pathname)) {
    parsed.pathname = `${parsed.pathname.replace(/\/$/, "")}/websocket`;
  }
  return parsed;
}
