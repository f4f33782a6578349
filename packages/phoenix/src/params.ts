// The params of a URL, as npm phoenix writes them: it numbers the items of lists, which Plug then reads
// as maps, where our own client writes lists. Servers that are there expect the former.

/** A function that gives the value, or the function that was given. */
export function closure<T>(value: T | (() => T)): () => T {
  return typeof value === "function" ? (value as () => T) : () => value;
}

/** The same params, with maps in place of lists. What is nothing is left out. */
export function numbered(params: unknown): Record<string, never> {
  const entries = Object.entries(params ?? {})
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => [name, typeof value === "object" ? numbered(value) : String(value)]);
  return Object.fromEntries(entries) as Record<string, never>;
}

/** `url` with the params in its query. */
export function withParams(url: string, params: unknown): string {
  const query = [...written("", numbered(params))].join("&");
  if (query === "") return url;
  return `${url}${url.includes("?") ? "&" : "?"}${query}`;
}

function* written(prefix: string, params: Record<string, unknown>): Generator<string> {
  for (const [key, value] of Object.entries(params)) {
    const name = prefix === "" ? key : `${prefix}[${key}]`;
    if (typeof value === "object") yield* written(name, value as Record<string, unknown>);
    else yield `${encodeURIComponent(name)}=${encodeURIComponent(value as string)}`;
  }
}
