// How values and expectations look in a failure: on one line, short, whatever they hold.
import { isBinary } from "@slipstream/core";

/** As many characters of one value as help a reader. */
const LONGEST = 500;
const DEEPEST = 6;
const MOST = 20;

/** A value, or what was expected of one. Never throws, and never calls what the value brings along. */
export function print(value: unknown): string {
  const text = printAt(value, 0);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

/** A member in a path: `.name`, `["odd name"]`, `[0]`. */
export function printKey(key: string, isIndex: boolean): string {
  if (isIndex) return `[${key}]`;
  return isName(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function printAt(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length <= LONGEST ? value : `${value.slice(0, LONGEST)}…`);
    case "function":
      return value.name === "" ? "what a function accepts" : `what ${value.name}() accepts`;
    case "bigint":
      return `${value}n`;
    case "object":
      return value === null ? "null" : printObject(value, depth);
    default:
      return String(value);
  }
}

function printObject(value: object, depth: number): string {
  if (value instanceof RegExp) return String(value);
  // oxlint-disable-next-line no-restricted-globals -- its class alone, and not the clock
  if (value instanceof Date) return JSON.stringify(value);
  if (isBinary(value)) return printBytes(value);
  if (isAsymmetric(value)) return nameOf(value);
  const isArray = Array.isArray(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return isArray ? "[]" : "{}";
  if (depth === DEEPEST) return isArray ? "[…]" : "{…}";
  const parts = entries.slice(0, MOST).map(([key, member]) => {
    const printed = printAt(member, depth + 1);
    return isArray ? printed : `${isName(key) ? key : JSON.stringify(key)}: ${printed}`;
  });
  if (entries.length > MOST) parts.push(`… ${entries.length - MOST} more`);
  return isArray ? `[${parts.join(", ")}]` : `{ ${parts.join(", ")} }`;
}

function printBytes(value: ArrayBuffer | ArrayBufferView): string {
  const bytes = ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
  const shown = [...bytes.subarray(0, MOST)].map((byte) => byte.toString(16).padStart(2, "0"));
  const more = bytes.length > MOST ? " …" : "";
  return `<${bytes.length} bytes${shown.length > 0 ? ": " : ""}${shown.join(" ")}${more}>`;
}

function isAsymmetric(value: object): boolean {
  return "asymmetricMatch" in value && typeof value.asymmetricMatch === "function";
}

/** Matchers of runners say what they are: `Any<Number>`. */
function nameOf(matcher: object): string {
  try {
    const told = (matcher as { toAsymmetricMatcher?: unknown }).toAsymmetricMatcher;
    return typeof told === "function" ? String(told.call(matcher)) : "a matcher";
  } catch {
    return "a matcher";
  }
}

function isName(key: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(key);
}
