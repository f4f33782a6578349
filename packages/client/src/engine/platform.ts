// The engine in every runtime but Node: it dials with the platform's WebSocket.
import { dialHere } from "../platform/headers.ts";
import { dialPlatform, type PlatformWebSocketClass } from "../platform/platform-transport.ts";
import type { Dial } from "../transport.ts";

export * from "./shared.ts";

/** What dials unless a program says otherwise; null where the platform has no WebSocket. */
export function dialDefault(): Dial | null {
  return "WebSocket" in globalThis ? dialHere() : null;
}

/** Dials with a class that is made like the platform's WebSocket. */
export function dialClass(webSocket: PlatformWebSocketClass): Dial {
  return dialPlatform(webSocket);
}
