// The TCP connections that this process makes, so that they can be reset when there is no time left
// to end them in order.
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

export interface TcpSockets {
  /** Resets (RST) every connection that is there. */
  reset(): void;
  release(): void;
}

const CHANNEL = "net.client.socket";

/** Watches from now on. */
export function watchTcpSockets(): TcpSockets {
  const sockets = new Set<Socket>();
  const made = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  };
  subscribe(CHANNEL, made);
  return {
    reset() {
      for (const socket of sockets) {
        if (socket.connecting) socket.destroy();
        else socket.resetAndDestroy();
      }
    },
    release: () => void unsubscribe(CHANNEL, made),
  };
}
