// Reads PostgreSQL's binary messages: big-endian numbers, texts that end in a zero byte.

export class ByteReader {
  readonly bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes;
    this.#at = at;
  }

  int8(): number {
    const at = this.#at;
    this.#at += 1;
    return this.bytes.readUInt8(at);
  }

  int16(): number {
    const at = this.#at;
    this.#at += 2;
    return this.bytes.readUInt16BE(at);
  }

  int32(): number {
    const at = this.#at;
    this.#at += 4;
    return this.bytes.readUInt32BE(at);
  }

  int64(): bigint {
    const at = this.#at;
    this.#at += 8;
    return this.bytes.readBigUInt64BE(at);
  }

  /** Microseconds since 2000, as ms since 1970. */
  time(): number {
    return Number(BigInt.asIntN(64, this.int64())) / 1_000 + 946_684_800_000;
  }

  text(length: number): string {
    const at = this.#at;
    this.#at += length;
    return this.bytes.toString("utf8", at, this.#at);
  }

  skip(length: number): void {
    this.#at += length;
  }

  zeroEnded(): string {
    const end = this.bytes.indexOf(0, this.#at);
    const text = this.bytes.toString("utf8", this.#at, end);
    this.#at = end + 1;
    return text;
  }
}
