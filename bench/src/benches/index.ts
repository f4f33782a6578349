// All benches by name, in the order in which they run. A bench is loaded by whoever runs it, and
// alone: what another one imports must not be in the process that is measured.
import type { Bench } from "../bench.ts";

const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  receive: async () => (await import("./receive.ts")).receive,
  "push-reply": async () => (await import("./push-reply.ts")).pushReply,
  presence: async () => (await import("./presence.ts")).presence,
  churn: async () => (await import("./churn.ts")).churn,
  "idle-memory": async () => (await import("./idle-memory.ts")).idleMemory,
  import: async () => (await import("./import.ts")).importTime,
  telemetry: async () => (await import("./telemetry.ts")).telemetry,
  "fan-out": async () => (await import("./fan-out.ts")).fanOut,
  "server-memory": async () => (await import("./server-memory.ts")).serverMemory,
  connects: async () => (await import("./connects.ts")).connects,
  "server-scale": async () => (await import("./server-scale.ts")).serverScale,
  "haste-matching": async () => (await import("./haste-matching.ts")).hasteMatching,
  "haste-decoding": async () => (await import("./haste-decoding.ts")).hasteDecoding,
  "haste-commit-to-client": async () =>
    (await import("./haste-commit-to-client.ts")).hasteCommitToClient,
  "haste-first-page": async () => (await import("./haste-first-page.ts")).hasteFirstPage,
  "haste-churn": async () => (await import("./haste-churn.ts")).hasteChurn,
  "haste-flood": async () => (await import("./haste-flood.ts")).hasteFlood,
};

export const benchNames: readonly string[] = Object.keys(benches);

/** @param name one of {@link benchNames}. */
export async function loadBench(name: string): Promise<Bench> {
  const load = benches[name];
  if (load === undefined) throw new Error(`There is no bench ${name}.`);
  return await load();
}
