// Whatever a server sends, and in whatever pieces it comes: what is told, and in which order, is what
// the library tells when it reads all of it by itself.
import { setImmediate as turn } from "node:timers/promises";
import * as library from "ws";
import { encodeFrame, OPCODE, type RawFrame } from "@slipstream/faults";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeText } from "./decode-text.ts";
import { TextFrames } from "./text-frames.ts";

/** The receiver of `ws`, which its types leave out. */
interface Receiver {
  write(chunk: Buffer): boolean;
  on(event: string, listener: (first: never, second: never) => void): this;
}
const { Receiver } = library as unknown as { Receiver: new (options: object) => Receiver };

const MAX_PAYLOAD = 5_000;

class Reading {
  readonly told: unknown[] = [];
  /** How many bytes the library was given. */
  given = 0;
  readonly #receiver = new Receiver({ maxPayload: MAX_PAYLOAD, maxFragments: 100 });
  #over = false;

  constructor() {
    this.#receiver
      .on("message", (data: Buffer, isBinary: boolean) => {
        this.told.push(isBinary ? Buffer.from(data) : decodeText(data));
      })
      .on("ping", (data: Buffer) => this.told.push(["ping", data.toString("hex")]))
      .on("pong", (data: Buffer) => this.told.push(["pong", data.toString("hex")]))
      .on("conclude", (code: number, reason: Buffer) => {
        this.#over = true;
        this.told.push(["close", code, reason.toString()]);
      })
      .on("error", ({ code }: { code: string }) => {
        this.#over = true;
        this.told.push(["error", code]);
      });
  }

  text(text: string): void {
    if (!this.#over) this.told.push(text);
  }

  other(bytes: Buffer): void {
    this.given += bytes.length;
    if (!this.#over) this.#receiver.write(bytes);
  }
}

/** What is told of these chunks by the library alone, and by ours before it. */
async function read(chunks: readonly Buffer[]): Promise<{ alone: Reading; ours: Reading }> {
  const [alone, ours] = [new Reading(), new Reading()];
  const frames = new TextFrames(ours, MAX_PAYLOAD);
  for (const chunk of chunks) {
    alone.other(chunk);
    frames.read(chunk);
  }
  // Errors are told in a turn of their own.
  await turn();
  return { alone, ours };
}

/** Cuts bytes in two, three… at these places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort(
    (a, b) => a - b,
  );
  return [0, ...ends].map((start, index) => bytes.subarray(start, ends[index] ?? bytes.length));
}

const size = fc.oneof(
  fc.constantFrom(0, 1, 125, 126, 127, 2_047, 2_048, 4_999, 5_000, 5_001),
  fc.nat({ max: 300 }),
);
const text = fc
  .tuple(size, fc.constantFrom("a", "é", "漢", "👍", "\uFFFD"), fc.boolean())
  .map(([length, odd, plain]) => "x".repeat(length) + (plain ? "" : odd));
const bytes = size.map((length) => Buffer.alloc(length, 0xc3));
const usual: fc.Arbitrary<RawFrame> = fc.oneof(
  { weight: 5, arbitrary: text.map((said) => frame(OPCODE.text, Buffer.from(said))) },
  bytes.map((payload) => frame(OPCODE.binary, payload)),
  fc.constantFrom(OPCODE.ping, OPCODE.pong).map((opcode) => frame(opcode, Buffer.from("sign"))),
);
const unusual: fc.Arbitrary<RawFrame> = fc.oneof(
  bytes.map((payload) => frame(OPCODE.text, payload)),
  fc.record({
    fin: fc.boolean(),
    rsv: fc.nat({ max: 7 }),
    opcode: fc.nat({ max: 15 }),
    payload: bytes,
  }),
  usual.map((one) => ({ ...one, fin: false })),
  usual.map((one) => ({ ...one, mask: Uint8Array.of(1, 2, 3, 4) })),
  usual.map((one) => ({ ...one, opcode: OPCODE.continuation })),
  fc.constant(frame(OPCODE.close, Buffer.from([3, 0xe8]))),
);
const places = fc.array(fc.nat(), { maxLength: 12 });

function frame(opcode: number, payload: Buffer): RawFrame {
  return { opcode, payload };
}

function bytesOf(frames: readonly RawFrame[]): Buffer {
  return Buffer.concat(frames.map((one) => encodeFrame(one)));
}

describe("the same is told", () => {
  test("of what servers send, in pieces of any length", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(usual, { maxLength: 12 }), places, async (frames, at) => {
        const { alone, ours } = await read(cut(bytesOf(frames), at));
        expect(ours.told).toEqual(alone.told);
      }),
      { numRuns: 500 },
    );
  });

  test("of what breaks the protocol, and of what follows it", async () => {
    const some = fc.array(fc.oneof({ weight: 4, arbitrary: usual }, unusual), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(some, places, async (frames, at) => {
        const { alone, ours } = await read(cut(bytesOf(frames), at));
        expect(ours.told).toEqual(alone.told);
      }),
      { numRuns: 1_000 },
    );
  });

  test("of any bytes", async () => {
    const any = fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array));
    await fc.assert(
      fc.asyncProperty(any, places, async (all, at) => {
        const { alone, ours } = await read(cut(all, at));
        expect(ours.told).toEqual(alone.told);
      }),
      { numRuns: 1_000 },
    );
  });

  test("byte by byte", async () => {
    const frames = ["", "plain", "é", "x".repeat(200)].map((said) =>
      frame(OPCODE.text, Buffer.from(said)),
    );
    const all = bytesOf([...frames, frame(OPCODE.binary, Buffer.alloc(3)), ...frames]);
    const { alone, ours } = await read([...all].map((_, at) => all.subarray(at, at + 1)));
    expect(ours.told).toEqual(alone.told);
    expect(ours.told).toHaveLength(9);
  });
});

test("whole text frames are read without the library, and other frames by it", async () => {
  const said = frame(OPCODE.text, Buffer.from(`${"x".repeat(4_000)}é`));
  const ping = frame(OPCODE.ping, Buffer.from("?"));
  const all = bytesOf([said, ping, said, said]);
  const { ours } = await read(cut(all, [1_000, 6_000, 9_000]));
  expect(ours.told).toEqual([
    expect.any(String),
    ["ping", "3f"],
    expect.any(String),
    expect.any(String),
  ]);
  expect(ours.given).toBe(encodeFrame(ping).length);
});

test("a frame in more pieces than are counted is the library's", async () => {
  const said = frame(OPCODE.text, Buffer.from("x".repeat(3_000)));
  const all = bytesOf([said, said]);
  const { alone, ours } = await read([...all].map((_, at) => all.subarray(at, at + 1)));
  expect(ours.told).toEqual(alone.told);
  expect(ours.given).toBe(all.length);
});

test("what is held of a frame is the library's when it is asked for", async () => {
  const [alone, ours] = [new Reading(), new Reading()];
  const frames = new TextFrames(ours, MAX_PAYLOAD);
  const all = bytesOf([
    frame(OPCODE.text, Buffer.from("one")),
    frame(OPCODE.text, Buffer.from("two")),
  ]);
  frames.read(all.subarray(0, 7));
  frames.surrender();
  // What is left, the library finds by itself.
  ours.other(all.subarray(7));
  alone.other(all);
  await turn();
  expect(ours.told).toEqual(alone.told);
});
