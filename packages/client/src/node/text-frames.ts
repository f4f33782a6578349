// The short way for most of what a server sends: text in one frame. It is read here, where it lies.
// Bytes, pings and pongs go on to the library in whole frames. At the first frame that is anything
// else (a fragment, a close, what breaks the protocol) the library gets it and all that follows, and
// does what it always does: nothing here decides what is wrong.
import { readText } from "./decode-text.ts";

/** Where frames go. Once it takes no more, it ignores them. */
export interface FrameOwner {
  /** A text message. */
  text(text: string): void;
  /** Bytes for the library: whole frames, but for what is still coming. */
  other(bytes: Buffer): void;
}

/** First bytes of whole frames without an extension: FIN, and the opcode (RFC 6455 5.2). */
const TEXT = 0x81;
const BYTES = 0x82;
const PING = 0x89;
const PONG = 0x8a;

/** In the second byte. Only clients mask. */
const MASK = 0x80;

/** The longest header of a frame without a mask, in bytes. */
const MAX_HEADER = 10;

/** A frame that comes in more pieces than this is the library's, which has a bound for them. */
const MAX_PIECES = 1_024;

/** Frames that come in pieces are put together here, one after another, unless they are longer. */
const MAX_TABLE = 1_048_576;
let table: Buffer = Buffer.alloc(0);

/** A frame whose end has not come yet. */
interface Partial {
  readonly pieces: Buffer[];
  /** How many bytes these are. */
  held: number;
  /** The length of the whole frame; 0 where its header is not complete. */
  readonly length: number;
}

export class TextFrames {
  readonly #owner: FrameOwner;
  readonly #maxPayload: number;
  /** How many of the bytes to come are the library's. */
  #others = 0;
  #partial: Partial | null = null;

  /** @param maxPayload bytes of the longest message that is taken here. */
  constructor(owner: FrameOwner, maxPayload: number) {
    this.#owner = owner;
    this.#maxPayload = maxPayload;
  }

  /** The library gets all bytes from now on, and those that are held. */
  surrender(): void {
    const pieces = this.#partial?.pieces ?? [];
    this.#partial = null;
    this.#others = Infinity;
    for (const piece of pieces) this.#owner.other(piece);
  }

  /** Takes what has come over the connection. */
  read(chunk: Buffer): void {
    const partial = this.#partial;
    if (partial === null) {
      this.#scan(chunk, 0);
    } else if (partial.length === 0) {
      this.#partial = null;
      this.#scan(Buffer.concat([...partial.pieces, chunk]), 0);
    } else if (partial.held + chunk.length < partial.length) {
      partial.pieces.push(chunk);
      partial.held += chunk.length;
      if (partial.pieces.length > MAX_PIECES) this.surrender();
    } else {
      this.#complete(partial, chunk);
    }
  }

  #complete({ pieces, held, length }: Partial, chunk: Buffer): void {
    const used = length - held;
    pieces.push(chunk.subarray(0, used));
    const frame = putTogether(pieces, length);
    const text = readText(frame, headerLength(frame, 0), length);
    if (text === null) {
      this.surrender();
    } else {
      this.#partial = null;
      this.#owner.text(text);
    }
    this.#scan(chunk, used);
  }

  /** @param from where there is a frame, or the rest of one that is the library's. */
  #scan(chunk: Buffer, from: number): void {
    const { length: end } = chunk;
    /** From here to `at`, what is the library's waits to be handed over. */
    let others = from;
    let at = from + this.#others;
    while (at < end) {
      const header = headerLength(chunk, at);
      const isData = chunk[at] === TEXT || chunk[at] === BYTES;
      if (at + header > end && (isData || at + 2 > end)) return this.#begin(chunk, others, at, 0);
      const next = isData || isSign(chunk[at], header) ? this.#endOf(chunk, at, header) : Infinity;
      if (chunk[at] !== TEXT || next === Infinity) {
        at = next;
        continue;
      }
      if (next > end) return this.#begin(chunk, others, at, next - at);
      this.#give(chunk, others, at);
      others = at;
      const text = readText(chunk, at + header, next);
      at = next;
      if (text === null) {
        at = Infinity;
      } else {
        others = next;
        this.#owner.text(text);
      }
    }
    this.#others = at - end;
    this.#give(chunk, others, end);
  }

  /** Where the frame at `at` ends; Infinity if it has a mask or is too long. */
  #endOf(chunk: Buffer, at: number, header: number): number {
    const payload = payloadLength(chunk, at, header);
    return payload <= this.#maxPayload ? at + header + payload : Infinity;
  }

  /** The frame at `at` goes on in the next chunk. */
  #begin(chunk: Buffer, others: number, at: number, length: number): void {
    this.#others = 0;
    this.#give(chunk, others, at);
    this.#partial = { pieces: [chunk.subarray(at)], held: chunk.length - at, length };
  }

  #give(chunk: Buffer, from: number, to: number): void {
    if (from < to) this.#owner.other(chunk.subarray(from, to));
  }
}

/** Whether it is a ping or a pong. Those whose payload needs a longer header break the protocol. */
function isSign(first: number | undefined, header: number): boolean {
  return (first === PING || first === PONG) && header === 2;
}

/** How long the header of the frame at `at` is. Where its second byte is missing, so is the header. */
function headerLength(chunk: Buffer, at: number): number {
  switch (chunk[at + 1]) {
    case 126:
      return 4;
    case 127:
      return MAX_HEADER;
    default:
      return 2;
  }
}

/** Infinity for a frame with a mask. */
function payloadLength(chunk: Buffer, at: number, header: number): number {
  switch (header) {
    case 4:
      return chunk.readUInt16BE(at + 2);
    case MAX_HEADER:
      return chunk.readUInt32BE(at + 2) * 2 ** 32 + chunk.readUInt32BE(at + 6);
    default: {
      const length = chunk[at + 1] as number;
      return length < MASK ? length : Infinity;
    }
  }
}

/** The bytes in a row, which hold until the next call. */
function putTogether(pieces: readonly Buffer[], length: number): Buffer {
  if (length > MAX_TABLE) return Buffer.concat(pieces, length);
  if (table.length < length) table = Buffer.allocUnsafeSlow(Math.min(2 * length, MAX_TABLE));
  let at = 0;
  for (const piece of pieces) {
    table.set(piece, at);
    at += piece.length;
  }
  return table;
}
