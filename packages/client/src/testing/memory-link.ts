// A connection that is no network: the client's end of it is a Transport like any other, and the
// test's server has the other end. Frames go through as they would on the wire, each at its turn.
import type { Frame, TransportEnd } from "@slipstream/core";
import { TransportError } from "../node/transport-error.ts";
import type { DialRequest, Transport, TransportEvents } from "../transport.ts";
import { soon } from "./runtime.ts";

/** What the server's end hears, in order. Never called from inside a call to the link. */
export interface ServerEnd {
  received(frame: Frame): void;
  /** The client's close frame has come: its first, or the answer to ours. */
  closeReceived(code: number, reason: string): void;
  /** The connection has ended, or the attempt was given up. Once, and last. */
  ended(by: "close" | "reset" | "cut"): void;
}

type Phase =
  | "dialling"
  | "open"
  /** The client has sent its close frame. */
  | "clientClosing"
  /** The server has sent its close frame. */
  | "serverClosing"
  | "ended";

/** How large a frame is on the wire, without its header. */
function sizeOf(frame: Frame): number {
  return typeof frame === "string" ? new TextEncoder().encode(frame).length : frame.byteLength;
}

/** Bytes on the wire are nobody's: neither side sees what the other does to its own. */
function copyOf(frame: Frame): Frame {
  return typeof frame === "string" ? frame : frame.slice();
}

/** One connection, from the dial to its end. */
export class MemoryLink implements Transport {
  readonly request: DialRequest;
  readonly #client: TransportEvents;
  #server: ServerEnd | null = null;
  #phase: Phase = "dialling";
  /** What waits for the server to read on; null while it reads. */
  #unread: (() => void)[] | null = null;
  /** What waits for the client to read on; null while it reads. */
  #held: Frame[] | null = null;
  bufferedAmount: number = 0;

  constructor(request: DialRequest, client: TransportEvents) {
    this.request = request;
    this.#client = client;
  }

  /** Who hears the server's end. */
  set server(end: ServerEnd) {
    this.#server = end;
  }

  // The client's end.

  send(frame: Frame): void {
    if (this.#phase !== "open") return;
    const copy = copyOf(frame);
    if (this.#unread !== null) this.bufferedAmount += sizeOf(copy);
    this.#toServer((server) => server.received(copy));
  }

  pause(): void {
    if (this.#phase === "open") this.#held ??= [];
  }

  resume(): void {
    if (this.#held !== null) soon(() => this.#readOn());
  }

  close(code: number, reason: string): void {
    if (this.#phase === "dialling") return this.reset();
    if (this.#phase !== "open") return;
    this.#phase = "clientClosing";
    this.#held = null;
    this.#toServer((server) => server.closeReceived(code, reason));
  }

  reset(): void {
    this.#end({ code: null, reason: "", clean: false }, "reset");
  }

  // The server's end. Nothing happens where the phase does not allow it; the caller has looked.

  /** Completes the opening handshake. */
  open(): void {
    soon(() => {
      if (this.#phase !== "dialling") return;
      this.#phase = "open";
      this.#client.opened();
    });
  }

  /** Answers the upgrade with something else, or fails the dial. */
  refuse(end: Pick<TransportEnd, "rejected" | "error">): void {
    if (this.#phase !== "dialling") return;
    this.#end({ code: null, reason: "", clean: false, ...end }, "cut");
  }

  deliver(frame: Frame): void {
    const copy = copyOf(frame);
    soon(() => {
      if (this.#held === null) this.#toClient(copy);
      else this.#held.push(copy);
    });
  }

  /** Sends the server's close frame. The client's transport answers it by itself, and TCP ends. */
  closeByServer(code: number, reason: string): void {
    soon(() => {
      this.#readOn();
      if (this.#phase !== "open") return;
      this.#phase = "serverClosing";
      this.#client.closeReceived();
      soon(() => this.#server?.closeReceived(code, reason));
      this.#end({ code, reason, clean: true }, "close");
    });
  }

  /** Answers the client's close frame, and ends TCP. */
  answerClose(code: number, reason: string): void {
    soon(() => {
      if (this.#phase !== "clientClosing") return;
      this.#client.closeReceived();
      this.#end({ code, reason, clean: true }, "close");
    });
  }

  /** Ends TCP without a close frame. */
  cut(cause: unknown = new TransportError("ended_without_close")): void {
    soon(() => {
      this.#readOn();
      this.#end({ code: null, reason: "", clean: false, error: { cause } }, "cut");
    });
  }

  /** The server reads nothing until `read` is called. */
  stopReading(): void {
    this.#unread ??= [];
  }

  read(): void {
    const unread = this.#unread ?? [];
    this.#unread = null;
    this.bufferedAmount = 0;
    for (const arrive of unread) soon(arrive);
  }

  #toServer(tell: (server: ServerEnd) => void): void {
    const arrive = (): void => {
      if (this.#phase !== "ended" && this.#server !== null) tell(this.#server);
    };
    if (this.#unread === null) soon(arrive);
    else this.#unread.push(arrive);
  }

  /** What was held for a client that had paused, in order. It may pause again meanwhile. */
  #readOn(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const [index, frame] of held.entries()) {
      if (this.#held !== null) {
        (this.#held as Frame[]).unshift(...held.slice(index));
        return;
      }
      this.#toClient(frame);
    }
  }

  #toClient(frame: Frame): void {
    if (this.#phase !== "open") return;
    if (sizeOf(frame) > this.request.maxPayload) this.#tooLarge();
    else this.#client.received(frame);
  }

  #tooLarge(): void {
    const { maxPayload } = this.request;
    const cause = new RangeError(`The test sent a message of more than maxPayload, ${maxPayload}.`);
    this.#end({ code: null, reason: "", clean: false, error: { cause, protocol: 1009 } }, "reset");
  }

  #end(end: TransportEnd, by: "close" | "reset" | "cut"): void {
    if (this.#phase === "ended") return;
    this.#phase = "ended";
    this.#unread = null;
    this.#held = null;
    this.bufferedAmount = 0;
    soon(() => {
      this.#client.closed(end);
      this.#server?.ended(by);
    });
  }
}
