// More than a client can handle: what is dropped, what is refused, and what gets through all the same.
import { describe, expect, test } from "vitest";
import { joinedClient, startClient, type Client } from "../fixtures/clients.ts";
import { failureOf } from "../fixtures/failure.ts";
import { serve } from "../fixtures/servers.ts";
import { Log } from "../fixtures/sockets.ts";
import { MailboxFullError, OverflowError } from "../index.ts";

/** Lets the client take in all that the server has to say, while its callback runs. */
async function floodBehindACallback(client: Client, to: number): Promise<unknown> {
  client.push("room:a", "count", { to }, { expects: "none" });
  return client.awaitReply(client.push("room:a", "echo", "after the flood"));
}

const numbers = (client: Client): number[] =>
  client.told("handleMessage").map(([, , payload]) => (payload as { n: number }).n);

describe("what the server sends", () => {
  test("dropOldest, the default: the newest are handled, and the others are counted", async () => {
    const { url } = await serve();
    const client = await joinedClient(
      url,
      {
        handleInfo(this: Client) {
          return floodBehindACallback(this, 50);
        },
      },
      { mailbox: { limit: 10 } },
    );
    client.send("go");
    await client.until("handleMessage", 10);
    expect(numbers(client)).toEqual([41, 42, 43, 44, 45, 46, 47, 48, 49, 50]);
    expect(client.stats.droppedMessages).toBe(40);
  });

  test("dropNewest: the oldest are handled", async () => {
    const { url } = await serve();
    const client = await joinedClient(
      url,
      {
        handleInfo(this: Client) {
          return floodBehindACallback(this, 50);
        },
      },
      { mailbox: { limit: 3, overflow: "dropNewest" } },
    );
    client.send("go");
    await client.until("handleMessage", 3);
    expect(numbers(client)).toEqual([1, 2, 3]);
    expect(client.stats.droppedMessages).toBe(47);
  });

  test("leave: what waits is handled, and the topic is left", async () => {
    const { url } = await serve();
    const log = new Log();
    const client = await joinedClient(
      url,
      {
        async handleInfo(this: Client) {
          await failureOf(floodBehindACallback(this, 50));
        },
      },
      { mailbox: { limit: 3, overflow: "leave" }, logger: log },
    );
    client.send("go");
    await client.until("handleLeave");
    await client.until("handleMessage", 3);
    expect(numbers(client)).toEqual([1, 2, 3]);
    expect(client.isConnected()).toBe(true);
    expect(log.lines.some(([, message]) => message.includes("room:a is left"))).toBe(true);
  });

  test("close: the connection ends for that reason, and is made anew", async () => {
    const { url } = await serve();
    const client = await joinedClient(
      url,
      {
        async handleInfo(this: Client) {
          await failureOf(floodBehindACallback(this, 50));
        },
      },
      { mailbox: { limit: 3, overflow: "close" } },
    );
    client.send("go");
    await client.until("handleJoin", 2);
    expect(client.told("handleDisconnect")).toEqual([
      [{ type: "overflow", queue: "the mailbox of room:a" }],
    ]);
  });

  test("fail: the client ends, and says why", async () => {
    const { url } = await serve();
    const client = await joinedClient(
      url,
      {
        async handleInfo(this: Client) {
          await failureOf(floodBehindACallback(this, 50));
        },
      },
      { mailbox: { limit: 3, overflow: "fail" } },
    );
    client.send("go");
    expect(await client.stopped).toMatchObject({
      type: "crashed",
      callback: "handleMessage",
      error: expect.any(OverflowError),
    });
  });

  test("a flood on one topic costs no other its messages", async () => {
    const { url } = await serve();
    const client = await startClient(
      url,
      {
        async handleConnect(this: Client) {
          for (const topic of ["room:a", "room:b"]) {
            this.join(topic);
            await this.awaitJoin(topic);
          }
          this.push("room:b", "say", { n: -1 }, { expects: "none" });
          await floodBehindACallback(this, 50);
        },
      },
      { mailbox: { limit: 2 } },
    );
    await client.until("handleMessage", 3);
    expect(numbers(client)).toEqual([-1, 49, 50]);
  });

  test("while a topic is full, what became of things is told first: it does not wait for the flood", async () => {
    const { url } = await serve();
    const client = await joinedClient(
      url,
      {
        async handleInfo(this: Client) {
          const ref = this.push("room:a", "count", { to: 5 });
          await this.awaitReply(this.push("room:a", "echo"));
          expect(ref).toBe("1");
        },
      },
      { mailbox: { limit: 5 } },
    );
    client.send("go");
    await client.until("handleMessage", 5);
    expect(client.names.slice(-6)).toEqual([
      "handleReply",
      ...Array<string>(5).fill("handleMessage"),
    ]);
  });

  test("50,000 messages at a callback that is slow: bounded, and calls and pushes go on", async () => {
    const { url } = await serve(undefined, { maxQueued: 60_000, maxBuffered: 64 * 1024 * 1024 });
    let most = 0;
    const client = await joinedClient(
      url,
      {
        async handleMessage(this: Client) {
          most = Math.max(most, this.stats.waiting);
          await new Promise((resolve) => setImmediate(resolve));
        },
        handleCall: (request) => request,
      },
      { mailbox: { limit: 100 } },
    );
    const done = client.push("room:a", "count", { to: 50_000 });
    for (let n = 0; n < 20; n++) {
      client.push("room:a", "echo", n);
      expect(await client.call(n)).toBe(n);
    }
    await client.until("handleReply", 21);
    expect(client.told("handleReply").map(([ref]) => ref)).toContain(done);
    expect(most).toBeLessThanOrEqual(130);
    const handled = client.told("handleMessage").length;
    expect(handled + client.stats.droppedMessages + client.stats.waiting).toBe(50_000);
  });
});

