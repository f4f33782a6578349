// The last resort for a TCP connection: a RST, which leaves nothing in either kernel.
import { Socket } from "node:net";
import type { Duplex } from "node:stream";

/**
 * Frees the socket at once. `destroy()` alone would leave unsent bytes in a FIN-WAIT socket for as
 * long as the peer does not read them.
 */
export function resetSocket(socket: Duplex): void {
  if (socket.destroyed) return;
  const tcp = underneath(socket);
  // libuv refuses to reset while a shutdown is in progress, and Node then loses the handle.
  const shuttingDown =
    socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
  if (tcp !== null && !shuttingDown) {
    try {
      tcp.resetAndDestroy();
    } catch {
      // Only TCP can be reset; a pipe cannot.
    }
  }
  socket.destroy();
}

/** The socket itself, or the one that its TLS runs on, for which Node has no public name. */
function underneath(socket: Duplex): Socket | null {
  const parent: unknown = Reflect.get(socket, "_parent");
  if (parent instanceof Socket) return parent;
  return socket instanceof Socket ? socket : null;
}
