// Messages that are encoded and framed before they are asked for, and written many at a time: what
// floods a client must not be slower than the client.
import { once } from "node:events";
import type { Writable } from "node:stream";
import { textFrame } from "./frames.ts";

/** Frames are put together until they are about this long, in bytes. */
const CHUNK = 256 * 1024;

/** The JSON text of a payload. @param bytes its length, at least 20. */
function payloadOf(bytes: number): string {
  const body = (length: number): string => JSON.stringify({ id: 1, body: "x".repeat(length) });
  return body(bytes - body(0).length);
}

/** A message as a channel's push looks like on the wire. @param bytes the length of its payload. */
export function pushFrame(topic: string, joinRef: string, bytes: number): Buffer {
  return textFrame(`["${joinRef}",null,"${topic}","message",${payloadOf(bytes)}]`);
}

interface Chunk {
  readonly bytes: Buffer;
  /** Where each frame ends. */
  readonly ends: readonly number[];
}

export class Flood {
  /** The size of the payloads, in bytes. */
  readonly bytes: number;
  readonly #chunks: readonly Chunk[];

  /** @param members the topics to send to in turn, and the join_ref of each. */
  constructor(members: ReadonlyMap<string, string>, bytes: number) {
    this.bytes = bytes;
    this.#chunks = encode(members, bytes);
  }

  /** Sends `count` messages, as fast as `stream` takes them. */
  async pour(stream: Writable, count: number): Promise<void> {
    let left = count;
    while (left > 0 && !stream.destroyed) {
      for (const { bytes, ends } of this.#chunks) {
        const frames = Math.min(left, ends.length);
        if (frames === 0) return;
        left -= frames;
        const taken = stream.write(bytes.subarray(0, ends[frames - 1]));
        if (!taken && !stream.destroyed) await once(stream, "drain");
      }
    }
  }
}

/** One message for each channel, in turn, until all are in and there is enough to be worth a write. */
function encode(members: ReadonlyMap<string, string>, bytes: number): readonly Chunk[] {
  const turn = [...members].map(([topic, joinRef]) => pushFrame(topic, joinRef, bytes));
  const length = turn.reduce((sum, frame) => sum + frame.length, 0);
  const turns = Math.ceil(CHUNK / length);
  const frames = Array.from({ length: turns }, () => turn).flat();
  const chunks: Chunk[] = [];
  for (let first = 0; first < frames.length;) {
    let end = 0;
    const ends: number[] = [];
    while (end < CHUNK && first + ends.length < frames.length) {
      end += (frames[first + ends.length] as Buffer).length;
      ends.push(end);
    }
    chunks.push({ bytes: Buffer.concat(frames.slice(first, first + ends.length)), ends });
    first += ends.length;
  }
  return chunks;
}
