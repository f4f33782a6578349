// Counting a server's data frames (RFC 6455 5.2) without keeping a byte of them: whoever measures a
// server must do less than the server does.

export class FrameCounter {
  /** Bytes of the present frame's payload that are still to come. */
  #left = 0;
  /** Bytes of the extended length that are still to come. */
  #lengthBytes = 0;
  #at: "opcode" | "length" | "extended" | "payload" = "opcode";
  #isData = false;

  /** How many data frames end in the next `length` bytes of the stream. */
  push(bytes: Uint8Array, length: number): number {
    let frames = 0;
    for (let at = 0; at < length;) {
      if (this.#at === "payload") {
        const some = Math.min(this.#left, length - at);
        at += some;
        this.#left -= some;
      } else {
        this.#header(bytes[at] as number);
        at += 1;
      }
      if (this.#at === "payload" && this.#left === 0) {
        this.#at = "opcode";
        if (this.#isData) frames += 1;
      }
    }
    return frames;
  }

  #header(byte: number): void {
    if (this.#at === "opcode") {
      this.#isData = (byte & 0x0f) < 8;
      this.#at = "length";
      return;
    }
    if (this.#at === "length") {
      const length = byte & 0x7f;
      this.#lengthBytes = length === 126 ? 2 : length === 127 ? 8 : 0;
      this.#left = length < 126 ? length : 0;
    } else {
      this.#left = this.#left * 256 + byte;
      this.#lengthBytes -= 1;
    }
    this.#at = this.#lengthBytes === 0 ? "payload" : "extended";
  }
}
