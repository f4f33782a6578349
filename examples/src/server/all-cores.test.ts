// Needs redis-server (scripts/programs.mjs).
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { connect, Presence } from "@slipstream/client";
import { expect, onTestFinished, test } from "vitest";
import { Program } from "../fixtures/program.ts";
import type { Room } from "./room.ts";

async function sparePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

test("all cores: clients of any worker are in one room, a dead worker is replaced, SIGTERM ends all", async () => {
  const redisPort = String(await sparePort());
  const redis = Program.run("redis-server", [
    ...["--port", redisPort, "--bind", "127.0.0.1"],
    ...["--save", "", "--appendonly", "no"],
  ]);
  await redis.prints(/Ready to accept connections/);
  const program = Program.start("all-cores", {
    WORKERS: "2",
    DRAIN: "50",
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
  });
  await program.prints(/(worker \d+ listening on \d+\n[^]*){2}/);
  const port = await program.port();

  // The port is given round: one after the other has another worker.
  const rooms = [];
  for (const user of ["ann", "bob", "cy", "dee"]) {
    const socket = await connect(`ws://127.0.0.1:${port}/socket`, { logger: {} });
    onTestFinished(() => socket.disconnect().then(() => {}));
    const room = socket.channel<Room>("room:lobby", { user });
    const presence = new Presence<{ phx_ref: string; pid: number }>(room);
    await room.join();
    rooms.push({ room, presence });
  }
  const [first, last] = [rooms[0]!, rooms[3]!];
  const present = (): string[] =>
    first.presence
      .list()
      .map(({ key }) => key)
      .toSorted();
  await expect.poll(present).toEqual(["ann", "bob", "cy", "dee"]);
  const pids = new Set(first.presence.list().flatMap(({ metas }) => metas.map(({ pid }) => pid)));
  expect(pids.size).toBe(2);

  const heard: string[] = [];
  first.room.on("said", ({ user, text }) => heard.push(`${user}: ${text}`));
  await last.room.push("say", { text: "hi" });
  await expect.poll(() => heard).toEqual(["dee: hi"]);

  // One worker dies: its clients come back to the others, and to the one that takes its place.
  const victim = [...pids].find((pid) => pid !== first.presence.list()[0]?.metas[0]?.pid);
  process.kill(victim!, "SIGKILL");
  await program.prints(/(worker \d+ listening on \d+\n[^]*){3}/);
  const alive = (): string[] =>
    first.presence
      .list()
      .filter(({ metas }) => metas.some(({ pid }) => pid !== victim))
      .map(({ key }) => key);
  await expect.poll(() => alive().toSorted()).toEqual(["ann", "bob", "cy", "dee"]);

  expect(await program.end("SIGTERM")).toBe(0);
});
