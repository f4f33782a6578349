// Awaiting in callbacks: what is awaited comes although the callback holds everything else up, and
// is told to nobody else.
import { describe, expect, test } from "vitest";
import { joinedClient, newClient, startClient, type Client } from "../fixtures/clients.ts";
import { failureOf } from "../fixtures/failure.ts";
import { relayTo, serve, speak } from "../fixtures/servers.ts";
import { AwaitError, ConnectError, JoinError, PushError } from "../index.ts";

describe("a whole conversation in one callback", () => {
  test("connect, join, push, message, leave, disconnect: each awaited, none told twice", async () => {
    const { url } = await serve();
    const results: unknown[] = [];
    const client = await startClient(url, {
      async init(this: Client) {
        this.connect();
        await this.awaitConnect();
        this.join("room:a", { hi: 1 });
        results.push(await this.awaitJoin("room:a"));
        results.push(await this.awaitReply(this.push("room:a", "echo", "x")));
        this.push("room:a", "say", { text: "y" }, { expects: "none" });
        results.push(await this.awaitMessage("room:a", "said"));
        this.leave("room:a");
        results.push(await this.awaitLeave("room:a"));
        void this.disconnect();
        results.push(await this.awaitDisconnect());
      },
    });
    expect(results).toEqual([{ hi: 1 }, "x", { text: "y" }, undefined, { type: "requested" }]);
    expect(await client.call("?").catch((error: { code: string }) => error.code)).toBe("unhandled");
    expect(client.names.filter((name) => name !== "handleCall")).toEqual(["init"]);
  });

  test("it holds up nothing but the callbacks: what came meanwhile is told afterwards, in order", async () => {
    const { url } = await serve();
    const client = await joinedClient(url, {
      async handleCall(this: Client) {
        for (let n = 1; n <= 3; n++) {
          await this.awaitReply(this.push("room:a", "say", n));
        }
        return "done";
      },
    });
    client.send("first");
    const answer = client.call("go");
    client.send("last");
    expect(await answer).toBe("done");
    await client.until("handleInfo", 2);
    await client.until("handleMessage", 3);
    expect(client.told("handleMessage").map((told) => told[2])).toEqual([1, 2, 3]);
    expect(client.told("handleReply")).toEqual([]);
  });

  test("what came before it was awaited is found in the mailbox", async () => {
    const { url } = await serve();
    const client = await joinedClient(url, {
      async handleCall(this: Client) {
        const first = this.push("room:a", "say", "one");
        const second = this.push("room:a", "echo", "two");
        // By the second reply, the message and the first reply wait in the mailbox.
        const two = await this.awaitReply(second);
        return [await this.awaitMessage("room:a", "said"), await this.awaitReply(first), two];
      },
    });
    expect(await client.call("go")).toEqual(["one", {}, "two"]);
    client.push("room:a", "echo");
    expect(await client.until("handleReply")).toHaveLength(1);
    expect(client.told("handleMessage")).toEqual([]);
  });

  test("awaitMessage takes the first that fits, and leaves the others", async () => {
    const { url } = await serve();
    const client = await joinedClient(url, {
      handleCall(this: Client) {
        this.push("room:a", "count", { to: 5 }, { expects: "none" });
        return this.awaitMessage<{ n: number }>("room:a", "n", { where: ({ n }) => n === 3 });
      },
    });
    expect(await client.call("go")).toEqual({ n: 3 });
    await client.until("handleMessage", 4);
    expect(client.told("handleMessage").map(([, , payload]) => payload)).toEqual(
      [1, 2, 4, 5].map((n) => ({ n })),
    );
  });

  test("a condition that throws fails the await, and the message is told to the callback", async () => {
    const { url } = await serve();
    const client = await joinedClient(url, {
      handleCall(this: Client) {
        this.push("room:a", "say", 1, { expects: "none" });
        const where = (): boolean => {
          throw new RangeError("odd");
        };
        return this.awaitMessage("room:a", "said", { where }).catch((error: unknown) => error);
      },
    });
    expect(await client.call("go")).toBeInstanceOf(RangeError);
    await client.until("handleMessage");
  });

  test("awaits of the same reply by two: the first has it, the second waits in vain", async () => {
    const { url } = await serve();
    const client = await joinedClient(url);
    const ref = client.push("room:a", "echo", 1);
    const both = [client.awaitReply(ref), client.awaitReply(ref, { timeout: 50 })];
    const [first, second] = await Promise.allSettled(both);
    expect(first).toEqual({ status: "fulfilled", value: 1 });
    expect(second).toMatchObject({ status: "rejected", reason: { code: "timeout" } });
    expect(await failureOf(client.awaitReply(ref))).toMatchObject({ code: "notPending" });
  });
});

