// A query string as nested values, as Plug reads it: `a[b]=c` is an object, `l[]=1` an element.
// Peers choose the keys, so objects have no prototype and depth and number are bounded.

/** What a query can hold. Objects have a null prototype. */
export type ConnectParam = string | readonly ConnectParam[] | ConnectParams;
export interface ConnectParams {
  readonly [key: string]: ConnectParam;
}

/** A query that cannot be read, is too deep, or has too many parts. */
export class BadParamsError extends Error {
  override readonly name = "BadParamsError";
  readonly code = "bad_params";
}

const MAX_PAIRS = 1_000;
const MAX_DEPTH = 32;

type Node = string | List | Branch;
type List = Node[];
type Branch = { [key: string]: Node };

/**
 * Reads `query`, without its question mark. Of two values for one key the last one counts; where
 * a key is a value here and an object there, the last one counts too.
 *
 * @throws {BadParamsError}
 */
export function parseConnectParams(query: string): ConnectParams {
  const root = branch();
  if (query === "") return root;
  const pairs = query.split("&", MAX_PAIRS + 1);
  if (pairs.length > MAX_PAIRS) {
    throw new BadParamsError(`A query may have ${MAX_PAIRS} parameters at most.`);
  }
  for (const pair of pairs) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const key = decode(equals === -1 ? pair : pair.slice(0, equals));
    assign(root, pathOf(key), decode(equals === -1 ? "" : pair.slice(equals + 1)));
  }
  return root;
}

function branch(): Branch {
  return Object.create(null) as Branch;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new BadParamsError("A query may only have percent-encoded UTF-8.");
  }
}

/** "a[b][]" is ["a", "b", ""]. Whatever is not of that form is one key as it stands. */
function pathOf(key: string): string[] {
  const open = key.indexOf("[");
  if (open <= 0 || !key.endsWith("]")) return [key];
  const parts = key.slice(open + 1, -1).split("][", MAX_DEPTH + 1);
  if (parts.length > MAX_DEPTH) {
    throw new BadParamsError(`A query may nest ${MAX_DEPTH} deep at most.`);
  }
  return [key.slice(0, open), ...parts];
}

function assign(root: Branch, path: readonly string[], value: string): void {
  let at: List | Branch = root;
  path.forEach((key, index) => {
    const next = path[index + 1];
    const had: Node | undefined = Array.isArray(at) ? undefined : at[key];
    const node = next === undefined ? value : container(had, next);
    if (Array.isArray(at)) at.push(node);
    else at[key] = node;
    if (typeof node !== "string") at = node;
  });
}

/** What was there, if it can hold the key `next`; an empty key is the place after a list's last. */
function container(had: Node | undefined, next: string): List | Branch {
  if (next === "") return Array.isArray(had) ? had : [];
  return typeof had === "object" && !Array.isArray(had) ? had : branch();
}
