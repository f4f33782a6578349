// The types of a client in module style: what is assigned, and what is said on which topics.
import { describe, expectTypeOf, test } from "vitest";
import { Slipstream, type MessageArguments, type TerminateReason } from "../index.ts";

interface Room {
  join: { params: { user: number }; response: { members: number } };
  push: { new_msg: { payload: { body: string }; reply: { id: number } }; touch: object };
  message: { new_msg: { id: number; body: string }; gone: { id: number } };
}

interface Topics {
  metrics: { message: { sample: number } };
  [room: `room:${string}`]: Room;
}

class Typed extends Slipstream<{ count: number; last?: string }, Topics> {
  override handleConnect(): void {
    this.join("room:lobby", { user: 1 });
    this.join("room:lobby", async () => ({ user: 1 }));
    this.join("metrics");
    // @ts-expect-error -- a topic that nobody described
    this.join("lobby");
    // @ts-expect-error -- params are needed
    this.join("room:lobby");
    // @ts-expect-error -- a param of the wrong type
    this.join("room:lobby", { user: "1" });
    this.rejoin("room:lobby");
    this.rejoin("room:lobby", { user: 2 });
    // @ts-expect-error -- a param of the wrong type
    this.rejoin("room:lobby", { user: "2" });
    this.assign({ count: 2, last: "x" });
    // @ts-expect-error -- a value of the wrong type
    this.assign({ count: "2" });
    this.update("count", (count) => count + 1);
    expectTypeOf(this.assigns.count).toEqualTypeOf<number>();
    // @ts-expect-error -- not to be changed but by assign
    this.assigns.count = 3;
  }

  override handleMessage(...[topic, event, payload]: MessageArguments<Topics>): void {
    expectTypeOf(topic).toEqualTypeOf<"metrics" | `room:${string}`>();
    if (event === "new_msg") expectTypeOf(payload).toEqualTypeOf<{ id: number; body: string }>();
    if (event === "sample") expectTypeOf(payload).toEqualTypeOf<number>();
  }

  async pushes(): Promise<void> {
    expectTypeOf(this.push("room:a", "new_msg", { body: "hi" })).toEqualTypeOf<string>();
    this.push("room:a", "touch", undefined, { timeout: 5, expects: "none" });
    // @ts-expect-error -- an event that does not exist
    this.push("room:a", "new_message", { body: "hi" });
    // @ts-expect-error -- a payload of the wrong type
    this.push("room:a", "new_msg", { body: 1 });
    // @ts-expect-error -- new_msg needs its payload
    this.push("room:a", "new_msg");
    expectTypeOf(await this.awaitJoin("room:a")).toEqualTypeOf<{ members: number }>();
    expectTypeOf(await this.awaitMessage("room:a", "gone")).toEqualTypeOf<{ id: number }>();
    await this.awaitMessage("room:a", "gone", { where: ({ id }) => id > 3, timeout: 5 });
    // @ts-expect-error -- an event that the server does not send
    await this.awaitMessage("room:a", "sample");
  }
}

class Plain extends Slipstream {
  override handleMessage(topic: string, event: string, payload: unknown): void {
    this.push(topic, event, payload);
    this.join("anything", { any: "params" });
  }
}

describe("constructing", () => {
  test("assigns are asked for where something must be there from the start", () => {
    void new Typed("ws://host/socket", { assigns: { count: 0 } });
    void new Typed("ws://host/socket", { assigns: () => ({ count: 0 }), mailbox: { limit: 5 } });
    // @ts-expect-error -- count is missing
    void (() => new Typed("ws://host/socket"));
    // @ts-expect-error -- count is missing
    void (() => new Typed("ws://host/socket", { assigns: {} }));
    void new Plain("ws://host/socket");
    void new Plain("ws://host/socket", { restart: [100], reconnect: (attempt) => attempt });
  });

  test("what callbacks can do is nobody else's", () => {
    const plain = new Plain("ws://host/socket");
    // @ts-expect-error -- a callback's business
    void (() => plain.join("room:a"));
    // @ts-expect-error -- a callback's business
    void (() => plain.assigns);
    expectTypeOf(plain.call("x")).resolves.toEqualTypeOf<unknown>();
    expectTypeOf(plain.stopped).resolves.toEqualTypeOf<TerminateReason>();
  });
});
