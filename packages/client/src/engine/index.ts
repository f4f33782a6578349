// The engine on Node: it dials over the library `ws`. What knows `ws` is imported by our own name, so
// that it stays in the main entry, and out of what that shares with the entries of browsers.
import { dialWs } from "@slipstream/client";
import { WebSocket } from "ws";
import { isPage } from "../page/watch-page.ts";
import {
  dialPlatform,
  platformClass,
  type PlatformWebSocketClass,
} from "../platform/platform-transport.ts";
import type { Dial } from "../transport.ts";

export * from "./shared.ts";

/**
 * What is dialled with unless a program says otherwise. In a page that Node plays, such as jsdom's, it
 * is the page's: tests put a WebSocket of their own there.
 */
export function defaultClass(): PlatformWebSocketClass | undefined {
  return (isPage() ? platformClass() : undefined) ?? (WebSocket as never);
}

/**
 * Dials with a class that is made like the platform's WebSocket. That of `ws` is dialled as our own,
 * which knows how to end it.
 */
export function dialClass(webSocket: PlatformWebSocketClass): Dial {
  return (webSocket as unknown) === WebSocket ? dialWs() : dialPlatform(webSocket);
}
