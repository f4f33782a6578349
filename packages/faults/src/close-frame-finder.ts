// Watches what a WebSocket server sends, and says where its close frame begins. Nothing is kept but
// the bytes of a head that is split over chunks.
import { readFrameHead } from "./frame-reader.ts";
import { OPCODE } from "./frames.ts";

const MAX_RESPONSE_HEAD = 64 * 1024;

/** Feed it every chunk of one direction, from the first. */
export class CloseFrameFinder {
  /** "opaque": not an upgraded connection, or one that cannot be read, such as TLS. */
  #phase: "response" | "frames" | "opaque" = "response";
  #response: Buffer = Buffer.alloc(0);
  readonly #head = Buffer.alloc(14);
  #headLength = 0;
  #payloadLeft = 0;

  /** The offset in `chunk` of the first byte of a close frame, or -1. */
  find(chunk: Buffer): number {
    switch (this.#phase) {
      case "opaque":
        return -1;
      case "frames":
        return this.#findInFrames(chunk, 0);
      case "response": {
        const before = this.#response.length;
        this.#response = Buffer.concat([this.#response, chunk]);
        const end = this.#response.indexOf("\r\n\r\n");
        if (end === -1) {
          if (this.#response.length > MAX_RESPONSE_HEAD) this.#become("opaque");
          return -1;
        }
        const upgraded = this.#response.toString("latin1", 0, 12) === "HTTP/1.1 101";
        this.#become(upgraded ? "frames" : "opaque");
        return upgraded ? this.#findInFrames(chunk, end + 4 - before) : -1;
      }
    }
  }

  #become(phase: "frames" | "opaque"): void {
    this.#phase = phase;
    this.#response = Buffer.alloc(0);
  }

  #findInFrames(chunk: Buffer, from: number): number {
    let found = -1;
    let at = from;
    while (at < chunk.length) {
      if (this.#payloadLeft === 0) {
        const byte = chunk[at] ?? 0;
        if (this.#headLength === 0 && (byte & 0xf) === OPCODE.close && found === -1) found = at;
        this.#head[this.#headLength++] = byte;
        at += 1;
        const head = readFrameHead(this.#head.subarray(0, this.#headLength));
        if (head === undefined) continue;
        this.#headLength = 0;
        this.#payloadLeft = head.payloadLength;
      }
      const skipped = Math.min(this.#payloadLeft, chunk.length - at);
      this.#payloadLeft -= skipped;
      at += skipped;
    }
    return found;
  }
}
