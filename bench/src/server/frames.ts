// WebSocket text frames as a server writes them (RFC 6455 5.2): unmasked, so that one can be made
// once and written to any socket.

/** @param text what to say, or its bytes. */
export function textFrame(text: string | Buffer): Buffer {
  const payload = typeof text === "string" ? Buffer.from(text) : text;
  return Buffer.concat([header(payload.length), payload]);
}

const FIN_AND_TEXT = 0x81;

function header(length: number): Buffer {
  if (length < 126) return Buffer.from([FIN_AND_TEXT, length]);
  if (length < 65_536) {
    const short = Buffer.from([FIN_AND_TEXT, 126, 0, 0]);
    short.writeUInt16BE(length, 2);
    return short;
  }
  const long = Buffer.alloc(10);
  long[0] = FIN_AND_TEXT;
  long[1] = 127;
  long.writeBigUInt64BE(BigInt(length), 2);
  return long;
}
