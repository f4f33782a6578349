// P11: credentials that the server refuses are not offered again unless they differ.
import { accept, refuse } from "@slipstream/server";
import { describe, expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { serve } from "./fixtures/servers.ts";
import { Log, newSocket, turn, untilState } from "./fixtures/sockets.ts";
import { TestClock } from "./testing/index.ts";

const good = ({ authToken }: { authToken: string | null }): unknown =>
  authToken === "good" ? accept() : refuse(403);

describe("401 and 403", () => {
  test.each([401, 403])("%i: values cannot differ, so it is the end at once", async (status) => {
    const { url, asked } = await serve(() => refuse(status));
    const socket = newSocket(url, { authToken: "bad" });
    const error = await failureOf(socket.connect());
    expect(error).toMatchObject({
      code: "upgradeRejected",
      reason: { type: "upgradeRejected", status },
    });
    expect((error as Error).message).toContain("check params, authToken and headers");
    expect(asked.length).toBe(1);
  });

  test("functions that give the same again: asked once more, and dialled no more", async () => {
    const { url, asked } = await serve(good);
    let calls = 0;
    const authToken = (): string => {
      calls += 1;
      return "bad";
    };
    const socket = newSocket(url, { authToken });
    expect(await failureOf(socket.connect())).toMatchObject({ code: "upgradeRejected" });
    expect([calls, asked.length]).toEqual([2, 1]);
    const { attempts, endsByReason } = socket.stats.counters;
    expect([attempts, endsByReason.upgradeRejected]).toEqual([2, 2]);
  });

  test("functions that give others: dialled again, and let in", async () => {
    const { url, asked } = await serve(good);
    const tokens = ["bad", "worse", "good"];
    const socket = newSocket(url, { authToken: async () => tokens.shift() ?? "" });
    await socket.connect();
    expect(asked.map(({ authToken }) => authToken)).toEqual(["bad", "worse", "good"]);
  });

  test("functions that give others each time: five refusals in a row are the end", async () => {
    const { url, asked } = await serve(() => refuse(403));
    let signed = 0;
    const socket = newSocket(url, { authToken: () => `token ${(signed += 1)}` });
    expect(await failureOf(socket.connect())).toMatchObject({
      code: "upgradeRejected",
      reason: { status: 403 },
    });
    expect(asked.length).toBe(5);
    // Whoever asks anew is given as many tries again.
    expect(await failureOf(socket.connect())).toMatchObject({ code: "upgradeRejected" });
    expect(asked.length).toBe(10);
  });

  test("being let in makes the refusals count from 0", async () => {
    const { server, url } = await serve((_, index) => (index % 5 === 4 ? accept() : refuse(401)));
    let signed = 0;
    const socket = newSocket(url, { authToken: () => `token ${(signed += 1)}` });
    await socket.connect();
    server.disconnect("everyone");
    await untilState(socket, "waiting");
    await untilState(socket, "open");
    expect(socket.stats.counters.endsByReason.upgradeRejected).toBe(8);
  });

  test("params and headers count as much as the token", async () => {
    for (const name of ["params", "headers"] as const) {
      const { url, asked } = await serve((_, index) => (index === 0 ? refuse(401) : accept()));
      let value = 0;
      const socket = newSocket(url, { [name]: () => ({ value: String((value += 1)) }) });
      await socket.connect();
      expect(asked.length).toBe(2);
    }
  });

  test("other credentials that were never dialled with still count as others", async () => {
    const { url, asked } = await serve(good);
    // The second evaluation takes too long; its result comes during the third attempt.
    let late: (token: string) => void = () => {};
    const tokens = ["bad", new Promise<string>((resolve) => (late = resolve)), "good"];
    const clock = new TestClock();
    const socket = newSocket(url, {
      clock,
      connectTimeout: 300,
      authToken: () => tokens.shift() ?? "none left",
    });
    socket.onConnectionEnd(({ reason }) => {
      if (reason.type === "credentialsFailed") late("good");
    });
    const connecting = socket.connect();
    await untilState(socket, "waiting");
    await clock.advance(1);
    expect(tokens).toEqual(["good"]);
    await clock.advance(300);
    await clock.advance(1);
    await connecting;
    expect(asked.map(({ authToken }) => authToken)).toEqual(["bad", "good"]);
  });

  test("a function for reconnect decides alone", async () => {
    const { url, asked } = await serve((_, index) => (index < 2 ? refuse(403) : accept()));
    const socket = newSocket(url, { authToken: "the same", reconnect: () => 1 });
    await socket.connect();
    expect(asked.length).toBe(3);
  });
});

test("other refusals are tried again with the same credentials", async () => {
  const { url, asked } = await serve((_, index) => (index < 2 ? refuse(503) : accept()));
  const socket = newSocket(url, { authToken: "the same" });
  await socket.connect();
  expect(asked.length).toBe(3);
});

test("a refusal after it has been open: the end, told to the log, and connect() may try anew", async () => {
  let allowed = true;
  const { server, url } = await serve(() => (allowed ? accept() : refuse(403)));
  const socket = newSocket(url, { params: { user: "a" } });
  await socket.connect();
  allowed = false;
  server.disconnect("everyone");
  expect(await untilState(socket, "ended")).toMatchObject({
    reason: { type: "upgradeRejected", status: 403 },
  });
  allowed = true;
  await socket.connect();
  expect(socket.state.type).toBe("open");
});

test("a refusal that ends many channels is one line in the log", async () => {
  let allowed = true;
  const { server, url } = await serve(() => (allowed ? accept() : refuse(403)));
  const log = new Log();
  const socket = newSocket(url, { params: { user: "a" }, logger: log });
  await socket.connect();
  const rooms = await Promise.all([1, 2, 3].map((n) => socket.join(`room:${n}`)));
  allowed = false;
  server.disconnect("everyone");
  await untilState(socket, "ended");
  await turn();
  expect(rooms.map(({ state }) => state.type)).toEqual(["errored", "errored", "errored"]);
  const said = log.lines.filter(([level]) => level !== "debug");
  expect(said).toEqual([["error", expect.stringContaining("with 403"), expect.anything()]]);
  const [, line] = said[0]!;
  expect(line).toMatch(/^slipstream: gave up\. Not connected to /);
  expect(line).toMatch(/Nothing is tried again: call connect\(\) again with other credentials\.$/);
  expect(line.split("Not connected to")).toHaveLength(2);
});
