// A callback that throws: the client ends in `terminate` with the reason, whoever waits is told, and
// it starts anew if its policy says so.
import { describe, expect, test } from "vitest";
import {
  joinedClient,
  newClient,
  startClient,
  type Client,
  type Doing,
} from "../fixtures/clients.ts";
import { failureOf } from "../fixtures/failure.ts";
import { serve } from "../fixtures/servers.ts";
import { Log } from "../fixtures/sockets.ts";
import { CallError, NotRunningError, type CallbackName } from "../index.ts";

class Odd extends Error {}

/** What leads to each callback of a client that has joined room:a. */
const LEADS: Partial<Record<CallbackName, (client: Client) => unknown>> = {
  handleDisconnect: (client) => client.disconnect(),
  handleMessage: (client) => client.push("room:a", "say", {}, { expects: "none" }),
  handleReply: (client) => client.push("room:a", "echo", {}),
  handleTopicClose: (client) => client.push("room:a", "crash", {}, { expects: "none" }),
  handleLeave: (client) => client.leave("room:a"),
  handleInfo: (client) => client.send("x"),
  handleCast: (client) => client.cast("x"),
  handleContinue: (client) => client.continueWith("x"),
  handleCall: (client) => void client.call("x").catch(() => {}),
  handleConnect: () => {},
  handleJoin: () => {},
};

describe("a callback throws", () => {
  for (const how of ["throws", "rejects"] as const) {
    test.each(Object.entries(LEADS))(
      `%s ${how}: terminate is called with the reason`,
      async (callback, lead) => {
        const { url } = await serve();
        const error = new Odd("as asked");
        const fails = (): Promise<never> => {
          if (how === "throws") throw error;
          return Promise.reject(error);
        };
        const log = new Log();
        const joining: Doing = {
          handleConnect(this: Client) {
            this.join("room:a");
          },
          [callback]: fails,
        };
        const client = await startClient(url, joining, { logger: log });
        if (callback !== "handleConnect" && callback !== "handleJoin")
          await client.until("handleJoin");
        lead(client);
        const reason = { type: "crashed", callback, error };
        expect(await client.stopped).toEqual(reason);
        expect(client.told("terminate")).toEqual([[reason]]);
        expect(client.names.at(-1)).toBe("terminate");
        expect(client.state).toEqual({ type: "stopped", reason });
        expect(log.lines.filter(([level]) => level === "error")).toEqual([
          ["error", `slipstream: ${callback} threw, and the client ends.`, error],
        ]);
      },
    );
  }

  test("init: start is rejected with it, and it is not tried again", async () => {
    const { url } = await serve();
    const error = new Odd("as asked");
    const client = newClient(
      url,
      {
        init() {
          throw error;
        },
      },
      { restart: [1] },
    );
    expect(await failureOf(client.start())).toBe(error);
    expect(client.state).toEqual({
      type: "stopped",
      reason: { type: "crashed", callback: "init", error },
    });
    expect(client.names).toEqual(["init", "terminate"]);
  });

  test("terminate: it is logged, and the connection is closed all the same", async () => {
    const { url, server } = await serve();
    const log = new Log();
    const client = await joinedClient(
      url,
      {
        terminate() {
          throw new Odd("as asked");
        },
      },
      { logger: log },
    );
    await client.stop("enough");
    expect(await client.stopped).toEqual({ type: "stopped", reason: "enough" });
    expect(log.lines).toContainEqual([
      "error",
      "slipstream: terminate threw while the client was ending.",
      expect.any(Odd),
    ]);
    await expect.poll(() => server.stats().live.websocket).toBe(0);
  });

  test("terminate may still push, await and disconnect", async () => {
    const { url } = await serve();
    const results: unknown[] = [];
    const client = await joinedClient(url, {
      handleInfo() {
        throw new Odd("as asked");
      },
      async terminate(this: Client) {
        results.push(await this.awaitReply(this.push("room:a", "echo", "bye")));
        results.push(await this.disconnect({ code: 4001, reason: "crashed" }));
      },
    });
    client.send("go");
    await client.stopped;
    expect(results).toEqual(["bye", { code: 4001, reason: "crashed", clean: true }]);
  });

  test("calls that wait are rejected with why, and what else waits is counted", async () => {
    const { url } = await serve();
    const error = new Odd("as asked");
    const client = await startClient(url, {
      handleInfo() {
        throw error;
      },
    });
    client.send("go");
    const call = client.call("never");
    client.cast("lost");
    client.send("lost");
    const failure = await failureOf(call);
    expect(failure).toBeInstanceOf(CallError);
    expect(failure).toMatchObject({ code: "crashed", cause: error });
    await client.stopped;
    expect(client.stats.lostMessages).toBe(2);
    expect(() => client.send("more")).toThrow(NotRunningError);
    expect(await failureOf(client.call("more"))).toBeInstanceOf(NotRunningError);
    expect(() => client.push("room:a", "echo")).toThrow(NotRunningError);
  });

  test("a call whose handler throws is rejected with what it threw as the cause", async () => {
    const { url } = await serve();
    const error = new Odd("as asked");
    const client = await startClient(url, {
      async handleCall() {
        throw error;
      },
    });
    expect(await failureOf(client.call("go"))).toMatchObject({ code: "crashed", cause: error });
    expect(await client.stopped).toMatchObject({ callback: "handleCall" });
  });
});

