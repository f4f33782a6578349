// Addresses as pages write them, which may leave out what they share with the page.

interface Place {
  readonly protocol: string;
  readonly host: string;
}

function place(): Place {
  return (globalThis as unknown as { location: Place }).location;
}

/** "wss" in a page that was loaded by https, otherwise "ws". */
export function protocolOfPage(): string {
  return place().protocol.startsWith("https") ? "wss" : "ws";
}

/** The whole of an address. */
export function inPage(url: string): string {
  if (!url.startsWith("/")) return url;
  const host = url.startsWith("//") ? "" : `//${place().host}`;
  return `${protocolOfPage()}:${host}${url}`;
}
