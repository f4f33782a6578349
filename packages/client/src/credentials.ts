// How params, headers and the auth token are checked and written. Everything here may hold secrets:
// errors name the place of what is wrong, and its type, never the value.
import { tagOf } from "@slipstream/core";
import { OptionError } from "./errors.ts";
import { ACCEPTED } from "./sentences.ts";

/** As deep as a query may nest; it also ends those that hold themselves. */
const MAX_DEPTH = 31;
/** In place of a depth: in a list, in which nothing nests. */
const IN_LIST = Infinity;

const SCALARS: ReadonlySet<string> = new Set(["string", "number", "boolean", "bigint"]);

/** `base` with the params in its query, and `vsn` unless it is there. */
export function withQuery(base: string, vsn: string, params: unknown = {}): string {
  if (!isPlainObject(params)) throw new OptionError("params", params, ACCEPTED.params);
  // Most often there is nothing to write, for which a URL is much.
  if (!base.includes("?") && Object.keys(params).length === 0) {
    return `${base}?vsn=${encodeURIComponent(vsn)}`;
  }
  const url = new URL(base);
  const { searchParams } = url;
  for (const [name, value] of Object.entries(params)) append(searchParams, name, value, 1);
  if (!searchParams.has("vsn")) searchParams.set("vsn", vsn);
  return url.href;
}

/** Writes nested values as Plug reads them: `a[b]=c`, `l[]=1`. Null and undefined are left out. */
function append(query: URLSearchParams, name: string, value: unknown, depth: number): void {
  if (value === null || value === undefined) return;
  if (isScalar(value)) {
    query.append(name, String(value));
    return;
  }
  const isList = Array.isArray(value);
  if (depth > MAX_DEPTH || !(isList || isPlainObject(value))) {
    const accepts = depth === IN_LIST ? ACCEPTED.paramItem : ACCEPTED.param;
    throw new OptionError(`params.${name}`, value, accepts);
  }
  for (const [key, item] of Object.entries(value)) {
    append(query, `${name}[${isList ? "" : key}]`, item, isList ? IN_LIST : depth + 1);
  }
}

function isScalar(value: unknown): value is string | number | boolean | bigint {
  return SCALARS.has(typeof value);
}

/** A date, a promise or a map would be written as nothing at all. */
export function isPlainObject(value: unknown): value is object {
  return tagOf(value) === "[object Object]";
}

/** Phoenix 1.8 takes the token from a subprotocol; the alphabet must be the one that is safe there. */
export function tokenProtocols(token: unknown): readonly string[] {
  if (token === undefined) return [];
  if (typeof token !== "string") throw new OptionError("authToken", token, ACCEPTED.token);
  let bytes = "";
  for (const byte of new TextEncoder().encode(token)) bytes += String.fromCharCode(byte);
  const safe = btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return ["phoenix", `base64url.bearer.phx.${safe}`];
}
