// Text without case. Both sides of a filter must agree in every script, and no two programs have the
// same tables; so the tables are JavaScript's alone: they fold what the closure compares, and they
// spell out for PostgreSQL which letters each letter stands for.

interface Cases {
  /** One letter for all those that are the same without case, where it is another. */
  readonly folded: ReadonlyMap<string, string>;
  /** The letters of a folded letter, itself among them, where there are several. */
  readonly letters: ReadonlyMap<string, readonly string[]>;
}

let known: Cases | undefined;

/**
 * The text with one letter for all that are the same without case: those which lower-casing or
 * upper-casing turns into each other, letter by letter, in however many steps. `Σ`, `σ` and `ς` are
 * the same; `ß` and `SS` are not, nor are `é` and `e`.
 */
export function fold(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  const { folded } = cases();
  let result = "";
  for (const letter of text) result += folded.get(letter) ?? letter;
  return result;
}

/**
 * A regular expression of PostgreSQL for texts that contain this one without case. It names each
 * letter, so that the database's own idea of case has no part in it.
 */
export function foldedPattern(text: string): string {
  const { letters } = cases();
  let pattern = "";
  for (const letter of fold(text)) {
    const same = letters.get(letter);
    if (same === undefined) pattern += letter.replace(/[\\^$.[\]*+?(){}|]/, String.raw`\$&`);
    else pattern += `[${same.join("")}]`;
  }
  return pattern;
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

function cases(): Cases {
  return (known ??= findCases());
}

/** Beyond it there are no letters, only private use and unassigned code points. */
const LAST_LETTER = 0x1ffff;

function findCases(): Cases {
  const groups = new Map<string, Set<string>>();
  for (let code = 0; code <= LAST_LETTER; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const letter = String.fromCodePoint(code);
    join(groups, letter, letter.toLowerCase());
    join(groups, letter, letter.toUpperCase());
  }
  const folded = new Map<string, string>();
  const letters = new Map<string, readonly string[]>();
  for (const group of new Set(groups.values())) {
    const all = [...group].toSorted();
    // As toLowerCase has it for ASCII.
    const first = all.find((letter) => letter >= "a" && letter <= "z") ?? all[0];
    if (first === undefined) continue;
    letters.set(first, all);
    for (const letter of all) if (letter !== first) folded.set(letter, first);
  }
  return { folded, letters };
}

function join(groups: Map<string, Set<string>>, a: string, b: string): void {
  if (a === b || Array.from(b).length !== 1) return;
  const group = new Set([...(groups.get(a) ?? [a]), ...(groups.get(b) ?? [b])]);
  for (const letter of group) groups.set(letter, group);
}
