// UTF-8 for the short text fields of binary frames. The encoders are the only globals that core
// uses beyond the language itself; they are pure, and every runtime has them.
import { notUtf8 } from "./refusals.ts";

declare const TextEncoder: new () => { encode(text: string): Uint8Array };
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean; ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string };

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The bytes of `text`. A lone surrogate becomes U+FFFD, as in every WebSocket text frame. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/**
 * The text of `bytes[start, end)`.
 * @throws {DecodeError} `invalid_utf8`.
 */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  try {
    return decoder.decode(bytes.subarray(start, end));
  } catch {
    throw notUtf8();
  }
}
