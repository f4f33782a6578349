// The server's answer to a dial that it refused: its status, its headers and the first of its body.
import type { IncomingMessage } from "node:http";

/** How much of a body is kept, in bytes. The rest is not even read. */
const MAX_BODY = 16 * 1024;

/** What a server answered instead of 101. */
export interface Rejected {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Reads a refusal as far as it comes. */
export class Refusal {
  readonly #response: IncomingMessage;
  readonly #chunks: Buffer[] = [];
  #size = 0;

  /** @param done is called once: when the body has ended, or when more of it came than is kept. */
  constructor(response: IncomingMessage, done: (body: "ended" | "truncated") => void) {
    this.#response = response;
    response.on("error", () => {});
    response.on("end", () => done("ended"));
    response.on("data", (chunk: Buffer) => {
      if (this.#size === MAX_BODY) return;
      const kept = chunk.subarray(0, MAX_BODY - this.#size);
      this.#chunks.push(kept);
      this.#size += kept.length;
      if (kept.length < chunk.length) {
        response.pause();
        done("truncated");
      }
    });
  }

  /** What has come so far. */
  result(): Rejected {
    // The names are the server's to choose: no prototype for them to reach.
    const headers = Object.create(null) as Record<string, string>;
    for (const [name, value] of Object.entries(this.#response.headers)) {
      if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
    }
    // As a stream, so that a character cut in two at the end is left out rather than garbled.
    const body = new TextDecoder().decode(Buffer.concat(this.#chunks), { stream: true });
    return { status: this.#response.statusCode ?? 0, headers, body };
  }
}
