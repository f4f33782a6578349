// What the bytes of a TCP socket say about its peer: when it last sent something, and since when it
// has not taken what waits for it.
import type { Duplex } from "node:stream";

/** The parts of a net.Socket that are looked at; a Duplex that has them not is never found dead. */
interface Observed {
  readonly bytesRead?: number;
  readonly bytesWritten?: number;
  readonly _handle?: { readonly writeQueueSize?: number } | null;
}

export class Liveness {
  #read = -1;
  #sent = -1;
  #heardAt = 0;
  #tookAt = 0;

  /** Looks at the socket. Ages are exact to the time between two looks, and never too high. */
  look(socket: Duplex, now: number): { readonly silentFor: number; readonly stuckFor: number } {
    const { bytesRead, bytesWritten, _handle } = socket as Observed;
    if (bytesRead === undefined || bytesRead !== this.#read) {
      this.#read = bytesRead ?? -1;
      this.#heardAt = now;
    }
    const waiting = socket.writableLength;
    // A large write is one request; what the kernel has taken of it shows in the queue's size alone.
    const sent = (bytesWritten ?? 0) - waiting - (_handle?.writeQueueSize ?? 0);
    if (waiting === 0 || bytesWritten === undefined || sent !== this.#sent) {
      this.#sent = sent;
      this.#tookAt = now;
    }
    return { silentFor: now - this.#heardAt, stuckFor: now - this.#tookAt };
  }
}
