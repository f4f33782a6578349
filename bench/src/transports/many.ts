// Many connections whose server never answers the close: how many ends are told, and what the kernel
// still holds of them.
import { setTimeout as delay } from "node:timers/promises";
import { kernelSockets, RawServer } from "@slipstream/faults";
import type { Dial } from "./tried.ts";

export interface ManyLeft {
  readonly connections: number;
  readonly ends: number;
  /** Sockets of the clients in the kernel's table, by state. */
  readonly left: Readonly<Record<string, number>>;
}

export async function leaveMany(dial: Dial, connections: number, bound: number): Promise<ManyLeft> {
  const server = await RawServer.listen(async (peer) => void (await peer.accept()));
  let ends = 0;
  let endedAll = (): void => {};
  const all = new Promise<void>((resolve) => {
    endedAll = resolve;
  });
  for (let n = 0; n < connections; n++) {
    const tried = dial(server.url, {
      opened: () => tried.close(),
      received: () => {},
      failed: () => {},
      closed: () => {
        ends += 1;
        if (ends === connections) endedAll();
      },
    });
  }
  const patience = new AbortController();
  await Promise.race([
    all,
    delay(bound, undefined, { signal: patience.signal }).catch(() => undefined),
  ]);
  patience.abort();
  await delay(500);
  const left: Record<string, number> = {};
  for (const { remotePort, state } of kernelSockets(server.port) ?? []) {
    if (remotePort !== server.port || state === "TIME-WAIT") continue;
    left[state] = (left[state] ?? 0) + 1;
  }
  const seen = { connections, ends, left };
  await server.close();
  return seen;
}
