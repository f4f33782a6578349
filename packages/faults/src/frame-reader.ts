// Reads RFC 6455 frames from a stream of bytes, whatever the chunks. It judges nothing: an unmasked
// frame from a client, a reserved opcode or a broken close code is returned as it came.
import { applyMask, type RawFrame } from "./frames.ts";

/** A frame that was read. */
export interface ReadFrame extends RawFrame {
  readonly fin: boolean;
  readonly rsv: number;
}

/** The first bytes of a frame: all that comes before its payload. */
export interface FrameHead {
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  readonly mask: Uint8Array | undefined;
  /** Of the head, mask included. 2 to 14. */
  readonly headLength: number;
  readonly payloadLength: number;
}

/** The head at the start of `bytes`, or undefined if not all of it is there yet. */
export function readFrameHead(bytes: Buffer): FrameHead | undefined {
  const first = bytes[0];
  const second = bytes[1];
  if (first === undefined || second === undefined) return undefined;

  const short = second & 0x7f;
  const lengthEnd = short === 126 ? 4 : short === 127 ? 10 : 2;
  const headLength = lengthEnd + ((second & 0x80) === 0 ? 0 : 4);
  if (bytes.length < headLength) return undefined;

  const payloadLength =
    short === 126
      ? bytes.readUInt16BE(2)
      : short === 127
        ? Number(bytes.readBigUInt64BE(2))
        : short;
  return {
    fin: (first & 0x80) !== 0,
    rsv: (first >> 4) & 0x7,
    opcode: first & 0xf,
    mask: headLength > lengthEnd ? bytes.subarray(lengthEnd, headLength) : undefined,
    headLength,
    payloadLength,
  };
}

/** Give it chunks with `push`, take frames with `read` until it returns undefined. */
export class FrameReader {
  readonly #maxPayload: number;
  #chunks: Buffer[] = [];
  #buffered = 0;

  /** @param maxPayload The largest payload that is read, in bytes. A larger one throws. */
  constructor(maxPayload: number = 64 * 1024 * 1024) {
    this.#maxPayload = maxPayload;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
  }

  /**
   * The next whole frame, or undefined until more has come.
   * @throws {RangeError} The frame says that it is larger than `maxPayload`.
   */
  read(): ReadFrame | undefined {
    const head = readFrameHead(this.#peek(14));
    if (head === undefined) return undefined;
    if (head.payloadLength > this.#maxPayload) {
      throw new RangeError(
        `A frame of ${head.payloadLength} bytes is larger than the ${this.#maxPayload} that this reader takes.`,
      );
    }

    const total = head.headLength + head.payloadLength;
    if (this.#buffered < total) return undefined;
    const payload = this.#take(total).subarray(head.headLength);
    const { fin, rsv, opcode, mask } = head;
    if (mask === undefined) return { fin, rsv, opcode, payload };
    return { fin, rsv, opcode, mask, payload: applyMask(payload, mask) };
  }

  /** Up to `length` bytes from the front, which stay. */
  #peek(length: number): Buffer {
    const first = this.#chunks[0];
    if (first === undefined) return Buffer.alloc(0);
    if (first.length >= length || this.#chunks.length === 1) return first.subarray(0, length);
    const front: Buffer[] = [];
    for (let size = 0, i = 0; size < length && i < this.#chunks.length; i++) {
      const chunk = this.#chunks[i];
      if (chunk === undefined) break;
      front.push(chunk);
      size += chunk.length;
    }
    return Buffer.concat(front).subarray(0, length);
  }

  #take(length: number): Buffer {
    // Joined only once all of a frame is here, so that a large one is copied once.
    const all = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
    if (all === undefined) return Buffer.alloc(0);
    this.#buffered -= length;
    this.#chunks = this.#buffered === 0 ? [] : [all.subarray(length)];
    return all.subarray(0, length);
  }
}
