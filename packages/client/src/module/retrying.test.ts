// Coming back at the program's word: delays by attempt and cause, credentials that were refused, and
// what is taken back.
import { MAX_REFUSALS } from "@slipstream/core";
import { accept, refuse } from "@slipstream/server";
import { describe, expect, test } from "vitest";
import type { Clock } from "../clock.ts";
import { startClient, newClient, type Client } from "../fixtures/clients.ts";
import { failureOf } from "../fixtures/failure.ts";
import { serve } from "../fixtures/servers.ts";
import { Log } from "../fixtures/sockets.ts";
import { SLIPSTREAM_RECONNECT, SLIPSTREAM_REJOIN } from "../index.ts";

/** The system's clock, on which delays of this many ms or more pass at once, and are written down. */
function hurried(least: number): { readonly clock: Clock; readonly delays: number[] } {
  const delays: number[] = [];
  let skipped = 0;
  return {
    delays,
    clock: {
      now: () => performance.now() + skipped,
      setTimer(delay, wake, subject) {
        if (delay < least || delay > 5_500) return setTimeout(wake, delay, subject);
        delays.push(delay);
        return setTimeout(() => {
          skipped += delay;
          wake(subject);
        }, 1);
      },
      clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
    },
  };
}

describe("reconnect", () => {
  test("delays follow the table, attempt by attempt", async () => {
    const { url } = await serve((_request, index) => (index < 5 ? refuse(503) : accept()));
    const asked: [number, string][] = [];
    const client = newClient(
      url,
      {},
      {
        reconnect: (attempt, cause) => {
          asked.push([attempt, cause.type]);
          return SLIPSTREAM_RECONNECT[attempt]! / 10;
        },
      },
    );
    await client.start();
    await client.until("handleConnect");
    expect(asked).toEqual([0, 1, 2, 3, 4].map((attempt) => [attempt, "upgradeRejected"]));
  });

  test("a table as it is", async () => {
    const { url } = await serve((_request, index) => (index < 4 ? refuse(503) : accept()));
    const { clock, delays } = hurried(100);
    const client = newClient(
      url,
      {},
      {
        reconnect: [100, 101, 102],
        params: () => ({ nonce: Math.random() }),
        clock,
      },
    );
    await client.start();
    await client.until("handleConnect");
    expect(delays.map(Math.round)).toEqual([100, 101, 102, 102]);
  });

  test("refused credentials are not offered again unless they differ; then the client ends", async () => {
    const { url, asked } = await serve(() => refuse(403));
    const log = new Log();
    // A restart is for crashes: it would offer them again.
    const options = { params: { token: "t" }, restart: [1], logger: log };
    const fixed = newClient(url, {}, options);
    await fixed.start();
    const reason = await fixed.stopped;
    expect(reason).toMatchObject({
      type: "gaveUp",
      error: { name: "ConnectError", code: "upgradeRejected", reason: { status: 403 } },
    });
    expect(fixed.told("terminate")).toEqual([[reason]]);
    expect(fixed.stats.restarts).toBe(0);
    expect(log.lines.filter(([level]) => level === "error")).toEqual([
      ["error", expect.stringMatching(/^slipstream: the client ends\. .* with 403\./), undefined],
    ]);
    expect(asked).toHaveLength(1);

    let calls = 0;
    const stale = newClient(url, {}, { params: () => ({ token: `t${Math.min(++calls, 3)}` }) });
    await stale.start();
    await stale.stopped;
    expect(asked).toHaveLength(1 + 3);
    expect(stale.told("handleDisconnect")).toHaveLength(4);

    const signed = newClient(url, {}, { params: () => ({ token: `t${++calls}` }), restart: [1] });
    await signed.start();
    expect(await signed.stopped).toMatchObject({ type: "gaveUp" });
    expect(asked).toHaveLength(1 + 3 + MAX_REFUSALS);
  });

  test("a policy that says no more ends the client as gaveUp, unless the program catches it", async () => {
    const { url } = await serve(() => refuse(503));
    const reconnect = (attempt: number): number | false => attempt < 1 && 1;
    const left = newClient(url, {}, { reconnect });
    await left.start();
    expect(await left.stopped).toMatchObject({
      type: "gaveUp",
      error: { code: "upgradeRejected" },
    });
    const caught: unknown[] = [];
    const client = await startClient(
      url,
      {
        handleDisconnect(this: Client) {
          try {
            this.reconnect();
          } catch (error) {
            caught.push(error);
          }
        },
      },
      { reconnect },
    );
    await client.until("handleDisconnect", 2);
    client.send("still there");
    await client.until("handleInfo");
    expect(caught).toMatchObject([{ code: "upgradeRejected" }]);
  });

  test("an init that gives up rejects the start with the ConnectError", async () => {
    const { url } = await serve(() => refuse(403));
    const client = newClient(url, {
      async init(this: Client) {
        this.connect();
        await this.awaitDisconnect();
        this.reconnect();
      },
    });
    expect(await failureOf(client.start())).toMatchObject({ name: "ConnectError" });
    expect(await client.stopped).toMatchObject({ type: "gaveUp" });
  });

  test("a delay that waits is one, and is taken back by connect and by stop", async () => {
    const { url } = await serve((_request, index) => (index < 1 ? refuse(503) : accept()));
    const client = await startClient(
      url,
      {
        handleDisconnect(this: Client) {
          this.reconnect();
          this.reconnect();
        },
      },
      { reconnect: () => 60_000 },
    );
    await client.until("handleDisconnect");
    client.connect();
    await client.until("handleConnect");
    client.connect();
    client.reconnect();
    expect(client.told("handleConnect")).toHaveLength(1);
  });
});