describe("restart", () => {
  test("a new life begins with the assigns as they were first, and joins anew", async () => {
    const { url } = await serve();
    const client = await joinedClient(
      url,
      {
        handleInfo(this: Client, message) {
          this.update("count", (count) => count + 1);
          if (message === "crash") throw new Odd("as asked");
        },
        handleCall(this: Client) {
          return this.assigns.count;
        },
      },
      { restart: [1] },
    );
    client.send("one");
    expect(await client.call("count")).toBe(1);
    client.send("crash");
    await client.until("handleJoin", 2);
    expect(await client.call("count")).toBe(0);
    expect(client.stats.restarts).toBe(1);
    expect(client.names).toEqual([
      "init",
      "handleConnect",
      "handleJoin",
      "handleInfo",
      "handleCall",
      "handleInfo",
      "terminate",
      "init",
      "handleConnect",
      "handleJoin",
      "handleCall",
    ]);
  });

  test("the last delay of a table is repeated, and the log says when it restarts", async () => {
    const { url } = await serve();
    const log = new Log();
    const client = await startClient(
      url,
      {
        handleConnect() {
          throw new Odd("as asked");
        },
      },
      { restart: [1, 2], logger: log },
    );
    await client.until("terminate", 4);
    await client.stop();
    const lines = log.lines.filter(([level]) => level === "error").map(([, line]) => line);
    const threw = "slipstream: handleConnect threw, and the client restarts in";
    expect(lines.slice(0, 4)).toEqual([1, 2, 2, 2].map((delay) => `${threw} ${delay} ms.`));
  });

  test("a policy that stops the client while it is asked: it ends", async () => {
    const { url } = await serve();
    const log = new Log();
    const client: Client = await startClient(
      url,
      {
        handleInfo() {
          throw new Odd("as asked");
        },
      },
      {
        restart: () => {
          void client.stop();
          return 1;
        },
        logger: log,
      },
    );
    client.send("crash");
    expect(await client.stopped).toEqual({ type: "stopped" });
    expect(client.told("terminate")).toMatchObject([[{ type: "crashed" }]]);
    expect(log.lines.filter(([level]) => level === "error").map(([, line]) => line)).toEqual([
      "slipstream: handleInfo threw, and the client ends.",
    ]);
  });

  test("the policy is asked how often it crashed in a row, and why; false ends it", async () => {
    const { url } = await serve();
    const asked: unknown[] = [];
    const client = await startClient(
      url,
      {
        handleConnect() {
          throw new Odd("as asked");
        },
      },
      {
        restart: (attempt, cause) => {
          asked.push([attempt, cause.type === "crashed" && cause.callback]);
          return attempt < 3 ? 1 : false;
        },
      },
    );
    expect(await client.stopped).toMatchObject({ type: "crashed", callback: "handleConnect" });
    expect(asked).toEqual([0, 1, 2, 3].map((attempt) => [attempt, "handleConnect"]));
    expect(client.stats.restarts).toBe(3);
  });

  test("an init that fails in a later life is tried again", async () => {
    const { url } = await serve();
    const client = await startClient(
      url,
      {
        init(this: Client) {
          if (this.told("init").length === 2) throw new Odd("as asked");
          this.connect();
        },
        handleInfo() {
          throw new Odd("as asked");
        },
      },
      { restart: [1] },
    );
    client.send("crash");
    await client.until("init", 3);
    await client.until("handleConnect");
    expect(client.stats).toMatchObject({ restarts: 2, unobservedFailures: 0 });
  });

  test("while it waits for the next life it takes nothing, and can be stopped", async () => {
    const { url } = await serve();
    const client = await startClient(
      url,
      {
        handleInfo() {
          throw new Odd("as asked");
        },
      },
      { restart: [60_000] },
    );
    client.send("crash");
    await expect.poll(() => client.state.type).toBe("restarting");
    expect(client.state).toMatchObject({ attempt: 0, delay: 60_000, cause: { type: "crashed" } });
    expect(() => client.send("x")).toThrow("The client is restarting.");
    await client.stop();
    expect(await client.stopped).toEqual({ type: "stopped" });
    expect(client.told("init")).toHaveLength(1);
  });

  test("stopping is no crash, and nothing follows", async () => {
    const { url } = await serve();
    const client = await joinedClient(url, {}, { restart: [1] });
    await client.stop();
    expect(client.state).toEqual({ type: "stopped", reason: { type: "stopped" } });
    expect(client.names.filter((name) => name === "init")).toHaveLength(1);
  });
});
