// A client tested without a network: the test sits in the server's seat, and nothing sleeps.
import { Slipstream, type SlipstreamOptions } from "@slipstream/client";
import { ok, TestServer } from "@slipstream/client/testing";
import { expect, test } from "vitest";

/** The client under test: it counts, and says so when it is asked. */
class Counter extends Slipstream<{ count: number }> {
  constructor(url: string, options: Partial<SlipstreamOptions<{ count: number }>> = {}) {
    super(url, { assigns: { count: 0 }, ...options });
  }
  override handleConnect(): void {
    this.join("counter", { from: "test" });
  }
  override handleMessage(topic: string, event: string, payload: unknown): void {
    const { delta } = payload as { delta: number };
    this.update("count", (count) => count + delta);
    this.push(topic, `${event}:done`, { count: this.assigns.count }, { expects: "none" });
  }
}

test("it counts what the server sends, and comes back when the connection is cut", async () => {
  const server = new TestServer();
  const counter = new Counter(server.url, server.socketOptions);
  await counter.start();

  const connection = await server.connectAndAssertJoin("counter", { from: "test" }, ok({}));
  connection.push("counter", "add", { delta: 2 });
  await connection.assertPush("counter", "add:done", { count: 2 });
  connection.push("counter", "add", { delta: 3 });
  await connection.assertPush("counter", "add:done", { count: 5 });

  connection.cut();
  // The first retry comes within a second, of the test's clock.
  await server.clock.advance(1_000);
  const again = await server.connectAndAssertJoin("counter", { from: "test" }, ok({}));
  expect(again).not.toBe(connection);

  const stopping = counter.stop();
  await again.assertDisconnect();
  await stopping;
});
