// A cluster of servers in one process: for tests, and the plainest adapter there is.
import type { AdapterEvents, ClusterAdapter } from "./adapter.ts";

/**
 * Connects servers of one process. Each is given the same adapter.
 *
 * @example
 * ```ts
 * const cluster = inProcess();
 * const servers = [new ChannelsServer({ cluster }), new ChannelsServer({ cluster })];
 * ```
 */
export function inProcess(): ClusterAdapter {
  const nodes = new Set<AdapterEvents>();
  return {
    open(events) {
      nodes.add(events);
      queueMicrotask(() => {
        if (nodes.has(events)) events.up();
      });
      return {
        publish(bytes) {
          for (const node of nodes) {
            queueMicrotask(() => {
              if (nodes.has(node)) node.received(bytes);
            });
          }
          return true;
        },
        // What was published before is received by the others first.
        async close() {
          nodes.delete(events);
        },
      };
    },
  };
}
