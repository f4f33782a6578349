// How a test's server reads what an attempt brings along: the query as Plug reads it, and the token.

/** Values of a query, nested as `a[b]=c` and `l[]=1` say. Objects have no prototype. */
export interface QueryParams {
  readonly [name: string]: QueryValue;
}

export type QueryValue = string | readonly string[] | QueryParams;

/** `a[b][]`. What is no such thing is a name as it stands. */
const NESTED = /^[^[\]]+(\[[^[\]]*\])+$/;

type Draft = { [name: string]: string | string[] | Draft };

const draft = (): Draft => Object.create(null) as Draft;

/** Of names that contradict each other, the last one wins. */
export function readParams(url: string): QueryParams {
  const params = draft();
  for (const [name, value] of new URL(url).searchParams) {
    const path = NESTED.test(name) ? name.slice(0, -1).split(/\]?\[/) : [name];
    put(params, path, value);
  }
  return params;
}

function put(into: Draft, path: readonly string[], value: string): void {
  let place = into;
  for (const [depth, key] of path.entries()) {
    const rest = path.length - depth - 1;
    const held = place[key];
    if (rest === 0) {
      place[key] = value;
    } else if (rest === 1 && path[depth + 1] === "") {
      place[key] = Array.isArray(held) ? [...held, value] : [value];
      return;
    } else {
      const next = typeof held === "object" && !Array.isArray(held) ? held : draft();
      place[key] = next;
      place = next;
    }
  }
}

const TOKEN = "base64url.bearer.phx.";

/** The token as Phoenix 1.8 takes it from the subprotocols; undefined if there is none. */
export function readAuthToken(protocols: readonly string[]): string | undefined {
  const protocol = protocols.find((name) => name.startsWith(TOKEN));
  if (protocol === undefined) return undefined;
  const base64 = protocol.slice(TOKEN.length).replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(base64), (char) => char.codePointAt(0) ?? 0);
  return new TextDecoder().decode(bytes);
}
