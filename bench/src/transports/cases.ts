// The cases that tell libraries apart: servers that behave, and servers that do not, down to the byte.
import { setTimeout as delay } from "node:timers/promises";
import { closeFrame, encodeFrame, OPCODE, textFrame, type RawPeer } from "@slipstream/faults";

export interface Case {
  readonly name: string;
  /** What the server does with the connection. It ends nothing by itself. */
  serve(peer: RawPeer): Promise<void>;
  /** When the client closes: once open, never, at once, or after the first message. */
  readonly closes: "open" | "never" | "at once" | "receiving";
  /** Moves so much that it would disturb the others: runs alone, before them. */
  readonly alone?: true;
  /** The address of a port where nobody listens. */
  readonly unreachable?: true;
}

/** How long a server takes to end TCP, so that it shows who waits for it, in ms. */
const BREATH = 1_000;

/** What a server does that behaves: it answers the close, and a moment later ends TCP. */
async function behave(peer: RawPeer): Promise<void> {
  await peer.accept();
  await peer.frame();
  await peer.write(closeFrame(1000));
  await delay(BREATH);
  peer.end();
}

/** Closes with this frame, waits for the answer, and ends TCP. */
function closing(
  ...frames: readonly (Uint8Array | ReturnType<typeof closeFrame>)[]
): Case["serve"] {
  return async (peer) => {
    await peer.accept();
    for (const frame of frames) await peer.write(frame);
    await peer.frame();
    await delay(BREATH);
    peer.end();
  };
}

/** 50 MB in messages of 1 MB, without waiting for whoever does not take them. */
async function flood(peer: RawPeer): Promise<void> {
  await peer.accept();
  const message = encodeFrame(textFrame("x".repeat(1_000_000)));
  const sent = Array.from({ length: 50 }, () => peer.write(message));
  await peer.frame();
  await Promise.allSettled(sent);
  await peer.write(closeFrame(1000));
  peer.end();
}

const never = async (peer: RawPeer): Promise<void> => void (await peer.accept());

export const CASES: readonly Case[] = [
  { name: "the client closes, the server answers and ends TCP", closes: "open", serve: behave },
  { name: "the server never answers the close", closes: "open", serve: never },
  {
    name: "the server answers the close, and never ends TCP",
    closes: "open",
    async serve(peer) {
      await peer.accept();
      await peer.frame();
      await peer.write(closeFrame(1000));
    },
  },
  {
    name: "the server ends TCP without a close",
    closes: "never",
    async serve(peer) {
      await peer.accept();
      peer.end();
    },
  },
  {
    name: "the server closes with 4001 and a reason",
    closes: "never",
    serve: closing(closeFrame(4001, "bye")),
  },
  { name: "the server closes without a code", closes: "never", serve: closing(closeFrame()) },
  { name: "the server closes with 1012", closes: "never", serve: closing(closeFrame(1012)) },
  {
    name: "the server's close frame has one byte",
    closes: "never",
    serve: closing(encodeFrame({ opcode: OPCODE.close, payload: Buffer.of(3) })),
  },
  {
    name: "the server's reason is no UTF-8",
    closes: "never",
    serve: closing(
      encodeFrame({ opcode: OPCODE.close, payload: Buffer.of(0x03, 0xe8, 0xff, 0xfe) }),
    ),
  },
  {
    name: "the server masks a frame",
    closes: "never",
    serve: closing(encodeFrame({ ...textFrame("x"), mask: Buffer.of(1, 2, 3, 4) })),
  },
  {
    name: "the client closes with 50 MB on their way to it",
    closes: "receiving",
    alone: true,
    serve: flood,
  },
  {
    name: "the client closes while it connects",
    closes: "at once",
    serve: async (peer) => void (await peer.request()),
  },
  {
    name: "the upgrade is refused with 403",
    closes: "never",
    async serve(peer) {
      await peer.refuse({ status: 403, body: "no", headers: { Connection: "close" } });
      peer.end();
    },
  },
  {
    name: "the upgrade is answered with Connection: keep-alive, Upgrade",
    closes: "open",
    async serve(peer) {
      await peer.accept({ headers: { Connection: "keep-alive, Upgrade" } });
      await peer.frame();
      await peer.write(closeFrame(1000));
      await delay(BREATH);
      peer.end();
    },
  },
  { name: "nobody listens there", closes: "never", unreachable: true, serve: never },
];
