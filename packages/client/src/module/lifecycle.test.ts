// Starting and stopping: what is waited for, what is not, and that nothing is left behind.
import { describe, expect, test } from "vitest";
import type { Clock } from "../clock.ts";
import { joinedClient, newClient, startClient, type Client } from "../fixtures/clients.ts";
import { failureOf } from "../fixtures/failure.ts";
import { serve, speakOnly } from "../fixtures/servers.ts";
import { Log } from "../fixtures/sockets.ts";
import { NotRunningError, OptionError, Slipstream } from "../index.ts";

/** A promise, and the function that resolves it. */
function latch(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/** The system's clock, whose timers of more than a second ring at once when they are told to. */
function impatient(): { readonly clock: Clock; readonly ring: () => void } {
  const set = new Map<object, () => void>();
  return {
    clock: {
      now: () => performance.now() + hurried,
      setTimer(delay, wake, subject) {
        if (delay < 1_000) return setTimeout(wake, delay, subject);
        const timer = {};
        set.set(timer, () => wake(subject));
        return timer;
      },
      clearTimer(timer) {
        if (typeof timer === "object" && set.delete(timer)) return;
        clearTimeout(timer as ReturnType<typeof setTimeout>);
      },
    },
    ring: () => {
      hurried += 10_000;
      const all = [...set.values()];
      set.clear();
      for (const wake of all) wake();
    },
  };
}
let hurried = 0;

describe("starting", () => {
  test("twice is once; after the end it can be started again", async () => {
    const { url } = await serve();
    const client = newClient(url);
    expect(client.state).toEqual({ type: "idle" });
    await Promise.all([client.start(), client.start()]);
    await client.start();
    await client.until("handleConnect");
    expect(client.told("init")).toHaveLength(1);
    const first = client.stopped;
    await client.stop(1);
    expect(await first).toEqual({ type: "stopped", reason: 1 });
    await client.start();
    await client.until("handleConnect", 2);
    await client.stop(2);
    expect(await client.stopped).toEqual({ type: "stopped", reason: 2 });
  });

  test("before that, everything says that it does not run", async () => {
    const client = newClient("ws://127.0.0.1:9/socket");
    expect(() => client.connect()).toThrow(NotRunningError);
    expect(() => client.send(1)).toThrow("The client is idle. Call start() first");
    expect(await failureOf(client.call(1))).toBeInstanceOf(NotRunningError);
    await client.stop();
    expect(client.state).toEqual({ type: "idle" });
  });

  test("options that cannot be used are refused by name", () => {
    const make = (options: object): unknown => newClient("ws://h/socket", {}, options);
    const refused = [
      [{ mailbox: { limit: 0 } }, "mailbox.limit"],
      [{ mailbox: { overflow: "burst" } }, "mailbox.overflow"],
      [{ restart: true }, "restart"],
      [{ shutdownTimeout: -1 }, "shutdownTimeout"],
      [{ assigns: 5 }, "assigns"],
    ] as const;
    for (const [options, name] of refused) {
      expect(() => make(options)).toThrow(OptionError);
      expect(() => make(options)).toThrow(`The option ${name} cannot`);
    }
    const unknown = [
      [{ mailbox: { size: 1 } }, "mailbox.size"],
      [{ pushTimeOut: 5 }, "pushTimeOut"],
    ] as const;
    for (const [options, name] of unknown) {
      expect(() => make(options)).toThrow(OptionError);
      expect(() => make(options)).toThrow(`There is no option ${name}.`);
    }
  });

  test("a class of the user's needs nothing but what it is for", async () => {
    const { url } = await serve();
    const heard: unknown[] = [];
    class Small extends Slipstream {
      override handleConnect(): void {
        this.join("room:a", { welcome: 2 });
      }
      override handleMessage(topic: string, event: string, payload: unknown): void {
        heard.push([topic, event, payload]);
        if (heard.length === 2) void this.stop("heard all");
      }
    }
    const small = new Small(url);
    await small.start();
    expect(await small.stopped).toEqual({ type: "stopped", reason: "heard all" });
    expect(heard).toEqual([
      ["room:a", "welcome", { n: 1 }],
      ["room:a", "welcome", { n: 2 }],
    ]);
  });
});

describe("stopping", () => {
  test("the callback that runs is waited for, then terminate is called, then the connection is closed", async () => {
    const { url, server } = await serve();
    const { open, opened } = latch();
    const order: string[] = [];
    const client = await joinedClient(url, {
      async handleInfo() {
        await opened;
        order.push("callback done");
      },
      terminate() {
        order.push("terminate");
        expect(server.stats().live.websocket).toBe(1);
      },
    });
    client.send("go");
    await client.until("handleInfo");
    client.send("never");
    const stopping = client.stop().then(() => order.push("stopped"));
    expect(client.state).toEqual({ type: "stopping" });
    open();
    await stopping;
    expect(order).toEqual(["callback done", "terminate", "stopped"]);
    expect(client.told("handleInfo")).toEqual([["go"]]);
    await expect.poll(() => server.stats().live.websocket).toBe(0);
  });

  test("what a callback awaits is ended at once, and what it awaits from then on", async () => {
    const { url } = await serve();
    const codes: unknown[] = [];
    const client = await joinedClient(url, {
      async handleInfo(this: Client) {
        const first = failureOf(this.awaitMessage("room:a", "never", { timeout: Infinity }));
        codes.push(await first, await failureOf(this.awaitDisconnect()));
      },
    });
    client.send("go");
    await client.until("handleInfo");
    await client.stop();
    expect(codes).toMatchObject([{ code: "stopped" }, { code: "stopped" }]);
    expect(await client.stopped).toEqual({ type: "stopped" });
  });

  test("a callback may stop its own client, and may even await that", async () => {
    const { url } = await serve();
    const { clock, ring } = impatient();
    const client = await joinedClient(
      url,
      {
        async handleInfo(this: Client) {
          const stopping = this.stop("by itself");
          ring();
          await stopping;
        },
      },
      { clock },
    );
    client.send("go");
    expect(await client.stopped).toEqual({ type: "stopped", reason: "by itself" });
    expect(client.told("terminate")).toHaveLength(1);
  });

  test("a callback and a terminate that never end are waited for as long as shutdownTimeout says", async () => {
    const { url, server } = await serve();
    const { clock, ring } = impatient();
    const log = new Log();
    const never = (): Promise<never> => new Promise(() => {});
    const client = await joinedClient(
      url,
      { handleInfo: never, terminate: never },
      { clock, logger: log },
    );
    client.send("go");
    await client.until("handleInfo");
    const stopping = client.stop();
    await Promise.resolve();
    ring();
    await client.until("terminate");
    ring();
    await stopping;
    expect(log.lines.filter(([level]) => level === "warn").map(([, message]) => message)).toEqual([
      "slipstream: The callback that was running did not end within 5000 ms, and is not waited for any longer.",
      "slipstream: terminate did not end within 5000 ms, and is not waited for any longer.",
    ]);
    await expect.poll(() => server.stats().live.websocket).toBe(0);
  });

  test("by a signal", async () => {
    const { url } = await serve();
    const abort = new AbortController();
    const client = await joinedClient(url, {}, { signal: abort.signal });
    abort.abort("enough");
    const reason = { type: "aborted", cause: "enough" };
    expect(await client.stopped).toEqual(reason);
    expect(client.told("terminate")).toEqual([[reason]]);
    expect(await failureOf(client.start())).toBe("enough");
    expect(client.told("init")).toHaveLength(1);
  });

  test("by `await using`, as far as the runtime has it", async () => {
    const { url } = await serve();
    const client = await startClient(url);
    await client[Symbol.asyncDispose]();
    expect(client.state).toEqual({ type: "stopped", reason: { type: "stopped" } });
  });

  test("while it connects, while it waits to reconnect, and in init", async () => {
    const { url } = await speakOnly(() => new Promise(() => {}));
    const connecting = newClient(url);
    await connecting.start();
    await connecting.stop();

    const waiting = newClient("ws://127.0.0.1:1/socket", {}, { reconnect: [60_000] });
    await waiting.start();
    await waiting.until("handleDisconnect");
    await waiting.stop();
    expect(waiting.told("handleDisconnect")).toMatchObject([[{ type: "connectFailed" }]]);

    const { opened } = latch();
    const starting = newClient(url, { init: () => opened }, { shutdownTimeout: 1 });
    const started = failureOf(starting.start());
    await starting.until("init");
    await starting.stop();
    expect(await started).toMatchObject({ code: "stopped" });
  });

  test("100 clients that start and stop at odd moments leave nothing", async () => {
    const { url, server } = await serve();
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const client = newClient(url, {
          handleConnect(this: Client) {
            this.join("room:a");
          },
        });
        const started = client.start();
        if (index % 4 > 0) await started;
        if (index % 4 > 1) await client.until("handleConnect");
        if (index % 4 > 2) await client.until("handleJoin");
        started.catch(() => {});
        await client.stop();
      }),
    );
    await expect.poll(() => server.stats().live).toMatchObject({ websocket: 0, channel: 0 });
  });
});
