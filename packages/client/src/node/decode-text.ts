// Turns the bytes of a text message into a string.
import { buffer } from "./builtins.ts";

const { isAscii, isUtf8, transcode } = buffer;

/**
 * From this length on, in bytes, it pays to look at the bytes before they are decoded: V8 decodes
 * UTF-8 at 250 MB/s to 8 GB/s, by how much of it is not ASCII, and what is ASCII can be copied.
 */
const LONG = 2_048;

/** What stands in for bytes that are not UTF-8. */
const REPLACEMENT = "\uFFFD";

function decodeOldNode(bytes: Buffer): string {
  if (bytes.length < LONG || isAscii(bytes)) return bytes.toString();
  return transcode(bytes, "utf8", "utf16le").toString("utf16le");
}

function decodeNewNode(bytes: Buffer): string {
  return bytes.toString();
}

// Before Node 24 the conversion to UTF-16 is the shorter way for what is long and not ASCII.
// `transcode` is missing from a Node that was built without ICU.
const isOld = Number.parseInt(process.versions.node, 10) < 24 && typeof transcode === "function";

/** @param bytes valid UTF-8. */
export const decodeText: (bytes: Buffer) => string = isOld ? decodeOldNode : decodeNewNode;

/** The text from `start` to `end`, or null where these bytes are not UTF-8. */
export function readText(bytes: Buffer, start: number, end: number): string | null {
  if (end - start < LONG) {
    const text = bytes.toString("utf8", start, end);
    // As many characters as bytes, none of which stands for something else: all of it is ASCII.
    const isPlain = text.length === end - start && !text.includes(REPLACEMENT);
    return isPlain || isUtf8(bytes.subarray(start, end)) ? text : null;
  }
  const part = bytes.subarray(start, end);
  if (isAscii(part)) return part.toString("latin1");
  return isUtf8(part) ? decodeText(part) : null;
}
