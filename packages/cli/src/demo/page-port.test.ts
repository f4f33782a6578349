// A port that is taken is told of at once; and in the same words where it is taken only later.
import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { UsageError } from "../command.ts";
import { runMain } from "../testing/main-process.ts";
import { LivePages } from "./live-pages/live-pages.ts";
import { pgliteFlights } from "./live-pages/pglite-flights.ts";
import { tryPagePort } from "./page-port.ts";

let taken: Server;
let port: number;
let told: string;

beforeAll(async () => {
  taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  port = (taken.address() as AddressInfo).port;
  told = `Port ${port} is taken by another program. Leave out --port, or name another.`;
});

afterAll(async () => {
  taken.close();
  await once(taken, "close");
});

test("before a flight is read or a database asked", async () => {
  for (const DATABASE_URL of ["", "postgres://127.0.0.1:1/postgres"]) {
    const ended = await runMain(["demo", "--port", `${port}`], { DATABASE_URL });
    expect(ended).toEqual({ code: 2, stdout: "", stderr: `slipstream: ${told}\n` });
  }
});

test("when all else has been done", async () => {
  const db = await pgliteFlights();
  const flights = { length: 0, row: () => [0, 0, 0, "", ""] as const };
  const { signal } = new AbortController();
  const opened = LivePages.open({ db, flights, port, tell: () => undefined, signal });
  await expect(opened).rejects.toEqual(new UsageError(told));
  await db.close();
});

test("a port that is tried is free after it", async () => {
  const free = createServer().listen(0, "127.0.0.1");
  await once(free, "listening");
  const { port: tried } = free.address() as AddressInfo;
  free.close();
  await once(free, "close");
  await tryPagePort(tried);
  free.listen(tried, "127.0.0.1");
  await once(free, "listening");
  free.close();
});
