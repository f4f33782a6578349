// Cuts one direction of a WebSocket connection where its frames begin and end, without waiting for
// whole frames: every byte comes out as soon as it goes in.
import { readFrameHead } from "./frame-reader.ts";

/** Some bytes of one frame, or of what is no frame. */
export interface Piece {
  readonly bytes: Buffer;
  /** Null for the handshake, and for what cannot be read. */
  readonly opcode: number | null;
  /** The frame's first byte is here. */
  readonly begins: boolean;
  /** The frame's last byte is here. */
  readonly ends: boolean;
}

const MAX_HANDSHAKE = 64 * 1024;

/** Feed it every chunk of one direction, from the first. */
export class FrameSplitter {
  #phase: "handshake" | "frames" | "opaque" = "handshake";
  #handshake = "";
  readonly #head = Buffer.alloc(14);
  #headLength = 0;
  #opcode = 0;
  /** Bytes of payload that are to come; null while the head is incomplete. */
  #payloadLeft: number | null = null;

  split(chunk: Buffer): Piece[] {
    switch (this.#phase) {
      case "opaque":
        return [whole(chunk)];
      case "frames":
        return this.#splitFrames(chunk);
      case "handshake": {
        const end = this.#handshakeEnd(chunk);
        if (end >= chunk.length) return [whole(chunk)];
        const rest = chunk.subarray(end);
        return [whole(chunk.subarray(0, end)), ...this.split(rest)];
      }
    }
  }

  /** Where the handshake ends in `chunk`, or its length. */
  #handshakeEnd(chunk: Buffer): number {
    const before = this.#handshake.length;
    this.#handshake += chunk.toString("latin1");
    const end = this.#handshake.indexOf("\r\n\r\n");
    if (end === -1) {
      if (this.#handshake.length > MAX_HANDSHAKE) this.#phase = "opaque";
      return chunk.length;
    }
    const isResponse = this.#handshake.startsWith("HTTP/");
    const isUpgraded = this.#handshake.startsWith("HTTP/1.1 101");
    this.#phase = isResponse && !isUpgraded ? "opaque" : "frames";
    this.#handshake = "";
    return end + 4 - before;
  }

  #splitFrames(chunk: Buffer): Piece[] {
    const pieces: Piece[] = [];
    for (let at = 0; at < chunk.length;) {
      const start = at;
      const begins = this.#headLength === 0;
      if (begins) this.#opcode = (chunk[at] ?? 0) & 0xf;
      while (this.#payloadLeft === null && at < chunk.length) at = this.#takeHeadByte(chunk, at);
      if (this.#payloadLeft !== null) {
        const taken = Math.min(this.#payloadLeft, chunk.length - at);
        this.#payloadLeft -= taken;
        at += taken;
      }
      const ends = this.#payloadLeft === 0;
      pieces.push({ bytes: chunk.subarray(start, at), opcode: this.#opcode, begins, ends });
      if (ends) {
        this.#headLength = 0;
        this.#payloadLeft = null;
      }
    }
    return pieces;
  }

  #takeHeadByte(chunk: Buffer, at: number): number {
    this.#head[this.#headLength++] = chunk[at] ?? 0;
    const head = readFrameHead(this.#head.subarray(0, this.#headLength));
    if (head !== undefined) this.#payloadLeft = head.payloadLength;
    return at + 1;
  }
}

function whole(bytes: Buffer): Piece {
  return { bytes, opcode: null, begins: false, ends: true };
}
