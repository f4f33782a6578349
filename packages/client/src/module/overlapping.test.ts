// Starts, stops and aborts that come while the client is ending, or waits for its next life: the last
// word counts, and whoever waits for it is told.
import { describe, expect, onTestFinished, test } from "vitest";
import { newClient, type Client, type Doing } from "../fixtures/clients.ts";
import { failureOf } from "../fixtures/failure.ts";
import { Log } from "../fixtures/sockets.ts";
import { TestServer } from "../testing/index.ts";
import type { SlipstreamOptions } from "../index.ts";

class Odd extends Error {}

/** A client that crashes when it is sent "crash", and takes a second of the test's time to terminate. */
function crasher(
  doing: Doing = {},
  options: Partial<SlipstreamOptions<{ count: number }>> = {},
): { readonly server: TestServer; readonly client: Client } {
  const server = new TestServer();
  const client = newClient(
    server.url,
    {
      init() {},
      handleInfo(message) {
        if (message === "crash") throw new Odd("as asked");
      },
      terminate: () =>
        new Promise<void>((resolve) => {
          server.clock.setTimer(1_000, resolve, undefined);
        }),
      ...doing,
    },
    { ...server.socketOptions, restart: [60_000], ...options },
  );
  onTestFinished(() => server.clock.advanceUntil(client.stop()));
  return { server, client };
}

/** The same, started, and its `terminate` runs after a crash. */
async function crashing(
  options: Partial<SlipstreamOptions<{ count: number }>> = {},
): Promise<ReturnType<typeof crasher>> {
  const made = crasher({}, options);
  await made.client.start();
  made.client.send("crash");
  await made.client.until("terminate");
  expect(made.client.state).toEqual({ type: "stopping" });
  return made;
}

describe("while a crashed life is ending", () => {
  test("stop: it does not start anew, and why it ended is the stop", async () => {
    const { server, client } = await crashing();
    const { stopped } = client;
    await server.clock.advanceUntil(Promise.all([client.stop("enough"), client.stop("again")]));
    expect(await stopped).toEqual({ type: "stopped", reason: "enough" });
    expect([client.told("init").length, client.stats.restarts]).toEqual([1, 0]);
    expect(server.clock.pending).toBe(0);
  });

  test("stop, where it would not have started anew: the crash is why it ended", async () => {
    const { server, client } = await crashing({ restart: false });
    await server.clock.advanceUntil(client.stop());
    expect(await client.stopped).toMatchObject({ type: "crashed", error: expect.any(Odd) });
  });

  test("an abort of the signal: the same", async () => {
    const abort = new AbortController();
    const { server, client } = await crashing({ signal: abort.signal });
    abort.abort("enough");
    const reason = await server.clock.advanceUntil(client.stopped);
    expect(reason).toEqual({ type: "aborted", cause: "enough" });
    expect(client.told("init")).toHaveLength(1);
  });

  test("start: it resolves when the next life has begun, and a stop takes it back", async () => {
    const { server, client } = await crashing();
    let begun = false;
    const starting = client.start().then(() => (begun = true));
    await server.clock.advance(60_000);
    expect([begun, client.state.type]).toEqual([false, "restarting"]);
    const also = client.start();
    await server.clock.advanceUntil(Promise.all([starting, also]));
    expect([client.state.type, client.told("init").length]).toEqual(["running", 2]);

    client.send("crash");
    await client.until("terminate", 2);
    const given = failureOf(client.start());
    const stopping = client.stop();
    expect(await given).toMatchObject({ name: "AwaitError", code: "stopped" });
    await server.clock.advanceUntil(stopping);
    expect(client.told("init")).toHaveLength(2);
  });
});

