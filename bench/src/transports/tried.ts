// One connection over a library, seen alike whichever it is: what it says, and how it is closed.
import { Socket } from "@slipstream/client";
import { flagsFor, loadLibrary, LIBRARIES, type Library } from "@slipstream/lab";

/** A library of Node's, or our client as it comes. */
export type Contestant = Library | "slipstream";

export const CONTESTANTS: readonly Contestant[] = ["slipstream", ...LIBRARIES];

export function flagsOf(contestant: Contestant): readonly string[] {
  return contestant === "slipstream" ? [] : flagsFor(contestant);
}

export interface Tried {
  /** Closes with 1000. */
  close(): void;
}

/** What a connection says, as it says it. */
export interface TriedEvents {
  opened(): void;
  received(): void;
  /** An error that it reports. */
  failed(): void;
  /** It is over, by its own account: "1000", or what else it says. */
  closed(how: string): void;
}

export type Dial = (url: string, events: TriedEvents) => Tried;

export async function dialOf(contestant: Contestant): Promise<Dial> {
  if (contestant === "slipstream") return dialSlipstream;
  const WebSocket = await loadLibrary(contestant);
  return (url, events) => {
    const socket = new WebSocket(url);
    socket.onopen = () => events.opened();
    socket.onmessage = () => events.received();
    socket.onerror = () => events.failed();
    socket.onclose = ({ code }) => events.closed(String(code));
    return { close: () => socket.close(1000) };
  };
}

function dialSlipstream(url: string, events: TriedEvents): Tried {
  const socket = new Socket(url, { reconnect: false, logger: {} });
  socket.onState(({ type }) => {
    if (type === "open") events.opened();
  });
  socket.onConnectionEnd(({ reason }) => {
    const { type } = reason;
    const code = "code" in reason ? ` ${reason.code}` : "";
    const status = "status" in reason ? ` ${reason.status}` : "";
    // Of an end that was asked for, `disconnect` tells the code.
    if (type !== "requested") events.closed(`${type}${code}${status}`);
  });
  socket.connect().catch(() => {});
  return {
    close: () =>
      void socket.disconnect().then(({ code, clean }) => {
        events.closed(`${code ?? "no code"}, ${clean ? "clean" : "not clean"}`);
      }),
  };
}
