// What each callback is told, and what it does by default, with a server that behaves.
import { accept } from "@slipstream/server";
import { describe, expect, test } from "vitest";
import { joinedClient, newClient, startClient, type Client } from "../fixtures/clients.ts";
import { relayTo, serve, speak } from "../fixtures/servers.ts";
import { REPLY_LATER } from "../index.ts";
import { Log } from "../fixtures/sockets.ts";

describe("connections", () => {
  test("init connects by default, and handleConnect is told", async () => {
    const { url } = await serve();
    const client = await startClient(url);
    expect(client.state).toEqual({ type: "running" });
    await client.until("handleConnect");
    expect(client.isConnected()).toBe(true);
    expect(client.names).toEqual(["init", "handleConnect"]);
  });

  test("start waits for an init that is async, and nothing is told before it is done", async () => {
    const { url } = await serve();
    const order: string[] = [];
    const client = newClient(url, {
      async init(this: Client) {
        this.connect();
        await this.awaitConnect();
        order.push("init done");
      },
      handleConnect() {
        order.push("connected");
      },
      handleInfo() {
        order.push("info");
      },
    });
    const started = client.start();
    client.send("ping");
    await started;
    await client.until("handleInfo");
    // The await took the news of the connection: nobody is told twice.
    expect(order).toEqual(["init done", "info"]);
  });

  test("a lost connection is told once, and connected again by default; nothing rejoins by itself", async () => {
    const { port } = await serve();
    const relay = await relayTo(port);
    const client = await startClient(relay.url, {
      handleConnect(this: Client) {
        if (this.told("handleConnect").length === 1) this.join("room:a");
      },
    });
    await client.until("handleJoin");
    relay.cut();
    await client.until("handleConnect", 2);
    expect(client.told("handleDisconnect")).toMatchObject([[{ type: "connectionLost" }]]);
    expect(client.told("handleTopicClose")).toEqual([]);
    expect(client.isJoined("room:a")).toBe(false);
    expect(client.joinStatus("room:a")).toBe("closed");
  });

  test("each attempt that fails is told, and is followed by the next", async () => {
    const { url } = await serve((_request, index) => {
      if (index < 2) throw new Error("not yet");
      return accept();
    });
    const client = await startClient(url);
    await client.until("handleConnect");
    expect(client.told("handleDisconnect")).toHaveLength(2);
    expect(client.told("handleDisconnect")).toMatchObject([
      [{ type: "upgradeRejected" }],
      [{ type: "upgradeRejected" }],
    ]);
  });

  test("a disconnect that was asked for is told, and stays", async () => {
    const { url } = await serve();
    const client = await startClient(url);
    await client.until("handleConnect");
    expect(await client.disconnect()).toMatchObject({ code: 1000, clean: true });
    expect(await client.until("handleDisconnect")).toEqual([[{ type: "requested" }]]);
    expect(client.isConnected()).toBe(false);
    client.reconnect();
    await client.until("handleConnect", 2);
  });

  test("disconnect and reconnect in one breath", async () => {
    const { url } = await serve();
    const client = await startClient(url);
    await client.until("handleConnect");
    void client.disconnect();
    client.reconnect();
    await client.until("handleConnect", 2);
    expect(client.told("handleDisconnect")).toEqual([[{ type: "requested" }]]);
  });
});

