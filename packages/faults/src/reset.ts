// RST: how to send one now, whatever there still is to send, and how to notice one.
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/**
 * Frees the socket with a RST where there is a connection to reset, and by closing it otherwise
 * (while it is still connecting, or once both its FINs are on their way).
 */
export function resetNow(socket: Socket): void {
  if (socket.destroyed) return;
  // libuv refuses to reset while a shutdown is in progress, and Node then loses the handle.
  const shuttingDown =
    socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
  if (socket.connecting || shuttingDown) socket.destroy();
  else socket.resetAndDestroy();
}

/**
 * To be called on a stream's "end": calls `ended` if that was a FIN, and lets the stream fail with
 * ECONNRESET if it was a RST. (Where a RST finds unread bytes, libuv hands over the bytes and then
 * reports the end of the stream, as if a FIN had come.) Cannot tell them apart once we have sent our FIN.
 *
 * @param tcp the stream itself, or what is under its TLS.
 */
export function whenTrulyEnded(stream: Duplex, tcp: Socket, ended: () => void): void {
  if (!stream.writable) return ended();
  // Nothing is sent, but the kernel says whether it could have been.
  tcp.write("", (error) => {
    if (!error) ended();
  });
}
