// The WebSocket libraries of Node that npm `phoenix` can be given, each as the constructor that
// browsers have. None is loaded before it is asked for: who wants one has installed it.

/** The parts of the browsers' WebSocket that all of them have. */
export interface StandardWebSocket {
  readonly readyState: number;
  onopen: ((event: unknown) => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  onerror: ((event: unknown) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

export type StandardWebSocketClass = new (
  url: string,
  protocols?: string | string[],
) => StandardWebSocket;

export const LIBRARIES = ["ws", "undici", "node", "websocket", "faye-websocket"] as const;
export type Library = (typeof LIBRARIES)[number];

/** A library that is asked for is not there. */
class MissingLibraryError extends Error {
  override readonly name = "MissingLibraryError";
  readonly code = "missing_library";
}

/**
 * Flags that the process of a client needs: Node 20 has its own WebSocket behind one.
 */
export function flagsFor(library: Library): readonly string[] {
  const hasGlobal = "WebSocket" in globalThis;
  return library === "node" && !hasGlobal ? ["--experimental-websocket", "--no-warnings"] : [];
}

/** @throws {MissingLibraryError} saying what to install. */
export async function loadLibrary(library: Library): Promise<StandardWebSocketClass> {
  switch (library) {
    case "ws": {
      const { WebSocket } = await import("ws");
      return WebSocket as unknown as StandardWebSocketClass;
    }
    case "undici": {
      const undici = await load<{ readonly WebSocket: StandardWebSocketClass }>("undici");
      return undici.WebSocket;
    }
    case "node": {
      const found = (globalThis as { readonly WebSocket?: StandardWebSocketClass }).WebSocket;
      if (found !== undefined) return found;
      throw new MissingLibraryError(
        "This Node has no WebSocket of its own: Node 22 has one, and Node 20 with --experimental-websocket.",
      );
    }
    case "websocket": {
      const module = await load<{
        readonly default: { readonly w3cwebsocket: StandardWebSocketClass };
      }>("websocket");
      return module.default.w3cwebsocket;
    }
    case "faye-websocket": {
      const module = await load<{ readonly default: { readonly Client: StandardWebSocketClass } }>(
        "faye-websocket",
      );
      return module.default.Client;
    }
  }
}

/** Imports a package that only those install who want it. @throws {MissingLibraryError} */
export async function load<Module>(name: string): Promise<Module> {
  try {
    return (await import(name)) as Module;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new MissingLibraryError(
      `The package ${name} is not installed. Install it beside this one: npm install ${name}.`,
      { cause: error },
    );
  }
}