describe("topics", () => {
  test("join: told with the response; idempotent; it does nothing without a connection", async () => {
    const { url } = await serve();
    const client = newClient(url, { init() {} });
    await client.start();
    client.join("room:a", { n: 0 });
    expect(client.joinStatus("room:a")).toBe(undefined);
    client.connect();
    await client.until("handleConnect");
    client.join("room:a", { n: 1 });
    client.join("room:a", { n: 2 });
    expect(client.joinStatus("room:a")).toBe("requested");
    await client.until("handleJoin");
    client.join("room:a", { n: 3 });
    expect(client.isJoined("room:a")).toBe(true);
    client.push("room:a", "echo", "over");
    await client.until("handleReply");
    expect(client.told("handleJoin")).toEqual([["room:a", { n: 1 }]]);
  });

  test("params may be a function, called for each join", async () => {
    const { url } = await serve();
    let calls = 0;
    const client = await startClient(url, {
      handleConnect() {
        this.join("room:a", async () => ({ n: ++calls }));
      },
    });
    await client.until("handleJoin");
    client.push("room:a", "crash");
    await client.until("handleJoin", 2);
    expect(client.told("handleJoin")).toEqual([
      ["room:a", { n: 1 }],
      ["room:a", { n: 2 }],
    ]);
  });

  test("a channel that crashes or is closed is told, and joined again by default", async () => {
    const { url } = await serve();
    const client = await joinedClient(url);
    client.push("room:a", "crash", {}, { expects: "none" });
    await client.until("handleJoin", 2);
    client.push("room:a", "close", {}, { expects: "none" });
    await client.until("handleJoin", 3);
    expect(client.told("handleTopicClose")).toEqual([
      ["room:a", { type: "crashed" }],
      ["room:a", { type: "closed" }],
    ]);
    expect(client.told("handleDisconnect")).toEqual([]);
  });

  test("a refused join is told, and stands by default; rejoin tries again all the same", async () => {
    const { url } = await serve();
    const log = new Log();
    const client = await startClient(
      url,
      {
        handleConnect() {
          this.join("room:a", { deny: true });
        },
      },
      { logger: log },
    );
    const [told] = await client.until("handleTopicClose");
    expect(told).toEqual([
      "room:a",
      { type: "refused", status: "error", response: { reason: "unauthorized" } },
    ]);
    expect(log.lines.map(([level]) => level)).toContain("warn");
    expect(client.joinStatus("room:a")).toBe("closed");
    client.rejoin("room:a");
    await client.until("handleTopicClose", 2);
    client.rejoin("room:a", {});
    await client.until("handleJoin");
  });

  test("rejoin of what was never joined throws, and after a lost connection it is at once", async () => {
    const { port } = await serve();
    const relay = await relayTo(port);
    const client = await startClient(
      relay.url,
      {
        handleConnect(this: Client) {
          if (this.told("handleConnect").length === 1) this.join("room:a", { n: 1 });
          else this.rejoin("room:a");
        },
      },
      { rejoin: [60_000] },
    );
    await client.until("handleJoin");
    expect(() => client.rejoin("room:b")).toThrow("joined before");
    relay.cut();
    await client.until("handleJoin", 2);
    expect(client.told("handleJoin")[1]).toEqual(["room:a", { n: 1 }]);
  });

  test("leave: told when the server agrees, and nothing is delivered from the call on", async () => {
    const { url } = await serve();
    const client = await joinedClient(url);
    client.push("room:a", "count", { to: 5 });
    client.leave("room:a");
    await client.until("handleLeave");
    expect(client.told("handleLeave")).toEqual([["room:a"]]);
    expect(client.told("handleMessage")).toEqual([]);
    expect(client.told("handleReply")).toMatchObject([["1", { type: "failed", code: "left" }]]);
    expect(client.joinStatus("room:a")).toBe(undefined);
    client.leave("room:a");
    client.join("room:a");
    await client.until("handleJoin", 2);
  });

  test("a join while a leave is under way comes after it", async () => {
    const { url } = await serve();
    const client = await joinedClient(url);
    client.leave("room:a");
    client.join("room:a");
    await client.until("handleJoin", 2);
    expect(client.names.slice(-2)).toEqual(["handleLeave", "handleJoin"]);
  });

  test("topics that were not joined for two connections are forgotten", async () => {
    const { port } = await serve();
    const relay = await relayTo(port);
    const client = await startClient(relay.url, {
      handleConnect(this: Client) {
        if (this.told("handleConnect").length === 1) this.join("room:a");
      },
    });
    await client.until("handleJoin");
    relay.cut();
    await client.until("handleConnect", 2);
    expect(client.joinStatus("room:a")).toBe("closed");
    relay.cut();
    await client.until("handleConnect", 3);
    expect(client.joinStatus("room:a")).toBe(undefined);
  });
});

describe("pushes and messages", () => {
  test("each push has one outcome, told under its ref", async () => {
    const { url } = await serve();
    const client = await joinedClient(url);
    const refs = [
      client.push("room:a", "echo", { a: 1 }),
      client.push("room:a", "refuse", { b: 2 }),
      client.push("room:a", "silent", {}, { timeout: 20 }),
      client.push("room:b", "echo"),
    ];
    expect(new Set(refs).size).toBe(4);
    await client.until("handleReply", 4);
    expect(Object.fromEntries(client.told("handleReply") as [string, unknown][])).toEqual({
      [refs[0]!]: { type: "ok", response: { a: 1 } },
      [refs[1]!]: { type: "refused", status: "error", response: { b: 2 } },
      [refs[2]!]: { type: "failed", code: "timeout", sent: true },
      [refs[3]!]: { type: "failed", code: "notJoined", sent: false },
    });
  });

  test("a push that expects no reply is told only if it fails", async () => {
    const { url } = await serve();
    const client = await joinedClient(url);
    client.push("room:a", "echo", 1, { expects: "none" });
    const failing = client.push("room:b", "echo", 1, { expects: "none" });
    const last = client.push("room:a", "echo", 2);
    await client.until("handleReply", 2);
    expect(client.told("handleReply")).toEqual([
      [failing, { type: "failed", code: "notJoined", sent: false }],
      [last, { type: "ok", response: 2 }],
    ]);
  });

  test("messages and replies are told in the order in which they came", async () => {
    const { url } = await serve();
    const client = await joinedClient(url);
    for (let n = 1; n <= 20; n++) client.push("room:a", "say", n);
    await client.until("handleReply", 20);
    const heard = client.heard.slice(-40).map(([name, ...told]) => [name, told.at(-1)]);
    expect(heard).toEqual(
      Array.from({ length: 20 }, (_, index) => [
        ["handleMessage", index + 1],
        ["handleReply", { type: "ok", response: {} }],
      ]).flat(),
    );
  });

  test("one at a time: an async callback is waited for, whatever comes meanwhile", async () => {
    const { url } = await serve();
    let running = 0;
    let most = 0;
    const slow = async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };
    const client = await joinedClient(url, {
      handleMessage: slow,
      handleReply: slow,
      handleInfo: slow,
    });
    client.push("room:a", "count", { to: 30 });
    for (let n = 0; n < 10; n++) client.send(n);
    await client.until("handleReply");
    expect(
      client.told("handleMessage").map(([, , payload]) => (payload as { n: number }).n),
    ).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(client.told("handleInfo").flat()).toEqual([...Array.from({ length: 10 }).keys()]);
    expect(most).toBe(1);
  });

  test("messages right behind the answer to the join are told after it", async () => {
    const { url } = await speak(async (speaker) => {
      await speaker.letIn({ welcome: true });
      await speaker.say(null, null, "room:a", "n", { n: 1 });
      await speaker.say("1", null, "room:a", "n", { n: 2 });
    });
    const client = await startClient(url, {
      handleConnect() {
        this.join("room:a");
      },
    });
    await client.until("handleMessage", 2);
    expect(client.names).toEqual([
      "init",
      "handleConnect",
      "handleJoin",
      "handleMessage",
      "handleMessage",
    ]);
  });
});

