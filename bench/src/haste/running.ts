// A server of live pages with its database, its readers and its writer, each in a process of its own,
// for one trial.
import { Worker, type Tasks } from "../process/worker.ts";
import { createOrders, type OrdersDatabase, type OrdersSize } from "./orders.ts";
import type { ServerTasks } from "./servers/haste-server.ts";

export interface Running {
  readonly database: OrdersDatabase;
  /** Where the server listens. */
  readonly port: number;
  readonly server: Worker<ServerTasks>;
  /** Starts one of the processes of `./process`, which ends with the trial. */
  readonly start: <Known extends Tasks>(
    name: string,
    ...parameters: readonly unknown[]
  ) => Worker<Known>;
}

/** Runs `task` with all of it, and ends all of it. */
export async function withRunning<Result>(
  side: string,
  cluster: string,
  size: OrdersSize,
  task: (running: Running) => Promise<Result>,
): Promise<Result> {
  const database = await createOrders(cluster, size);
  const ends: (() => Promise<void>)[] = [];
  function start<Known extends Tasks>(
    name: string,
    ...parameters: readonly unknown[]
  ): Worker<Known> {
    const module = `../haste/process/${name}-process.js`;
    const flags = name === "server" ? ["--expose-gc"] : [];
    const worker = new Worker<Known>(module, parameters.map(String), flags);
    ends.unshift(() => worker.close());
    return worker;
  }
  try {
    const server = start<ServerTasks>("server", side, database.connection);
    const port = await server.perform("port");
    return await task({ database, port, server, start });
  } finally {
    for (const end of ends) await end();
    await database.drop();
  }
}
