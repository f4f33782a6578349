// P10: sockets that share a source of credentials ask once where they ask at the same time.
import { expect, test } from "vitest";
import { relayTo, serve } from "./fixtures/servers.ts";
import { newSocket, untilState } from "./fixtures/sockets.ts";
import { shareCalls } from "./index.ts";

test("calls that overlap share one; what it gave is not kept", async () => {
  const answers: ((token: string) => void)[] = [];
  const token = shareCalls(() => new Promise<string>((resolve) => answers.push(resolve)));
  const first = [token(), token(), token()];
  expect(answers.length).toBe(1);
  answers[0]?.("one");
  expect(await Promise.all(first)).toEqual(["one", "one", "one"]);
  const second = token();
  expect(answers.length).toBe(2);
  answers[1]?.("two");
  expect(await second).toBe("two");
});

test("a failure is everybody's who shares it, and nobody's after that", async () => {
  let calls = 0;
  const token = shareCalls((): string => {
    calls += 1;
    if (calls === 1) throw new Error("no token today");
    return "t";
  });
  const results = await Promise.allSettled([token(), token()]);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(calls).toBe(1);
  expect(await token()).toBe("t");
});

test("a call that hangs is shared for its patience, and its late answer is no one else's", async () => {
  let now = 0;
  const clock = { now: () => now, setTimer: () => 0, clearTimer: () => {} };
  const answers: ((token: string) => void)[] = [];
  const token = shareCalls(() => new Promise<string>((resolve) => answers.push(resolve)), {
    clock,
    patience: 100,
  });
  const early = token();
  now = 99;
  void token();
  expect(answers.length).toBe(1);
  now = 100;
  const late = token();
  expect(answers.length).toBe(2);
  answers[0]?.("old");
  expect(await early).toBe("old");
  // The one that is under way is still the second.
  const third = token();
  expect(answers.length).toBe(2);
  answers[1]?.("new");
  expect(await Promise.all([late, third])).toEqual(["new", "new"]);
});

test("sockets that lost the same server ask once for all of them, and anew for each outage", async () => {
  const { port, asked } = await serve();
  const relay = await relayTo(port);
  let calls = 0;
  let give: (() => void)[] = [];
  const authToken = shareCalls(async () => {
    calls += 1;
    const token = `token ${calls}`;
    await new Promise<void>((resolve) => give.push(resolve));
    return token;
  });
  const sockets = [1, 2, 3].map(() => newSocket(relay.url, { authToken }));
  for (const round of [1, 2]) {
    if (round > 1) relay.cut();
    else for (const socket of sockets) void socket.connect();
    await Promise.all(sockets.map((socket) => untilState(socket, "connecting")));
    for (const resolve of give) resolve();
    give = [];
    await expect.poll(() => asked.length).toBe(3 * round);
    await Promise.all(sockets.map((socket) => untilState(socket, "open")));
    expect(calls).toBe(round);
  }
  expect(new Set(asked.map((request) => request.authToken))).toEqual(
    new Set(["token 1", "token 2"]),
  );
});
