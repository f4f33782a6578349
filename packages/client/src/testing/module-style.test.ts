// The kit and the module style: a repeater whose callbacks are driven from the server's seat.
import { expect, onTestFinished, test } from "vitest";
import { Slipstream } from "../index.ts";
import { TestServer } from "./index.ts";

class Repeater extends Slipstream {
  override handleConnect(): void {
    this.join("rooms:lobby");
  }

  override handleMessage(topic: string, event: string, payload: unknown): void {
    if (event === "say") this.push(topic, "said", payload);
  }
}

async function started(server: TestServer): Promise<Repeater> {
  const repeater = new Repeater(server.url, { ...server.socketOptions, reconnect: [10_000] });
  onTestFinished(() => server.clock.advanceUntil(repeater.stop()));
  await repeater.start();
  return repeater;
}

test("joins when connected, repeats what it hears, and pushes nothing unasked", async () => {
  const server = new TestServer();
  await started(server);
  const connection = await server.connectAndAssertJoin("rooms:lobby");
  await connection.refutePush();
  connection.push("rooms:lobby", "say", { body: "hi" });
  connection.push("rooms:lobby", "shout", { body: "HI" });
  await connection.assertPush("rooms:lobby", "said", { body: "hi" });
  await connection.refutePush();
});

test("comes back after a cut when its delay has passed, and joins again", async () => {
  const server = new TestServer();
  await started(server);
  const connection = await server.connectAndAssertJoin("rooms:lobby");
  connection.cut();
  await server.refuteConnect({}, { within: 9_999 });
  await server.clock.advance(1);
  const again = await server.connectAndAssertJoin("rooms:lobby");
  again.push("rooms:lobby", "say", 2);
  expect((await again.assertPush("rooms:lobby", "said")).payload).toBe(2);
});