describe("failures", () => {
  test("each says what was awaited, and how long", async () => {
    const { url } = await speak((speaker) => speaker.letIn().then(() => speaker.listen()));
    const client = await joinedClient(url);
    const timeout = 5;
    client.leave("room:a");
    client.join("room:a");
    const ref = client.push("room:a", "say");
    const failures = [
      [client.awaitDisconnect({ timeout }), "Awaited the end of the connection, and"],
      [client.awaitJoin("room:a", { timeout }), "Awaited the answer to the join of room:a, and"],
      [client.awaitLeave("room:a", { timeout }), "Awaited the leave of room:a, and"],
      [client.awaitReply(ref, { timeout }), `the reply to the push say to room:a (ref ${ref})`],
      [client.awaitMessage("room:a", "said", { timeout }), "a message said of room:a, and"],
    ] as const;
    for (const [awaited, words] of failures) {
      const error = await failureOf(awaited);
      expect(error).toBeInstanceOf(AwaitError);
      expect(error).toMatchObject({ code: "timeout" });
      expect((error as Error).message).toContain(words);
      expect((error as Error).message).toContain("did not come within 5 ms");
    }
  });

  test("what was awaited in vain is told to the callback when it comes after all", async () => {
    let heard: () => void = () => {};
    const goOn = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const { url } = await speak(async (speaker) => {
      await speaker.letIn();
      const push = await speaker.hear();
      await goOn;
      await speaker.reply(push, "ok", "late");
    });
    const client = await joinedClient(url);
    const ref = client.push("room:a", "echo");
    expect(await failureOf(client.awaitReply(ref, { timeout: 1 }))).toMatchObject({
      code: "timeout",
    });
    heard();
    expect(await client.until("handleReply")).toEqual([[ref, { type: "ok", response: "late" }]]);
  });

  test("what will never come is told at once", async () => {
    const { url } = await serve();
    const client = newClient(url, { init() {} });
    await client.start();
    expect(await failureOf(client.awaitConnect())).toMatchObject({
      code: "notPending",
      message: expect.stringContaining("Call connect() or reconnect() first"),
    });
    expect(await failureOf(client.awaitJoin("room:a"))).toMatchObject({ code: "notPending" });
    expect(await failureOf(client.awaitReply("99"))).toMatchObject({ code: "notPending" });
    expect(await client.awaitDisconnect()).toBe(null);
    await client.awaitLeave("room:a");
    client.connect();
    await client.awaitConnect();
    client.join("room:a");
    await client.awaitJoin("room:a");
    expect(await failureOf(client.awaitLeave("room:a"))).toMatchObject({ code: "notPending" });
  });

  test("what is so already resolves at once", async () => {
    const { url } = await serve();
    const client = await joinedClient(url, {
      handleConnect(this: Client) {
        this.join("room:a", { n: 1 });
      },
    });
    await client.awaitConnect();
    expect(await client.awaitJoin("room:a")).toEqual({ n: 1 });
  });

  test("a refused join, a failed attempt, a refused push: the client's own errors", async () => {
    const { url, server } = await serve();
    const results: unknown[] = [];
    const client = newClient(url, {
      async init(this: Client) {
        this.connect();
        await this.awaitConnect();
        this.join("room:a", { deny: true });
        results.push(await failureOf(this.awaitJoin("room:a")));
        this.join("room:a", {});
        await this.awaitJoin("room:a");
        results.push(await failureOf(this.awaitReply(this.push("room:a", "refuse"))));
        void this.disconnect();
        await this.awaitDisconnect();
        await server.close();
        this.connect();
        results.push(await failureOf(this.awaitConnect()));
      },
    });
    await client.start();
    expect(results.map((error) => (error as Error).constructor)).toEqual([
      JoinError,
      PushError,
      ConnectError,
    ]);
    expect(client.names).toEqual(["init"]);
  });

  test("a lost connection ends the waiting for joins and replies, and is told all the same", async () => {
    const { url } = await speak(async (speaker) => {
      await speaker.letIn();
      await speaker.hear();
      await speaker.hear();
      speaker.peer.end();
    });
    const client = await startClient(url, {
      async handleConnect(this: Client) {
        if (this.told("handleConnect").length > 1) return;
        this.join("room:a");
        await this.awaitJoin("room:a");
        this.join("room:b");
        const ref = this.push("room:a", "silent");
        failures.push(
          ...(await Promise.all([
            failureOf(this.awaitReply(ref)),
            failureOf(this.awaitJoin("room:b")),
          ])),
        );
      },
      handleDisconnect() {},
    });
    const failures: unknown[] = [];
    await client.until("handleDisconnect");
    expect(failures).toMatchObject([
      { name: "PushError", code: "disconnected" },
      { name: "JoinError", code: "disconnected" },
    ]);
  });

  test("a signal ends the waiting", async () => {
    const { url } = await serve();
    const client = await joinedClient(url);
    const abort = new AbortController();
    const waiting = client.awaitMessage("room:a", "said", { signal: abort.signal });
    abort.abort("enough");
    expect(await failureOf(waiting)).toMatchObject({ code: "aborted", cause: "enough" });
    const aborted = client.awaitDisconnect({ signal: AbortSignal.abort("before") });
    expect(await failureOf(aborted)).toMatchObject({ code: "aborted", cause: "before" });
  });

  test("one that nobody looks at is counted, and is no unhandled rejection", async () => {
    const { url } = await serve();
    const client = await joinedClient(url);
    void client.awaitReply("99");
    expect(client.stats.unobservedFailures).toBe(1);
  });
});

