// The engine in every runtime but Node: it dials with the platform's WebSocket.
import {
  dialPlatform,
  platformClass,
  type PlatformWebSocketClass,
} from "../platform/platform-transport.ts";
import type { Dial } from "../transport.ts";

export * from "./shared.ts";

/** What is dialled with unless a program says otherwise; undefined where the platform has none. */
export function defaultClass(): PlatformWebSocketClass | undefined {
  return platformClass();
}

/** Dials with a class that is made like the platform's WebSocket. */
export function dialClass(webSocket: PlatformWebSocketClass): Dial {
  return dialPlatform(webSocket);
}
