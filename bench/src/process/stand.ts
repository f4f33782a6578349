// What a bench finds running when its trials begin.
import { PostgresCluster } from "@slipstream/faults";
import type { Bench } from "../bench.ts";
import { runServer, type RunningServer } from "./run-server.ts";

/** A cluster that keeps its log for whoever reads it late, and does not write it out all the time. */
const SETTINGS = ["max_slot_wal_keep_size=16GB", "max_wal_size=4GB", "max_connections=200"];

export async function startStand({ stand = "server" }: Bench): Promise<RunningServer> {
  if (stand === "server") return await runServer();
  const cluster = new PostgresCluster(SETTINGS);
  await cluster.start();
  return { url: cluster.connectionString(), close: () => cluster.remove() };
}
