// How many bytes a text takes on the wire.

const NodeBuffer = /* @__PURE__ */ findBuffer();

function findBuffer(): { byteLength(text: string): number } | undefined {
  return (globalThis as { Buffer?: { byteLength(text: string): number } }).Buffer;
}

/** The length of `text` in UTF-8. A lone surrogate takes the 3 bytes of U+FFFD, as it does on the wire. */
export const byteLength: (text: string) => number =
  NodeBuffer === undefined ? countBytes : (text) => NodeBuffer.byteLength(text);

/** The same without Node. */
export function countBytes(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    if (unit < 0x8_00) bytes += 1;
    else {
      bytes += 2;
      // A pair takes 4 bytes in place of its 2 units.
      if (isHigh(unit) && isLow(text.charCodeAt(index + 1))) index += 1;
    }
  }
  return bytes;
}

function isHigh(unit: number): boolean {
  return unit >= 0xd8_00 && unit < 0xdc_00;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc_00 && unit < 0xe0_00;
}
