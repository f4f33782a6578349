// Headers of the upgrade over WebSockets of a platform's: Bun, Deno and Node take them, where browsers
// and what is made like them have no place for any.
import { checkRecord } from "../option-checks.ts";
import type { SocketOptions } from "../options.ts";
import type { Dial } from "../transport.ts";
import { refuseNodeOptions } from "./node-options.ts";
import { dialPlatform, dialWith, platformClass } from "./platform-transport.ts";

/** Whether the platform's WebSocket sends headers. */
function sendsHeaders(): boolean {
  const { Bun, Deno, process } = globalThis as {
    Bun?: unknown;
    Deno?: unknown;
    process?: { readonly release?: { readonly name?: string } };
  };
  return Bun !== undefined || Deno !== undefined || process?.release?.name === "node";
}

/** Dials with the platform's WebSocket, with the request's headers where that can be done. */
export function dialHere(): Dial {
  if (!sendsHeaders()) return dialPlatform();
  return dialWith(({ url, protocols, headers }) => {
    const hasHeaders = Object.keys(headers).length > 0;
    return new (platformClass())(url, hasHeaders ? { protocols, headers } : protocols);
  });
}

/** @throws {OptionError} if there are options that have no meaning here, such as headers where none can be sent. */
export function checkHere(options: SocketOptions): void {
  checkRecord("options", options);
  const takesHeaders = options.transport !== undefined || sendsHeaders();
  refuseNodeOptions(options, takesHeaders ? [] : ["headers"]);
}