describe("no deadlock", () => {
  test("in every callback at once something of the connection may be awaited", async () => {
    const { port } = await serve();
    const relay = await relayTo(port);
    const echo = async (client: Client): Promise<unknown> =>
      client.awaitReply(client.push("room:a", "echo", "in"));
    const client = await startClient(relay.url, {
      async handleConnect(this: Client) {
        this.join("room:a");
        await this.awaitJoin("room:a");
        expect(await echo(this)).toBe("in");
        this.push("room:a", "say", {});
      },
      async handleMessage(this: Client) {
        expect(await echo(this)).toBe("in");
      },
      async handleReply(this: Client) {
        if (this.told("handleReply").length > 1) return;
        expect(await echo(this)).toBe("in");
        this.send("on");
      },
      async handleInfo(this: Client) {
        expect(await echo(this)).toBe("in");
        this.push("room:a", "crash", {}, { expects: "none" });
      },
      async handleTopicClose(this: Client) {
        this.rejoin("room:a");
        await this.awaitJoin("room:a");
        this.leave("room:a");
      },
      async handleLeave(this: Client) {
        this.join("room:a");
        await this.awaitJoin("room:a");
        this.continueWith("on");
      },
      async handleContinue(this: Client) {
        expect(await echo(this)).toBe("in");
        relay.cut();
      },
      async handleDisconnect(this: Client) {
        this.reconnect();
        await this.awaitConnect();
        this.join("room:a");
        await this.awaitJoin("room:a");
        expect(await echo(this)).toBe("in");
      },
      async terminate(this: Client) {
        expect(await echo(this)).toBe("in");
        void this.disconnect();
        expect(await this.awaitDisconnect()).toEqual({ type: "requested" });
      },
    });
    await client.until("handleDisconnect");
    client.cast("end");
    await client.until("handleCast");
    await client.stop();
    expect(await client.stopped).toEqual({ type: "stopped" });
    expect(client.names).toEqual([
      "init",
      "handleConnect",
      "handleMessage",
      "handleReply",
      "handleInfo",
      "handleTopicClose",
      "handleLeave",
      "handleContinue",
      "handleDisconnect",
      "handleCast",
      "terminate",
    ]);
  });

  test("with the mailbox full, too", async () => {
    const { url } = await serve();
    const client = await joinedClient(
      url,
      {
        async handleCall(this: Client) {
          this.push("room:a", "count", { to: 100 }, { expects: "none" });
          return this.awaitReply(this.push("room:a", "echo", "through"));
        },
      },
      { mailbox: { limit: 2 } },
    );
    expect(await client.call("go")).toBe("through");
    await client.until("handleMessage", 2);
    expect(client.told("handleMessage").map(([, , payload]) => payload)).toEqual([
      { n: 99 },
      { n: 100 },
    ]);
    expect(client.stats.droppedMessages).toBe(98);
  });

  test("a client that calls itself is told so in the end", async () => {
    const { url } = await serve();
    const client = await startClient(url, {
      handleCall(this: Client, request: string) {
        if (request === "inner") return "never";
        return failureOf(this.call("inner", { timeout: 5 }));
      },
    });
    expect(await client.call("outer")).toMatchObject({
      code: "timeout",
      message: expect.stringContaining("calling itself"),
    });
  });
});
