// The examples of RFC 6455 sections 1.3 and 5.7, and frames that no honest peer would write.
import { expect, test } from "vitest";
import { FrameReader } from "./frame-reader.ts";
import {
  binaryFrame,
  closeFrame,
  closeStatus,
  encodeFrame,
  fragments,
  OPCODE,
  pingFrame,
  pongFrame,
  type RawFrame,
  textFrame,
} from "./frames.ts";
import { acceptResponse, acceptValue, readRequestHead, refusalResponse } from "./handshake.ts";

const MASK = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function readAll(...chunks: Uint8Array[]): ReturnType<FrameReader["read"]>[] {
  const reader = new FrameReader();
  const frames = [];
  for (const chunk of chunks) {
    reader.push(Buffer.from(chunk));
    for (let frame = reader.read(); frame !== undefined; frame = reader.read()) frames.push(frame);
  }
  return frames;
}

const EXAMPLES: readonly [what: string, frame: RawFrame, bytes: string][] = [
  ["an unmasked text", textFrame("Hello"), "810548656c6c6f"],
  ["a masked text", { ...textFrame("Hello"), mask: MASK }, "818537fa213d7f9f4d5158"],
  ["the first fragment", { ...textFrame("Hel"), fin: false }, "010348656c"],
  ["the last fragment", { opcode: OPCODE.continuation, payload: Buffer.from("lo") }, "80026c6f"],
  ["a ping", pingFrame("Hello"), "890548656c6c6f"],
  ["a masked pong", { ...pongFrame("Hello"), mask: MASK }, "8a8537fa213d7f9f4d5158"],
];

test.each(EXAMPLES)("RFC 6455 5.7: %s", (_, frame, bytes) => {
  expect(hex(encodeFrame(frame))).toBe(bytes);
  const [read] = readAll(Buffer.from(bytes, "hex"));
  expect(read).toMatchObject({ opcode: frame.opcode, fin: frame.fin ?? true, rsv: 0 });
  expect(hex(read?.payload ?? Buffer.alloc(0))).toBe(hex(frame.payload));
});

test("RFC 6455 5.7: 256 bytes and 64 KiB of binary", () => {
  expect(hex(encodeFrame(binaryFrame(Buffer.alloc(256))).subarray(0, 4))).toBe("827e0100");
  expect(hex(encodeFrame(binaryFrame(Buffer.alloc(65_536))).subarray(0, 10))).toBe(
    "827f0000000000010000",
  );
});

test("RFC 6455 1.3: the accept value", () => {
  expect(acceptValue("dGhlIHNhbXBsZSBub25jZQ==")).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
});

test("frames are read whatever the chunks", () => {
  const frames = [
    textFrame("one"),
    { ...binaryFrame(Buffer.alloc(70_000, 7)), mask: MASK },
    closeFrame(1000, "bye"),
    pingFrame(),
  ];
  const bytes = Buffer.concat(frames.map(encodeFrame));
  for (const size of [1, 2, 3, 7, 1_000, 65_537, bytes.length]) {
    const chunks = [];
    for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
    const read = readAll(...chunks);
    expect(read.map((frame) => frame?.opcode)).toEqual([1, 2, 8, 9]);
    expect(read[1]?.payload.every((byte) => byte === 7)).toBe(true);
  }
});

test("close frames with and without a status", () => {
  expect(closeStatus(closeFrame(4001, "why"))).toEqual({ code: 4001, reason: "why" });
  expect(closeStatus(closeFrame())).toEqual({ code: null, reason: "" });
});

test("a message is cut into fragments", () => {
  const cut = [...fragments(textFrame("abcde"), 2)];
  expect(
    cut.map((frame) => [frame.opcode, frame.fin, Buffer.from(frame.payload).toString()]),
  ).toEqual([
    [1, false, "ab"],
    [0, false, "cd"],
    [0, true, "e"],
  ]);
  expect([...fragments(textFrame(""), 2)]).toHaveLength(1);
});

test("illegal frames are written as asked", () => {
  expect(hex(encodeFrame({ opcode: 3, payload: Buffer.alloc(0), rsv: 7 }))).toBe("f300");
  expect(hex(encodeFrame({ ...textFrame("a"), lengthBits: 64 }))).toBe("817f000000000000000161");
  expect(hex(encodeFrame({ ...textFrame("a"), declaredLength: 2n ** 63n }))).toBe(
    "817f800000000000000061",
  );
  expect(hex(encodeFrame({ ...closeFrame(1000), declaredLength: 1 }))).toBe("880103e8");
});

test("a frame larger than the reader takes is refused by its head", () => {
  const reader = new FrameReader(10);
  reader.push(encodeFrame({ ...textFrame(""), declaredLength: 11 }));
  expect(() => reader.read()).toThrow(RangeError);
});

test("the handshake: what is asked, what is answered", () => {
  const request =
    "GET /socket?token=x HTTP/1.1\r\nHost: a\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-A: 1\r\nx-a: 2\r\n\r\nrest";
  expect(readRequestHead(Buffer.from(request.slice(0, 40)))).toBeUndefined();
  const read = readRequestHead(Buffer.from(request));
  expect(read?.length).toBe(request.length - 4);
  expect(read?.head.target).toBe("/socket?token=x");
  expect(read?.head.headers.get("x-a")).toBe("1, 2");

  if (read === undefined) return;
  expect(acceptResponse(read.head)).toBe(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
  );
  expect(acceptResponse(read.head, { accept: null, headers: { Upgrade: null } })).toBe(
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n",
  );
  expect(refusalResponse({ status: 503, body: "later" }).toString()).toBe(
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 5\r\n\r\nlater",
  );
});
