// The process of a server of live pages. Its arguments are the side and the database.
import { constants, PerformanceObserver } from "node:perf_hooks";
import { performTasks } from "../../process/worker.ts";
import { settledMemory } from "../../settled-memory.ts";
import type { HasteServer, Look, Peak, ServerTasks } from "../servers/haste-server.ts";

const WATCH_EVERY = 50;

const [side = "", connection = ""] = process.argv.slice(2);

/** Imports one side, and no code of the others. */
async function start(): Promise<HasteServer> {
  switch (side) {
    case "bare":
      return (await import("../servers/bare.ts")).startBare(connection);
    case "slipstream":
      return (await import("../servers/slipstream.ts")).startSlipstream(connection);
    case "poll":
      return (await import("../servers/poll.ts")).startPoll(connection);
    default:
      throw new Error(`There is no side ${side}.`);
  }
}

const starting = start();
starting.catch(() => {});

const NONE: Peak = { heap: 0, rss: 0, held: 0 };
let peak: Peak = NONE;
setInterval(() => {
  const { heapUsed, rss } = process.memoryUsage();
  peak = { ...peak, heap: Math.max(peak.heap, heapUsed), rss: Math.max(peak.rss, rss) };
}, WATCH_EVERY);
new PerformanceObserver((list) => {
  const entries = list.getEntries() as readonly { readonly detail?: { readonly kind: number } }[];
  const kinds = entries.map(({ detail }) => detail?.kind);
  if (!kinds.includes(constants.NODE_PERFORMANCE_GC_MAJOR)) return;
  peak = { ...peak, held: Math.max(peak.held, process.memoryUsage().heapUsed) };
}).observe({ entryTypes: ["gc"] });

performTasks({
  port: async () => (await starting).port,
  async look(): Promise<Look> {
    const { user, system } = process.cpuUsage();
    const timers = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    return { ...(await starting).look(), timers, cpu: (user + system) / 1e3 };
  },
  memory: () => settledMemory(),
  peak() {
    const since = peak;
    peak = NONE;
    return since;
  },
} satisfies ServerTasks);
