// Which web pages may connect. Browsers send the page's origin with an upgrade and send cookies with
// it, whatever page it is: without a check any page could act for its visitor (cross-site WebSocket
// hijacking). Other clients send none, and are not meant. Source: Phoenix's `check_origin`.
import { InvalidResultError, OptionError } from "../errors.ts";
import { ignore } from "../thenable.ts";

/**
 * - "same" (the default): the page comes from the host that it connects to;
 * - a list: of origins such as "https://example.org", "//example.org" for any scheme, or
 *   "https://*.example.org" for all hosts below;
 * - a function that decides;
 * - "any": no check, for sockets that nothing but a token opens.
 */
export type Origins = "same" | "any" | readonly string[] | ((origin: string) => boolean);

/** Whether a client with these headers may connect. @throws What a function of the user's throws. */
export type OriginCheck = (origin: string | undefined, host: string | undefined) => boolean;

interface Pattern {
  /** With its colon; null for any. */
  readonly scheme: string | null;
  readonly host: string;
  readonly port: string;
  readonly below: "host" | "subdomains";
}

const ACCEPTS = '"same", "any", a function, or a list of origins such as "https://example.org"';

/** @throws {OptionError} */
export function originCheck(origins: Origins = "same"): OriginCheck {
  if (origins === "any") return () => true;
  if (origins === "same") return (origin, host) => origin === undefined || isSame(origin, host);
  if (typeof origins === "function") {
    return (origin) => {
      if (origin === undefined) return true;
      const allowed: unknown = origins(origin);
      if (typeof allowed === "boolean") return allowed;
      // A promise is not yet a yes.
      ignore(allowed);
      throw new InvalidResultError("origins", "true or false");
    };
  }
  if (!Array.isArray(origins)) throw new OptionError("origins", origins, ACCEPTS);
  const patterns = origins.map((each: string, index) => patternOf(each, `origins[${index}]`));
  return (origin) => origin === undefined || patterns.some((pattern) => fits(pattern, origin));
}

function isSame(origin: string, host: string | undefined): boolean {
  const page = parsed(origin);
  return (
    page !== null &&
    page.host !== "" &&
    host !== undefined &&
    parsed(`${page.protocol}//${host}`)?.host === page.host
  );
}

function patternOf(origin: unknown, option: string): Pattern {
  const parts =
    typeof origin === "string" ? /^(\w[\w+.-]*:)?\/\/(\*\.)?([^/*]+)$/.exec(origin) : null;
  const [, scheme = null, star, authority = ""] = parts ?? [];
  const url = parts === null ? null : parsed(`${scheme ?? "https:"}//${authority}`);
  if (url === null) throw new OptionError(option, origin, ACCEPTS);
  const below = star === undefined ? "host" : "subdomains";
  return { scheme, host: url.hostname, port: url.port, below };
}

function fits({ scheme, host, port, below }: Pattern, origin: string): boolean {
  const page = parsed(origin);
  if (page === null || page.port !== port) return false;
  if (scheme !== null && page.protocol !== scheme) return false;
  return below === "host" ? page.hostname === host : page.hostname.endsWith(`.${host}`);
}

function parsed(url: string): URL | null {
  return URL.canParse(url) ? new URL(url) : null;
}
