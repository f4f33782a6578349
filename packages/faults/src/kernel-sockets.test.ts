// The kernel's list of sockets: of a real server, and of lines as the kernel writes them.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { kernelSockets, ownKernelSockets, socketsOf } from "./kernel-sockets.ts";
import { RawServer } from "./raw-server.ts";

const line = (slot: number, local: string, remote: string, state: string, inode: number): string =>
  `   ${slot}: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 20 4 30 10 -1`;

test("a listener of a real server", async () => {
  const server = await RawServer.listen(() => {});
  expect(kernelSockets(server.port)?.map(({ state }) => state) ?? ["LISTEN"]).toEqual(["LISTEN"]);
  await server.close();
});

test("a socket that the kernel lists twice is one, in the state that was said last", () => {
  const [here, there] = ["0100007F:1F90", "0100007F:C350"];
  expect(
    socketsOf([
      line(0, here, there, "01", 1),
      line(1, there, here, "01", 2),
      line(2, here, there, "04", 0),
    ]),
  ).toEqual([
    { localPort: 8080, remotePort: 50000, state: "FIN-WAIT-1", inode: 0 },
    { localPort: 50000, remotePort: 8080, state: "ESTABLISHED", inode: 2 },
  ]);
});

test("two listeners on one port are two", () => {
  const [here, nobody] = ["0100007F:1F90", "00000000:0000"];
  expect(
    socketsOf([line(0, here, nobody, "0A", 1), line(1, here, nobody, "0A", 2)]).map(
      ({ state }) => state,
    ),
  ).toEqual(["LISTEN", "LISTEN"]);
});

test("what another process holds is not ours", async () => {
  const code = `const s = require("node:net").createServer().listen(0, "127.0.0.1", () => process.send(s.address().port))`;
  const child = spawn(process.execPath, ["-e", code], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [port] = (await once(child, "message")) as [number];
  const isLinux = kernelSockets(port) !== undefined;
  expect(kernelSockets(port)?.length ?? 1).toBe(1);
  expect(ownKernelSockets(port)).toEqual(isLinux ? [] : undefined);
  const server = await RawServer.listen(() => {});
  expect(ownKernelSockets(server.port)).toEqual(kernelSockets(server.port));
  await server.close();
  child.kill();
  await once(child, "exit");
});
