// A spare port is one that nothing else comes by while it is not used.
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { sparePort } from "./spare-port.ts";

const RANGE = "/proc/sys/net/ipv4/ip_local_port_range";

test("it can be listened at, and is not among those that the system gives away", async () => {
  const port = await sparePort();
  const server = createServer().listen(port, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  if (!existsSync(RANGE)) return;
  const [first = 0] = readFileSync(RANGE, "latin1").trim().split(/\s+/).map(Number);
  expect(port).toBeLessThan(first);
});

test("each is another", async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, sparePort));
  expect(new Set(ports).size).toBeGreaterThan(15);
});
