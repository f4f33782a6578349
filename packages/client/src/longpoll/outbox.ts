// What waits to be sent: frames in order, taken out in batches that one request can carry. Pure.
// Source: phoenix.js `longpoll.js`, whose batches are lines, and whose bytes are base64.
import type { Frame } from "@slipstream/core";
import { byteLength } from "../telemetry/byte-length.ts";
import { toBase64 } from "./base64.ts";

/** As many as phoenix.js sends at once. */
const MAX_FRAMES = 100;
/** In bytes. Servers bound what they read in one request: Plug at 8 MB, proxies often at 1 MiB. */
const MAX_BYTES = 512 * 1024;

/** What one request carries. */
export interface Batch {
  readonly contentType: "application/x-ndjson" | "application/json";
  readonly body: string;
  /** The size of its frames. */
  readonly bytes: number;
}

interface Waiting {
  readonly text: string;
  readonly bytes: number;
}

export class Outbox {
  readonly #waiting: Waiting[] = [];
  #bytes = 0;

  /** The size of all that waits. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(frame: Frame): void {
    const text = typeof frame === "string" ? frame : toBase64(frame);
    const bytes = byteLength(text);
    this.#waiting.push({ text, bytes });
    this.#bytes += bytes;
  }

  /** Takes out the next batch: as much as fits, and one frame at least. There must be one. */
  take(): Batch {
    const [first] = this.#waiting;
    // Lines tell frames apart, so that one with lines of its own travels alone.
    const alone = first !== undefined && hasLines(first);
    const taken = this.#waiting.splice(0, alone ? 1 : this.#fitting());
    const bytes = taken.reduce((sum, frame) => sum + frame.bytes, 0);
    this.#bytes -= bytes;
    return {
      contentType: alone ? "application/json" : "application/x-ndjson",
      body: taken.map(({ text }) => text).join("\n"),
      bytes,
    };
  }

  #fitting(): number {
    let [count, bytes] = [0, 0];
    for (const frame of this.#waiting) {
      bytes += frame.bytes;
      if (count === MAX_FRAMES || (count > 0 && (bytes > MAX_BYTES || hasLines(frame)))) break;
      count += 1;
    }
    return count;
  }

  clear(): void {
    this.#waiting.length = this.#bytes = 0;
  }
}

function hasLines({ text }: Waiting): boolean {
  return text.includes("\n") || text.includes("\r");
}
