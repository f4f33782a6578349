// A socket for as long as a component is there.
import { Socket, type SessionState } from "@slipstream/client";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import type { NodeSocketOptions } from "../index.ts";
import { Leases } from "./lease.ts";

const connections = new Leases<Socket>({
  // Why it is not connected is what its state tells.
  begin: (socket) => void socket.connect().catch(() => {}),
  end: (socket) => void socket.disconnect(),
});

/** A socket, and where it stands. */
export interface SocketView {
  /** The same for as long as the component is there and the URL stays. */
  readonly socket: Socket;
  readonly state: SessionState;
}

/**
 * Connects while the component is there, and disconnects when it is not. Mostly used once, near the
 * root. The component is rendered anew when the socket's state changes.
 *
 * @param url as a socket's. Another one makes another socket.
 * @param options as a socket's, and those of the first time count: what changes, such as a token, is
 * given as a function.
 * @throws {OptionError} (while rendering) naming the first option that cannot be used.
 *
 * @example
 * ```tsx
 * const { socket, state } = useSocket("/socket", { params: async () => ({ token: await freshToken() }) });
 * if (state.type === "waiting") return <p>Connecting again…</p>;
 * return <Room socket={socket} />;
 * ```
 */
export function useSocket(url: string | URL, options?: NodeSocketOptions): SocketView {
  const address = String(url);
  // A socket that nobody connects holds nothing, so that React may make one for nothing.
  const [made, setMade] = useState(() => ({ address, socket: new Socket(url, options) }));
  let { socket } = made;
  if (made.address !== address) {
    socket = new Socket(url, options);
    setMade({ address, socket });
  }
  useEffect(() => connections.hold(socket), [socket]);
  const subscribe = useCallback((changed: () => void) => socket.onState(changed), [socket]);
  const snapshot = (): SessionState => socket.state;
  return { socket, state: useSyncExternalStore(subscribe, snapshot, snapshot) };
}
