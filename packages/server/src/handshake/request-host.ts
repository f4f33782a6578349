// Which host a request is for. Node takes the first of several Host headers, and somebody else on the
// way may take the last: whoever may connect is decided by it (RFC 9112 3.2).

import type { IncomingHttpHeaders } from "node:http";

/** The parts of a request that say so. */
export interface RequestHost {
  /** Such as "1.1". */
  readonly httpVersion?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Names and values in turn, as they came. */
  readonly rawHeaders?: readonly string[] | undefined;
}

/** A host and its port as RFC 3986 3.2.2 has them, or nothing, for a target that has no host. */
const HOST = /^(\[[\d.:a-f]+\]|[\w!$%&'()*+,.;=~-]*)(:\d*)?$/i;

/** The host that a request names, over HTTP/2 as its authority. */
export function hostOf(headers: IncomingHttpHeaders): string | undefined {
  const { host, [":authority"]: authority } = headers;
  return host ?? (typeof authority === "string" ? authority : undefined);
}

/** What is wrong with it, if anything is. */
export function hostFlaw({ httpVersion, headers, rawHeaders = [] }: RequestHost): string | null {
  const { host } = headers;
  if (host === undefined) return httpVersion === "1.1" ? "The host header is missing." : null;
  const lines = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === "host");
  if (lines.length > 1) return "There must be one host header.";
  const isHost = typeof host === "string" && HOST.test(host);
  return isHost ? null : "The host header must be a host, and may have a port.";
}
