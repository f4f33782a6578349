// Dials over the library `ws`, by the options of Node.
import type { Dial } from "../transport.ts";
import { fixedOptions, type WsOptions } from "./ws-options.ts";
import { WsTransport } from "./ws-transport.ts";

/**
 * Makes a dial over the library `ws`.
 *
 * @example
 * ```ts
 * const dial = dialWs({ tls: { ca: await readFile("ca.pem") } });
 * ```
 */
export function dialWs({ agent, tls, socketPath, compress }: WsOptions = {}): Dial {
  const special = [agent, tls, socketPath].some((option) => option !== undefined);
  if (!special && compress !== true) return dialPlainly;
  return dialWith({
    ...(agent !== undefined && { agent }),
    ...(tls !== undefined && { tls }),
    ...(socketPath !== undefined && { socketPath }),
    ...(compress !== undefined && { compress }),
  });
}

function dialWith(options: WsOptions): Dial {
  const fixed = fixedOptions(options);
  return (request, events) => new WsTransport(request, events, fixed, options);
}

/** The dial of all sockets that ask for nothing special. */
const dialPlainly: Dial = dialWith({});
