// The TCP connection under a WebSocket: how it is made, so that it can always be reached, and how
// it is reset. Nothing here knows WebSockets.
import type { ClientRequestArgs } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ConnectionOptions } from "node:tls";
import { net, setImmediate } from "./builtins.ts";

/** As `http.request` calls it back: with what it is to write the request to, or an error. */
export type StreamReady = (error: Error | null, stream?: Duplex) => void;

/** Opens TCP (or a unix socket) to where the request goes. The caller listens to its "error". */
export function openTcp(target: ClientRequestArgs): Socket {
  return typeof target.socketPath === "string"
    ? net.connect({ path: target.socketPath })
    : net.connect({ host: target.host ?? "localhost", port: Number(target.port) });
}

/**
 * Runs TLS on a TCP connection that is being opened, and is ready once the server's certificate has
 * been accepted: before that, nothing of the request leaves. TLS gets a socket of our making, rather
 * than one that `tls.connect` makes and hides, so that it can be reset.
 */
export function secureTcp(
  tcp: Socket,
  target: ClientRequestArgs,
  options: ConnectionOptions,
  ready: StreamReady,
): void {
  const host = target.host ?? "localhost";
  tcp.once("error", ready);
  // Not earlier: while it tries one address after another, a socket changes its handle.
  tcp.once("connect", () => {
    tcp.off("error", ready);
    try {
      // Not imported: programs that speak no TLS need not wait for it at their start.
      const secure = process.getBuiltinModule("node:tls").connect({
        // RFC 6455 is HTTP/1.1; a server that prefers HTTP/2 would not understand the upgrade.
        ALPNProtocols: ["http/1.1"],
        servername: net.isIP(host) === 0 ? host : "",
        ...options,
        host,
        socket: tcp,
      });
      secure.on("error", ready);
      secure.once("secureConnect", () => {
        secure.off("error", ready);
        secure.on("error", ignore);
        ready(null, secure);
      });
    } catch (error) {
      tcp.destroy();
      ready(error as Error);
    }
  });
}

/**
 * Calls `act` once it is known whether a connection that is being opened is there. The kernel may have
 * it before Node has heard of it: closed then, it would get a FIN rather than a RST, and stay in
 * FIN-WAIT-2 for as long as the server likes. What Node has yet to hear of an attempt comes within a
 * turn of the loop; a name may have several addresses, each of them an attempt.
 */
export function whenItIsKnown(tcp: Duplex, act: () => void): void {
  if (!(tcp instanceof net.Socket) || !tcp.connecting) return act();
  let known = false;
  let turns = 0;
  const once = (): void => {
    if (known) return;
    known = true;
    tcp.off("connectionAttempt", attempted);
    act();
  };
  const attempted = (): void => {
    turns = 0;
  };
  const turned = (): void => {
    turns += 1;
    // One turn may have been under way already, its sockets looked at.
    if (turns === 2) once();
    else if (!known) setImmediate(turned);
  };
  tcp.on("connectionAttempt", attempted);
  // Before the request is written.
  tcp.prependOnceListener("connect", once);
  tcp.prependOnceListener("close", once);
  setImmediate(turned);
}

/**
 * Frees a connection now. With a RST, which leaves nothing in the kernel, where there is a TCP
 * connection to reset; otherwise (still connecting, a unix socket, an agent's stream) by closing it.
 *
 * @param tcp the lowest layer that we know.
 * @param stream the layer that was ended, if any: `tcp` itself or the TLS on it.
 */
export function resetTcp(tcp: Duplex, stream: Duplex): void {
  if (tcp.destroyed) return;
  if (tcp instanceof net.Socket && !("encrypted" in tcp) && !tcp.connecting) {
    // libuv refuses to reset while a shutdown is in progress, and Node then loses the handle. It takes
    // one turn of the loop, and only begins once the peer's FIN has come: there is nothing to leave.
    const shuttingDown =
      stream.writableEnded && !stream.writableFinished && stream.writableLength === 0;
    if (!shuttingDown && tcp.remoteAddress !== undefined) tcp.resetAndDestroy();
  }
  tcp.destroy();
}

/** For streams whose end is noticed by their "close": an error without a listener would end the process. */
export function ignore(): void {}
