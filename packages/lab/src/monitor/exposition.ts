// What an endpoint says, in either of two languages: JSON, or the text format of Prometheus (0.0.4 and
// OpenMetrics). Pure; what comes is not trusted.

/** A number, or numbers by the value of a label or by a key. */
export type Figure = number | Readonly<Record<string, number>>;

export interface Exposition {
  /** By the name of a metric, or by a path into JSON such as "live.websocket". */
  find(name: string): Figure | undefined;
  /** What stands at a path of JSON, unchecked. */
  raw(name: string): unknown;
}

/** More names or labels than this are not read. */
const MAX_SAMPLES = 10_000;

/** Null for what is neither. */
export function readExposition(text: string): Exposition | null {
  if (/^\s*\{/.test(text)) return readJson(text);
  return readPrometheus(text);
}

function readJson(text: string): Exposition | null {
  let root: unknown;
  try {
    root = JSON.parse(text) as unknown;
  } catch {
    return null;
  }
  const raw = (name: string): unknown => {
    let value = root;
    for (const key of name.split(".")) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, key))
        return undefined;
      value = (value as Readonly<Record<string, unknown>>)[key];
    }
    return value;
  };
  return { raw, find: (name) => figureOf(raw(name)) };
}

function figureOf(value: unknown): Figure | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const numbers = Object.entries(value)
    .filter((entry): entry is [string, number] => Number.isFinite(entry[1]))
    .slice(0, MAX_SAMPLES);
  return numbers.length === 0 ? undefined : withoutPrototype(numbers);
}

const SAMPLE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+\S+)?$/;
const LABEL = /[A-Za-z_]\w*="((?:\\.|[^"\\])*)"/g;

function readPrometheus(text: string): Exposition | null {
  const families = new Map<string, [label: string, value: number][]>();
  let count = 0;
  for (const line of text.split("\n")) {
    if (line.startsWith("#") || line.trim() === "") continue;
    const [, name, labels = "", written = ""] = SAMPLE.exec(line.trim()) ?? [];
    if (name === undefined) return null;
    const value = Number(written);
    if (!Number.isFinite(value) || (count += 1) > MAX_SAMPLES) continue;
    const label = [...labels.matchAll(LABEL)].map(([, text = ""]) => unescape(text)).join(" ");
    const samples = families.get(name) ?? [];
    families.set(name, samples);
    samples.push([label, value]);
  }
  if (families.size === 0) return null;
  return {
    raw: () => undefined,
    find(name) {
      const samples = families.get(name);
      const [first] = samples ?? [];
      if (samples === undefined || first === undefined) return undefined;
      return samples.length === 1 && first[0] === "" ? first[1] : withoutPrototype(samples);
    },
  };
}

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter));
}

/** Names come from elsewhere: none of them reaches a prototype. */
function withoutPrototype(entries: Iterable<readonly [string, number]>): Record<string, number> {
  const record = Object.create(null) as Record<string, number>;
  for (const [name, value] of entries) record[name] = (record[name] ?? 0) + value;
  return record;
}
