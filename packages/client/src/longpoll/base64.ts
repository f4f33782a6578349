// Bytes as text, and back. Pure.

/** Bytes that one call of `String.fromCharCode` can take as arguments. */
const CHUNK = 8_192;

export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let start = 0; start < bytes.length; start += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  }
  return btoa(binary);
}

/** Messages that are JSON begin with a bracket, which base64 does not have. */
export function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[+/0-9A-Za-z]+={0,2}$/.test(text);
}

/** @param text for which `isBase64` holds. */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
