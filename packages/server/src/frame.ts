// Frames as a server writes them (RFC 6455 5.2): one unmasked fragment, header and payload in one
// buffer, so that a broadcast is framed once and written as it is to every socket.
import { isUtf8 } from "node:buffer";
import type { Frame } from "@slipstream/core";

const TEXT = 0x81;
const BINARY = 0x82;

/** The bytes of one whole WebSocket message. */
export function toWire(frame: Frame): Buffer {
  if (typeof frame === "string") {
    const length = Buffer.byteLength(frame);
    const wire = header(TEXT, length);
    wire.write(frame, wire.length - length, "utf8");
    return wire;
  }
  const wire = header(BINARY, frame.byteLength);
  wire.set(frame, wire.length - frame.byteLength);
  return wire;
}

/** A buffer with its header written and room for the payload. */
function header(first: number, length: number): Buffer {
  if (length < 126) {
    const wire = Buffer.allocUnsafe(2 + length);
    wire[0] = first;
    wire[1] = length;
    return wire;
  }
  if (length < 65_536) {
    const wire = Buffer.allocUnsafe(4 + length);
    wire[0] = first;
    wire[1] = 126;
    wire.writeUInt16BE(length, 2);
    return wire;
  }
  const wire = Buffer.allocUnsafe(10 + length);
  wire[0] = first;
  wire[1] = 127;
  wire.writeUInt32BE(0, 2);
  wire.writeUInt32BE(length, 6);
  return wire;
}

/**
 * What `toWire` was given, or null for bytes that it did not make: with a mask, a length in more bytes than
 * it needs, or text that is not UTF-8, each of which clients end their connection for.
 */
export function fromWire(wire: Buffer): Frame | null {
  const [first, second] = wire;
  if (second === undefined || second > 127) return null;
  const start = headerLength(second);
  if (wire.length < start) return null;
  const told =
    start === 2 ? second : start === 4 ? wire.readUInt16BE(2) : Number(wire.readBigUInt64BE(2));
  if (told !== wire.length - start || start !== headerLengthFor(told)) return null;
  const payload = wire.subarray(start);
  if (first === TEXT) return isUtf8(payload) ? payload.toString("utf8") : null;
  return first === BINARY ? payload : null;
}

function headerLengthFor(length: number): number {
  return length < 126 ? 2 : length < 65_536 ? 4 : 10;
}

/** The bytes of the message in what `toWire` has made. */
export function payloadLength(wire: Buffer): number {
  return wire.length - headerLength(wire[1] as number);
}

/** @param second the header's second byte. */
function headerLength(second: number): number {
  return second < 126 ? 2 : second === 126 ? 4 : 10;
}
