// What a transport under test reported, in order, and the obligations that hold in every case: no
// callback from inside a call, nothing after `closed`, at most one `opened` and one `closeReceived`.
import { kernelSockets, type RawServerOptions, type TcpState } from "@slipstream/faults";
import type { Frame } from "@slipstream/core";
import { expect } from "vitest";
import type {
  Dial,
  DialRequest,
  Transport,
  TransportClosed,
  TransportEvents,
} from "../transport.ts";

/** What a transport can do, for the cases that not every platform allows. */
export interface TransportAbilities {
  /** Reports `closeReceived`, and ends TCP in the order of RFC 6455 7.1.1. */
  readonly seesCloseFrame: boolean;
  /**
   * Fails each breach of the protocol with the code of RFC 6455 7.4.1 and lets the server end TCP first.
   * Chromium echoes close codes that nobody may send, has 1002 for bad UTF-8, and ends TCP itself.
   */
  readonly failsByTheBook: boolean;
  /** Dials at once also after dials that failed. Browsers wait for a second or more. */
  readonly dialsAtOnce: boolean;
  /** Sends a RST. */
  readonly resets: boolean;
  /** Reports the status, headers and body of a refused upgrade, and why TCP ended. */
  readonly seesStatus: boolean;
  /** Stops reading when it is told to. */
  readonly pauses: boolean;
  /** Sends headers of the request's. */
  readonly sendsHeaders: boolean;
}

/** Where a platform does otherwise than RFC 6455 says: docs/runtimes.md has who does what. */
export type Deviation =
  /** It opens although Sec-WebSocket-Accept is wrong, or what was not offered was chosen (4.1). */
  | "takes any 101"
  /** It says nothing at all when a protocol was chosen that was not offered (4.1). */
  | "hangs at a foreign protocol"
  /** It reads masked frames of a server, as if they had no mask (5.1). */
  | "reads masked frames"
  /** 1014, which came after the RFC, is a breach to it. */
  | "does not know 1014"
  /** A FIN where a close frame was due is told as a clean close with 1005. */
  | "takes a FIN for a close frame";

export interface TransportUnderTest {
  readonly name: string;
  readonly dial: Dial;
  readonly can: TransportAbilities;
  readonly deviations?: readonly Deviation[];
  /** How the servers of the cases listen. */
  readonly servers: RawServerOptions;
}

type Heard =
  | { readonly type: "opened" }
  | { readonly type: "received"; readonly frame: Frame }
  | { readonly type: "closeReceived" }
  | { readonly type: "closed"; readonly end: TransportClosed };

/** A transport that is being dialled, and what it has reported so far. */
export class Recorder implements TransportEvents {
  readonly heard: Heard[] = [];
  /** Called with each event, before anybody who waits for it. */
  onEvent: (event: Heard) => void = () => {};
  readonly #transport: Transport;
  readonly #waits = new Set<() => boolean>();
  /** What is told at most once and has been. */
  readonly #told = new Set<Heard["type"]>();
  #received = 0;
  #calling = true;

  constructor(dial: Dial, url: string, request: Partial<DialRequest> = {}) {
    this.#transport = dial(
      { url, headers: {}, protocols: [], maxPayload: 16 * 1024 * 1024, ...request },
      this,
    );
    this.#calling = false;
  }

  get bufferedAmount(): number {
    return this.#transport.bufferedAmount;
  }

  send(frame: Frame): void {
    this.#call(() => this.#transport.send(frame));
  }

  pause(): void {
    this.#call(() => this.#transport.pause?.());
  }

  resume(): void {
    this.#call(() => this.#transport.resume?.());
  }

  close(code = 1000, reason = ""): void {
    this.#call(() => this.#transport.close(code, reason));
  }

  reset(): void {
    this.#call(() => this.#transport.reset());
  }

  opened(): void {
    this.#hear({ type: "opened" });
  }

  received(frame: Frame): void {
    this.#hear({ type: "received", frame });
  }

  closeReceived(): void {
    this.#hear({ type: "closeReceived" });
  }

  closed(end: TransportClosed): void {
    this.#hear({ type: "closed", end });
  }

  /** The names of what was heard, in order. */
  types(): string[] {
    return this.heard.map((event) => event.type);
  }

  frames(): Frame[] {
    return this.heard.flatMap((event) => (event.type === "received" ? [event.frame] : []));
  }

  /** Resolves once this was heard. */
  async until(type: Heard["type"]): Promise<void> {
    await this.#until(() => (type === "received" ? this.#received > 0 : this.#told.has(type)));
  }

  async untilReceived(count: number): Promise<Frame[]> {
    await this.#until(() => this.#received >= count);
    return this.frames();
  }

  /** How it ended, once it has. */
  async end(): Promise<TransportClosed> {
    await this.until("closed");
    const last = this.heard.at(-1);
    if (last?.type !== "closed") throw new Error("something was reported after the end");
    return last.end;
  }

  #call(act: () => void): void {
    this.#calling = true;
    act();
    this.#calling = false;
  }

  #hear(event: Heard): void {
    if (this.#calling) expect.fail(`${event.type} was reported from inside a call`);
    if (this.#told.has("closed")) expect.fail(`${event.type} was reported after the end`);
    if (event.type !== "received") {
      if (this.#told.has(event.type)) expect.fail(`${event.type} was reported twice`);
      this.#told.add(event.type);
    } else {
      this.#received += 1;
      if (this.#told.has("closeReceived")) expect.fail("received after closeReceived");
    }
    this.heard.push(event);
    this.onEvent(event);
    for (const wait of this.#waits) if (wait()) this.#waits.delete(wait);
  }

  #until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const attempt = (): boolean => {
        if (!holds()) return false;
        resolve();
        return true;
      };
      if (!attempt()) this.#waits.add(attempt);
    });
  }
}

/**
 * The states of the client's ends of connections to this port; undefined where the kernel does not
 * tell. Without TIME-WAIT, which an earlier user of the port may have left.
 */
export function clientStates(port: number): TcpState[] | undefined {
  return kernelSockets(port)
    ?.filter(({ remotePort, state }) => remotePort === port && state !== "TIME-WAIT")
    .map(({ state }) => state);
}

/** The kernel holds nothing of this port but the listener and connections that ended in order. */
export async function expectKernelToBeEmpty(port: number): Promise<void> {
  if (kernelSockets(port) === undefined) return;
  await expect
    .poll(() =>
      kernelSockets(port)?.filter(({ state }) => state !== "LISTEN" && state !== "TIME-WAIT"),
    )
    .toEqual([]);
}
