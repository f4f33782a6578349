// The TCP connections that an agent opens on behalf of a dial. It may keep one for itself for as long as
// a proxy likes, before it gives anything to whoever dials: where Node tells of it, it can be ended.
import type { AsyncLocalStorage } from "node:async_hooks";
import type { Socket } from "node:net";

type Opened = (socket: Socket) => void;

/** Made for the first dial by an agent: whoever has none does not pay for it. */
let dialling: AsyncLocalStorage<Opened> | null = null;

/** Runs `dial`, and tells `opened` of each socket that `net.connect` makes because of it, now or later. */
export function watchSockets<T>(opened: Opened, dial: () => T): T {
  if (dialling === null) {
    const { AsyncLocalStorage } = process.getBuiltinModule("node:async_hooks");
    const { subscribe } = process.getBuiltinModule("node:diagnostics_channel");
    dialling = new AsyncLocalStorage();
    subscribe("net.client.socket", (message) => {
      dialling?.getStore()?.((message as { readonly socket: Socket }).socket);
    });
  }
  return dialling.run(opened, dial);
}
