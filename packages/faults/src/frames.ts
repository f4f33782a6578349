// RFC 6455 frames written by hand, legal or not, and the bytes they become. Nothing here corrects a
// frame: whoever asks for a masked one from a server, or for a length that lies, gets it.

/** The opcodes that RFC 6455 section 5.2 defines. 3 to 7 and 11 to 15 are reserved. */
export const OPCODE = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const;

/** One frame, as it is to be written or as it was read. */
export interface RawFrame {
  /** 0 to 15. */
  readonly opcode: number;
  /** The bytes, unmasked. */
  readonly payload: Uint8Array;
  /** False on all but the last fragment of a message. True unless said otherwise. */
  readonly fin?: boolean;
  /** RSV1, RSV2 and RSV3 as three bits (4, 2, 1). 0 unless said otherwise. */
  readonly rsv?: number;
  /** Four bytes. A client must mask what it sends, a server must not (section 5.1). */
  readonly mask?: Uint8Array;
  /** What the length field says instead of the payload's length. */
  readonly declaredLength?: number | bigint;
  /** How wide the length field is. The shortest that fits unless said otherwise, as section 5.2 demands. */
  readonly lengthBits?: 7 | 16 | 64;
}

/** The status code of a close frame (null if it has none) and its reason. */
export interface CloseStatus {
  readonly code: number | null;
  readonly reason: string;
}

export function textFrame(text: string): RawFrame {
  return { opcode: OPCODE.text, payload: Buffer.from(text) };
}

export function binaryFrame(payload: Uint8Array): RawFrame {
  return { opcode: OPCODE.binary, payload };
}

export function pingFrame(payload: Uint8Array | string = ""): RawFrame {
  return { opcode: OPCODE.ping, payload: Buffer.from(payload) };
}

export function pongFrame(payload: Uint8Array | string = ""): RawFrame {
  return { opcode: OPCODE.pong, payload: Buffer.from(payload) };
}

/** A close frame, without a status if no code is given. Any code can be written, allowed or not. */
export function closeFrame(code?: number, reason = ""): RawFrame {
  if (code === undefined) return { opcode: OPCODE.close, payload: Buffer.alloc(0) };
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code, 0);
  payload.write(reason, 2);
  return { opcode: OPCODE.close, payload };
}

/** The frames of one message cut into pieces of at most `size` bytes (section 5.4). */
export function* fragments(message: RawFrame, size: number): Generator<RawFrame> {
  const { payload } = message;
  for (let start = 0; ; start += size) {
    const fin = start + size >= payload.length;
    yield {
      opcode: start === 0 ? message.opcode : OPCODE.continuation,
      payload: payload.subarray(start, start + size),
      fin,
    };
    if (fin) return;
  }
}

/** What a close frame says, whatever its payload. */
export function closeStatus(frame: RawFrame): CloseStatus {
  const payload = Buffer.from(frame.payload);
  if (payload.length < 2) return { code: null, reason: "" };
  return { code: payload.readUInt16BE(0), reason: payload.toString("utf8", 2) };
}

/** The bytes of a frame (section 5.2). */
export function encodeFrame(frame: RawFrame): Buffer {
  const { payload, mask } = frame;
  const declared = BigInt(frame.declaredLength ?? payload.length);
  const bits = frame.lengthBits ?? (declared < 126n ? 7 : declared < 65_536n ? 16 : 64);

  const head = Buffer.alloc(2 + (bits === 7 ? 0 : bits / 8));
  head[0] = ((frame.fin ?? true) ? 0x80 : 0) | ((frame.rsv ?? 0) << 4) | frame.opcode;
  head[1] = mask === undefined ? 0 : 0x80;
  if (bits === 7) head[1] |= Number(declared & 0x7fn);
  else if (bits === 16) {
    head[1] |= 126;
    head.writeUInt16BE(Number(declared), 2);
  } else {
    head[1] |= 127;
    head.writeBigUInt64BE(declared, 2);
  }

  if (mask === undefined) return Buffer.concat([head, payload]);
  return Buffer.concat([head, mask, applyMask(payload, mask)]);
}

/** Masks or unmasks: the same operation (section 5.3). Returns a copy. */
export function applyMask(payload: Uint8Array, mask: Uint8Array): Buffer {
  const result = Buffer.from(payload);
  for (let i = 0; i < result.length; i++) result[i] = (result[i] ?? 0) ^ (mask[i & 3] ?? 0);
  return result;
}