describe("what the program sends", () => {
  test("too much is refused at once, and what waits is not lost", async () => {
    const { url } = await serve();
    let release: () => void = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const client = await startClient(
      url,
      { handleInfo: (message) => (message === "first" ? released : undefined) },
      { mailbox: { limit: 2 } },
    );
    client.send("first");
    await client.until("handleInfo");
    client.send("a");
    client.send("b");
    expect(() => client.send("c")).toThrow(MailboxFullError);
    expect(() => client.cast("c")).toThrow("mailbox.limit");
    expect(await failureOf(client.call("c"))).toMatchObject({ code: "mailboxFull", limit: 2 });
    release();
    await client.until("handleInfo", 3);
    expect(client.told("handleInfo").flat()).toEqual(["first", "a", "b"]);
    client.send("d");
  });

  test("a call that was given up is not handled any more", async () => {
    const { url } = await serve();
    let release: () => void = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const client = await startClient(url, { handleInfo: () => released, handleCall: () => 1 });
    client.send("hold");
    const abort = new AbortController();
    const given = client.call("a", { signal: abort.signal });
    const late = client.call("b", { timeout: 1 });
    abort.abort("changed my mind");
    expect(await failureOf(given)).toMatchObject({ code: "aborted", cause: "changed my mind" });
    expect(await failureOf(late)).toMatchObject({ code: "timeout" });
    release();
    expect(await client.call("c")).toBe(1);
    expect(client.told("handleCall").map(([request]) => request)).toEqual(["c"]);
  });

  test("many turns without a wait still let the sockets be read", async () => {
    const { url } = await serve();
    let answered = false;
    const client = await joinedClient(url, {
      handleContinue(this: Client) {
        // For as long as it takes: only a turn of the event loop brings the reply.
        if (!answered) this.continueWith("again");
      },
    });
    const reply = client.awaitReply(client.push("room:a", "echo", "x"));
    client.continueWith("on and on");
    expect(await reply).toBe("x");
    answered = true;
    client.send("last");
    await client.until("handleInfo");
  });
});
