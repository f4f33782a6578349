// The order of text: by the bytes of UTF-8, which is that of code points. JavaScript's own is that of
// UTF-16, where U+1F600 comes before U+FF41.

/** As `COLLATE "C"` orders in a database whose encoding is UTF-8. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return unitRank(left) - unitRank(right);
  }
  return a.length - b.length;
}

/** Halves of surrogate pairs stand for code points above U+FFFF, so they go above the rest. */
function unitRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** The first two code points as a number. */
export function textRank(text: string): number {
  const first = text.codePointAt(0);
  if (first === undefined) return 0;
  const second = text.codePointAt(first > 0xffff ? 2 : 1);
  return first * 0x20_00_00 + (second === undefined ? 0 : second + 1);
}
