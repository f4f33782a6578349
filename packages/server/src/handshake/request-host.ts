// Which host a request is for. Node takes the first of several Host headers, and somebody else on the
// way may take the last: whoever may connect is decided by it (RFC 9112 3.2).

/** The parts of a request that say so. */
export interface RequestHost {
  /** Such as "1.1". */
  readonly httpVersion?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Names and values in turn, as they came. */
  readonly rawHeaders?: readonly string[] | undefined;
}

/** What is wrong with it, if anything is. */
export function hostFlaw({ httpVersion, headers, rawHeaders = [] }: RequestHost): string | null {
  const { host } = headers;
  if (host === undefined) return httpVersion === "1.1" ? "The host header is missing." : null;
  const lines = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === "host");
  if (lines.length > 1) return "There must be one host header.";
  return host === "" || isHost(host)
    ? null
    : "The host header must be a host, and may have a port.";
}

function isHost(host: string | readonly string[]): boolean {
  return typeof host === "string" && !/[\s/?#@\\]/.test(host) && URL.canParse(`http://${host}`);
}