describe("the rest of the program", () => {
  test("send, cast and call, in the order in which they were made", async () => {
    const { url } = await serve();
    const client = await startClient(url, {
      handleCall(request: number) {
        return request * 2;
      },
    });
    client.send("a");
    client.cast("b");
    const answer = client.call(21);
    client.send("c");
    expect(await answer).toBe(42);
    await client.until("handleInfo", 2);
    const heard = client.heard.filter(([name]) => /Info|Cast|Call/.test(name));
    expect(heard.map(([name, told]) => [name, told])).toEqual([
      ["handleInfo", "a"],
      ["handleCast", "b"],
      ["handleCall", 21],
      ["handleInfo", "c"],
    ]);
  });

  test("what nobody handles is logged without what it holds, and changes nothing", async () => {
    const { url } = await serve();
    const log = new Log();
    const client = await joinedClient(url, {}, { logger: log });
    client.send("secret-info");
    client.cast("secret-cast");
    client.continueWith("secret-continue");
    await expect(client.call("secret-call")).rejects.toMatchObject({ code: "unhandled" });
    client.push("room:a", "say", "secret-payload");
    await client.until("handleMessage");
    const warnings = log.lines.map(([, message]) => message);
    for (const name of ["handleInfo", "handleCast", "handleContinue", "handleMessage"]) {
      expect(warnings.some((message) => message.includes(`has no ${name}`))).toBe(true);
    }
    expect(JSON.stringify(log.lines)).not.toContain("secret");
    expect(client.state.type).toBe("running");
  });

  test("continueWith: right after the callback, before anything that waits", async () => {
    const { url } = await serve();
    const client = newClient(url, {
      init() {
        this.continueWith(1);
        this.continueWith(2);
      },
      handleContinue(this: Client, n: number) {
        if (n < 3) this.continueWith(n + 2);
      },
      handleInfo() {},
    });
    const started = client.start();
    client.send("later");
    await started;
    await client.until("handleInfo");
    expect(client.heard.map(([name, told]) => [name, told])).toEqual([
      ["init", undefined],
      ["handleContinue", 1],
      ["handleContinue", 2],
      ["handleContinue", 3],
      ["handleContinue", 4],
      ["handleInfo", "later"],
    ]);
  });

  test("an answer may come later, from another callback", async () => {
    const { url } = await serve();
    const client = await joinedClient(url, {
      handleCall(this: Client, request: unknown, caller: { reply(answer: unknown): void }) {
        const ref = this.push("room:a", "echo", request);
        callers.set(ref, caller);
        return REPLY_LATER;
      },
      handleReply(ref: string, reply: { response: unknown }) {
        callers.get(ref)?.reply(reply.response);
      },
    });
    const callers = new Map<string, { reply(answer: unknown): void }>();
    expect(await Promise.all([client.call("a"), client.call("b")])).toEqual(["a", "b"]);
  });

  test("assigns are kept, updated, and checked", async () => {
    const { url } = await serve();
    const client = await startClient(url);
    expect(client.assigns).toEqual({ count: 0 });
    client.update("count", (count) => count + 1);
    client.assign({ words: ["x"] });
    expect(client.assigns).toEqual({ count: 1, words: ["x"] });
    expect(() => client.update("nope" as "count", () => 1)).toThrow("There are count, words");
  });

  test("sendAfter: a message to itself, which can be taken back", async () => {
    const { url } = await serve();
    const client = await startClient(url);
    const cancel = client.sendAfter(1, "never");
    cancel();
    client.sendAfter(2, "later");
    expect(await client.until("handleInfo")).toEqual([["later"]]);
  });
});
