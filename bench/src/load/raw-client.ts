// One client that is no more than a TCP connection: it shakes hands, says what it is told to, and
// counts the frames that come.
import { connect, type Socket } from "node:net";
import type { Dialect, Exchange } from "./dialect.ts";
import { FrameCounter } from "./frame-counter.ts";

/** All clients read into the same bytes: nothing of them is kept. */
const BUFFER = Buffer.allocUnsafe(256 * 1024);
const HEAD_END = "\r\n\r\n";

/** Told of frames that nobody waits for. */
export type OnFrames = (frames: number) => void;

export class RawClient {
  readonly #dialect: Dialect;
  readonly #socket: Socket;
  readonly #onFrames: OnFrames;
  readonly #counter = new FrameCounter();
  #head: string | null = "";
  #awaited = 0;
  #resolve: (() => void) | null = null;
  #reject: ((error: Error) => void) | null = null;

  private constructor(port: number, dialect: Dialect, onFrames: OnFrames) {
    this.#dialect = dialect;
    this.#onFrames = onFrames;
    const callback = (length: number): boolean => this.#received(length);
    this.#socket = connect({ port, host: "127.0.0.1", onread: { buffer: BUFFER, callback } });
    this.#socket.setNoDelay(true);
    this.#socket.on("error", (error) => this.#reject?.(error));
    this.#socket.on("close", () => this.#reject?.(new Error("The server has ended a connection.")));
  }

  /** Resolves when the server has taken it in. */
  static async open(port: number, dialect: Dialect, onFrames: OnFrames): Promise<RawClient> {
    const client = new RawClient(port, dialect, onFrames);
    await client.#shakeHands();
    for (const exchange of dialect.hello) await client.exchange(exchange);
    return client;
  }

  /** Says something, and resolves when it was answered. */
  exchange({ say, hears }: Exchange): Promise<void> {
    return this.#hears(hears, maskedFrame(say));
  }

  /** Says something that has no answer of its own. */
  say(text: string): void {
    this.#socket.write(maskedFrame(text));
  }

  /** Says the same so many times at once, and resolves when all is answered. */
  repeat({ say, hears }: Exchange, times: number): Promise<void> {
    const frame = maskedFrame(say);
    return this.#hears(hears * times, Buffer.concat(Array.from({ length: times }, () => frame)));
  }

  /** Ends it with a RST, which leaves nothing to wait for in either kernel. */
  reset(): void {
    this.#reject = null;
    this.#socket.resetAndDestroy();
  }

  #shakeHands(): Promise<void> {
    const lines = [
      `GET ${this.#dialect.path} HTTP/1.1`,
      "Host: 127.0.0.1",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: MDEyMzQ1Njc4OTAxMjM0NQ==",
    ];
    // The answer to the request counts as one frame.
    return this.#hears(1 + this.#dialect.greeting, `${lines.join("\r\n")}${HEAD_END}`);
  }

  #hears(frames: number, bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#awaited = frames;
      this.#resolve = resolve;
      this.#reject = reject;
      this.#socket.write(bytes);
    });
  }

  #received(length: number): boolean {
    if (this.#head === null) this.#heard(this.#counter.push(BUFFER, length));
    else this.#receivedHead(BUFFER.toString("latin1", 0, length));
    return true;
  }

  #receivedHead(text: string): void {
    const head = `${this.#head}${text}`;
    const end = head.indexOf(HEAD_END);
    this.#head = head;
    if (end === -1) return;
    this.#head = null;
    const rest = Buffer.from(head.slice(end + HEAD_END.length), "latin1");
    if (head.startsWith("HTTP/1.1 101 ")) {
      this.#heard(1 + this.#counter.push(rest, rest.length));
    } else {
      this.#reject?.(new Error(`The server answered: ${head.slice(0, end)}`));
    }
  }

  #heard(frames: number): void {
    if (frames === 0) return;
    if (this.#awaited === 0) return this.#onFrames(frames);
    this.#awaited -= Math.min(this.#awaited, frames);
    if (this.#awaited === 0) this.#resolve?.();
  }
}

/** A client's text frame, whose mask changes nothing. */
function maskedFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  if (payload.length > 65_535) throw new RangeError("Nobody here has that much to say.");
  const long = payload.length >= 126;
  const head = Buffer.alloc(long ? 8 : 6);
  head[0] = 0x81;
  head[1] = 0x80 | (long ? 126 : payload.length);
  if (long) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}
