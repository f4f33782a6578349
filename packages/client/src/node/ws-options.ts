// What a user may say of connections over `ws`, and what the library is told for all of them.
import type { Agent } from "node:http";
import type { ConnectionOptions as TlsOptions } from "node:tls";
import type { ConnectionOptions } from "./connection-owner.ts";

/** What only Node can do. */
export interface WsOptions {
  /**
   * Makes the connections: a proxy's agent, for example. Without one, each dial opens a socket of its
   * own. An agent's connection is reset with a RST where it is made by `net.connect`.
   */
  readonly agent?: Agent;
  /** For `wss:`, as `tls.connect` takes them: `ca`, `cert`, `key`, `servername`, `rejectUnauthorized`… */
  readonly tls?: TlsOptions;
  /** A unix socket (a named pipe on Windows) to connect to, in place of the URL's host and port. Not with `agent`. */
  readonly socketPath?: string;
  /** Whether to offer permessage-deflate (RFC 7692). Off by default: its contexts cost memory. */
  readonly compress?: boolean;
}

/** What is the same for all connections of a dial. */
export type FixedOptions = Omit<ConnectionOptions, "maxPayload">;

/** The options of the library that they come to. */
export function fixedOptions({ agent, tls, compress = false }: WsOptions): FixedOptions {
  return {
    ...(agent === undefined ? {} : { ...tls, agent }),
    perMessageDeflate: compress,
    // A redirect is an answer like any other refusal; following it could carry credentials elsewhere.
    followRedirects: false,
    skipUTF8Validation: false,
    // Autobahn sends messages of 4 MiB in 65,536 fragments (cases 9.3.1 and 9.4.1), and the default of
    // 16,384 fails them. A fragment costs about 100 bytes beyond its payload, which maxPayload bounds.
    maxFragments: 65_536,
    // The session bounds every wait. This timer cannot be turned off; it is cleared when the socket
    // closes, and it is the longest that timers allow.
    closeTimeout: 2 ** 31 - 1,
  };
}
