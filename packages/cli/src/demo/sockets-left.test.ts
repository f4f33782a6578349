// What is left is looked for among sockets that are there: the demo's last check can fail.
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { expect, test } from "vitest";
import { KernelWatch, processSockets, settle, total, type SocketsLeft } from "./sockets-left.ts";

const none: SocketsLeft = { client: 0, server: 0, relay: 0, process: 0, kernel: 0, timeWait: 0 };

test("a listener and both ends of a connection are found, and gone when they are", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const watch = new KernelWatch();
  watch.add(port);
  const accepted = once(server, "connection");
  const client = connect(port, "127.0.0.1");
  const [socket] = (await accepted) as [Socket];
  socket.on("error", () => undefined);
  const { kernel } = watch.counts();
  expect(kernel).toBe(existsSync("/proc/net/tcp") ? 3 : null);
  expect(processSockets()).toBe(3);
  const both = new KernelWatch();
  both.add(port);
  // What was there when a port was added is not of our making.
  expect(both.counts().kernel).toBe(kernel === null ? null : 1);
  client.resetAndDestroy();
  server.close();
  await once(server, "close");
  const left = await settle(
    () => ({ ...none, process: processSockets(), ...watch.counts() }),
    5_000,
  );
  expect(total(left)).toBe(0);
});

test("a look that takes longer than there is patience is not the last one", async () => {
  const looks = [{ ...none, process: 1 }, none];
  const slow = (): SocketsLeft => {
    const until = performance.now() + 60;
    while (performance.now() < until);
    return looks.shift() ?? none;
  };
  expect(await settle(slow, 10)).toEqual(none);
});

test("what does not go away is told after a while, and TIME-WAIT is no socket of ours", async () => {
  expect(total({ client: 1, server: 2, relay: 3, process: 4, kernel: null, timeWait: 9 })).toBe(10);
  expect(total({ ...none, kernel: 5, timeWait: 9 })).toBe(5);
  expect(await settle(() => ({ ...none, relay: 1 }), 0)).toMatchObject({ relay: 1 });
});
