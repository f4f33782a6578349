// From a socket, as its program has made it, to the engine that runs it.
import type { Dial } from "@slipstream/client/engine";
import { Engine, type EngineListener } from "./engine.ts";
import { clientOptions, type SocketConnectOption } from "./options.ts";
import { Serializer } from "./serializer.ts";
import type { Socket } from "./socket.ts";
import { dialFor, pageStore, type FallbackStore, type TransportClass } from "./transports.ts";

export function engineOf(
  socket: Socket,
  given: Partial<SocketConnectOption>,
  listener: EngineListener,
): Engine {
  const { endPoint: url, vsn, timeout, heartbeatIntervalMs, longPollFallbackMs } = socket;
  const options = clientOptions({
    timeout,
    heartbeatIntervalMs,
    autoSendHeartbeat: given.autoSendHeartbeat ?? true,
    longPollFallbackMs,
    params: () => socket.params(),
    authToken: () => socket.authToken?.(),
    reconnectAfterMs: given.reconnectAfterMs,
    rejoinAfterMs: socket.rejoinAfterMs,
    beforeReconnect: given.beforeReconnect,
  });
  const dial = dialOf(socket, given.sessionStorage as FallbackStore | undefined);
  return new Engine({ ...options, url, vsn, codec: codecOf(socket), dial }, listener);
}

/** What dials, until the socket's transport is another: falling back remembers what it has learned. */
function dialOf(socket: Socket, store: FallbackStore | undefined = pageStore()): () => Dial {
  let dialled: { readonly transport: TransportClass; readonly dial: Dial } | null = null;
  return () => {
    const { transport, longPollFallbackMs, longpollerTimeout } = socket;
    if (dialled === null || dialled.transport !== transport) {
      const dial = dialFor({ transport, longPollFallbackMs, longpollerTimeout, store });
      dialled = { transport, dial };
    }
    return dialled.dial;
  };
}

/** The program's own codec; null where it is ours. */
function codecOf({
  encode,
  decode,
}: Socket): { encode: Socket["encode"]; decode: Socket["decode"] } | null {
  const isOurs = encode === Serializer.encode && decode === Serializer.decode;
  return isOurs ? null : { encode, decode };
}