describe("rejoin", () => {
  test("delays follow Slipstream's table, and count by topic", async () => {
    const { url } = await serve();
    const { clock, delays } = hurried(90);
    const client = await startClient(
      url,
      {
        handleConnect(this: Client) {
          this.join("room:a", { crash: true });
        },
        handleTopicClose(this: Client, topic: string) {
          if (this.told("handleTopicClose").length <= 5) this.rejoin(topic);
          else if (topic === "room:a") this.join("room:b", { deny: true });
          if (topic === "room:b" && this.told("handleTopicClose").length <= 7) this.rejoin(topic);
        },
      },
      { clock, rejoin: SLIPSTREAM_REJOIN },
    );
    await client.until("handleTopicClose", 7);
    await expect.poll(() => delays.length).toBeGreaterThanOrEqual(6);
    expect(delays.slice(0, 6).map(Math.round)).toEqual([100, 500, 1_000, 2_000, 5_000, 100]);
  });

  test("a function is asked with the attempt and the cause, and may say never", async () => {
    const { url } = await serve();
    const asked: unknown[] = [];
    const client = await startClient(
      url,
      {
        handleConnect(this: Client) {
          this.join("room:a", { deny: true });
        },
        handleTopicClose(this: Client, topic: string) {
          this.rejoin(topic);
        },
      },
      {
        rejoin: (attempt, cause) => {
          asked.push([attempt, cause.type]);
          return attempt < 2 ? 1 : false;
        },
      },
    );
    await client.until("handleTopicClose", 3);
    client.send("x");
    await client.until("handleInfo");
    expect(asked).toEqual([
      [0, "refused"],
      [1, "refused"],
      [2, "refused"],
    ]);
    expect(client.joinStatus("room:a")).toBe("closed");
  });

  test("one that waits is taken back by a leave and by the end of the connection", async () => {
    const { url } = await serve();
    const client = await startClient(
      url,
      {
        handleConnect(this: Client) {
          if (this.told("handleConnect").length === 1) this.join("room:a", { deny: true });
        },
        handleTopicClose(this: Client, topic: string) {
          this.rejoin(topic);
          this.rejoin(topic);
        },
      },
      { rejoin: [60_000] },
    );
    await client.until("handleTopicClose");
    client.leave("room:a");
    expect(client.joinStatus("room:a")).toBe(undefined);
    client.join("room:b", { deny: true });
    await client.until("handleTopicClose", 2);
    void client.disconnect();
    client.reconnect();
    await client.until("handleConnect", 2);
    expect(client.told("handleTopicClose")).toHaveLength(2);
    expect(client.joinStatus("room:b")).toBe("closed");
  });
});
