// The last resort for a TCP connection: a RST, which leaves nothing in either kernel.
import { Socket } from "node:net";
import type { Duplex } from "node:stream";

/**
 * Frees the socket at once. `destroy()` alone would leave unsent bytes in a FIN-WAIT socket for as
 * long as the peer does not read them.
 */
export function resetSocket(socket: Duplex): void {
  if (socket.destroyed) return;
  // libuv refuses to reset while a shutdown is in progress, and Node then loses the handle.
  const shuttingDown =
    socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
  if (!(socket instanceof Socket) || shuttingDown) {
    socket.destroy();
    return;
  }
  try {
    socket.resetAndDestroy();
  } catch {
    // Only TCP can be reset. Under TLS or a pipe this is the best there is.
    socket.destroy();
  }
}