describe("while a client that was stopped is ending", () => {
  test("start: it begins anew behind the end, of which those are told who waited for it", async () => {
    const { server, client } = crasher();
    await client.start();
    const order: string[] = [];
    void client.stopped.then(({ type }) => order.push(`ended: ${type}`));
    void client.stop().then(() => order.push("stop"));
    const starting = client.start().then(() => order.push("start"));
    expect(client.state).toEqual({ type: "stopping" });
    await server.clock.advanceUntil(starting);
    expect(order).toEqual(["ended: stopped", "stop", "start"]);
    expect([client.state.type, client.told("init").length]).toEqual(["running", 2]);
    client.send("heard");
    await client.until("handleInfo");
  });

  test("start and stop in one breath, many times: the last word counts", async () => {
    const { server, client } = crasher();
    const words = [client.start(), client.stop(), client.start(), client.stop(), client.start()];
    const all = await server.clock.advanceUntil(Promise.allSettled(words));
    expect(all.map(({ status }) => status)).toEqual([
      "rejected",
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
    ]);
    expect([client.state.type, client.names]).toEqual(["running", ["init"]]);
  });

  test("an aborted signal ends what was to begin anew, and it can be told so", async () => {
    const abort = new AbortController();
    const { server, client } = crasher({}, { signal: abort.signal });
    await client.start();
    void client.stop();
    const before = failureOf(client.start());
    abort.abort("enough");
    expect(await before).toBe("enough");
    const behind = failureOf(client.start());
    expect(await server.clock.advanceUntil(behind)).toBe("enough");
    expect(client.told("init")).toHaveLength(1);
  });
});

test("a start that failed can be tried again at once", async () => {
  const { server, client } = crasher({
    init(this: Client) {
      if (this.told("init").length === 1) throw new Odd("as asked");
    },
  });
  const again = client.start().catch(() => client.start());
  await server.clock.advanceUntil(again);
  expect([client.state.type, client.told("init").length]).toEqual(["running", 2]);
});

describe("assigns that cannot be made", () => {
  /** Each start is told what comes of this. */
  function picky(...fails: readonly boolean[]): () => { count: number } {
    let made = 0;
    return () => {
      if (fails[made++] === true) throw new Odd("no assigns");
      return { count: made };
    };
  }

  test("at a start: it is rejected, nothing is called, and it can be started later", async () => {
    const { server, client } = crasher({}, { assigns: picky(true, false, true) });
    const error = await server.clock.advanceUntil(failureOf(client.start()));
    expect(error).toBeInstanceOf(Odd);
    await server.clock.advanceUntil(client.stop());
    expect(client.state).toEqual({
      type: "stopped",
      reason: { type: "crashed", callback: "init", error },
    });
    expect(client.heard).toEqual([]);
    await client.start();
    expect(client.assigns).toEqual({ count: 2 });
    await server.clock.advanceUntil(client.stop());
    expect(await server.clock.advanceUntil(failureOf(client.start()))).toBeInstanceOf(Odd);
    await server.clock.advanceUntil(client.stop());
    expect(client.assigns).toEqual({});
  });

  test("at a restart: it is tried again, as if init had thrown", async () => {
    const { server, client } = crasher({}, { assigns: picky(false, true, false) });
    await client.start();
    client.send("crash");
    await server.clock.advanceUntil(() => client.told("init").length === 2);
    expect([client.assigns, client.stats.restarts]).toEqual([{ count: 3 }, 2]);
  });
});

test("sendAfter into a mailbox that is full: lost, counted, and said once", async () => {
  const log = new Log();
  let goOn = (): void => {};
  const { server, client } = crasher(
    { handleInfo: () => new Promise<void>((resolve) => (goOn = resolve)) },
    { mailbox: { limit: 10 }, logger: log },
  );
  await client.start();
  for (let n = 0; n < 15; n++) client.sendAfter(10, n);
  await server.clock.advance(10);
  expect(client.stats).toMatchObject({ waiting: 9, lostMessages: 5 });
  const warnings = log.lines.filter(([level]) => level === "warn");
  expect(warnings.map(([, message]) => message)).toEqual([expect.stringContaining("sendAfter")]);
  client.doing.handleInfo = () => {};
  goOn();
  await client.until("handleInfo", 10);
  expect(client.state).toEqual({ type: "running" });
  await server.clock.advanceUntil(client.stop());
  expect(client.stats.lostMessages).toBe(5);
});
