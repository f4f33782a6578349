// P25, with real processes, sockets and the kernel's own table: what each imitation leaves behind is
// found, our client leaves nothing, in either order; each end has its reason.
import { expect, test } from "vitest";
import { kernelSockets } from "@slipstream/faults";
import {
  ClientUnusableError,
  CUTOVER_DEFAULTS,
  runCutover,
  ServerUnusableError,
  type CutoverEvent,
  type CutoverOptions,
  type CutoverResult,
  // What npm run build made: the processes run what is published.
} from "@slipstream/lab";

const PATIENCE = 300_000;

/** Few lives a second: the tests of this file run beside one another. */
function run(
  options: Partial<CutoverOptions>,
  tell: (event: CutoverEvent) => void = () => {},
): Promise<CutoverResult> {
  const all = { ...CUTOVER_DEFAULTS, seconds: 12, rate: 5, ...options };
  return runCutover(all, tell, new AbortController().signal);
}

const hasKernelTable = kernelSockets(1) !== undefined;

test.concurrent(
  "each order of clients is run, in a fresh server: the imitation's zombies are its own, ours has none",
  async () => {
    const events: CutoverEvent[] = [];
    const { given, reversed } = await run({ from: "imitation", to: "slipstream" }, (event) =>
      events.push(event),
    );
    expect(given.before.client).toBe("imitation");
    expect(given.before.zombiesAtEnd).toBeGreaterThan(0);
    expect(given.before.zombiesPeak).toBeGreaterThanOrEqual(given.before.zombiesAtEnd);
    // Its process outlives the cutover, and what it left does too.
    expect(given.leftOfFirst.zombies).toBeGreaterThan(0);
    expect(given.after).toMatchObject({ client: "slipstream", zombiesAtEnd: 0, livesFailed: 0 });
    expect(given.after.heldUp).toBeGreaterThan(0);
    expect(Object.keys(given.after.endsByReason)).toEqual(["closedByRemote"]);
    expect(given.after.endsByReason["closedByRemote"]).toBeLessThanOrEqual(given.after.lives);

    expect(reversed?.before).toMatchObject({ client: "slipstream", zombiesAtEnd: 0 });
    expect(reversed?.after.client).toBe("imitation");
    expect(reversed?.after.zombiesAtEnd).toBeGreaterThan(0);
    // A fresh server: nothing that the other order's counted.
    expect(reversed?.samples[0]?.ends.first["closedByRemote"]).toBe(0);
    expect(events.filter(({ type }) => type === "order")).toHaveLength(2);
    expect(events.filter(({ type }) => type === "cutover")).toHaveLength(2);
    const states = given.samples.flatMap(({ kernel }) => Object.keys(kernel));
    if (hasKernelTable) expect(states).toContain("ESTABLISHED");
  },
  PATIENCE,
);

test.concurrent(
  "abandoned and unread: the server's bounds end it, and without bounds it stays",
  async () => {
    const options = { from: "imitation-unread", to: "slipstream", orders: "given" } as const;
    const bounded = (await run({ ...options, bounds: "on", seconds: 30 })).given;
    const ends = bounded.before.endsByReason;
    expect((ends["sendTimeout"] ?? 0) + (ends["idleTimeout"] ?? 0) + (ends["overflow"] ?? 0)).toBe(
      Object.values(ends).reduce((sum, count) => sum + count, 0),
    );
    expect(Object.keys(ends)).not.toEqual([]);
    const unbounded = (await run({ ...options, bounds: "off" })).given;
    expect(unbounded.before.endsByReason).toEqual({});
    expect(unbounded.before.zombiesAtEnd).toBeGreaterThan(0);
    expect(unbounded.leftOfFirst.zombies).toBe(unbounded.before.lives);
    expect(unbounded.after.zombiesPeak).toBe(0);
  },
  PATIENCE,
);

test.concurrent(
  "the server's close is never answered: without bounds it waits for ever",
  async () => {
    const options = { from: "imitation-unanswered", to: "slipstream", orders: "given" } as const;
    const bounded = (await run({ ...options, bounds: "on", seconds: 20 })).given;
    expect(Object.keys(bounded.before.endsByReason)).toEqual(["closedByChannel"]);
    const unbounded = (await run({ ...options, bounds: "off" })).given;
    expect(unbounded.leftOfFirst.zombies).toBe(unbounded.before.lives);
  },
  PATIENCE,
);

test.concurrent(
  "npm phoenix is tried over every WebSocket library that is here",
  async () => {
    for (const [from, to] of [
      ["phoenix-ws", "phoenix-undici"],
      ["phoenix-node", "phoenix-websocket"],
      ["phoenix-faye-websocket", "slipstream"],
    ] as const) {
      const { before, after } = (await run({ from, to, orders: "given" })).given;
      for (const phase of [before, after]) {
        expect(phase.lives).toBeGreaterThan(0);
        expect(phase.livesFailed).toBe(0);
        expect(phase.endsByReason["closedByRemote"]).toBeGreaterThan(0);
      }
    }
  },
  PATIENCE,
);

test.concurrent("nothing is left of a run that is stopped", async () => {
  const stop = new AbortController();
  const reason = new Error("enough");
  const options = { ...CUTOVER_DEFAULTS, seconds: 60 };
  const running = runCutover(
    options,
    ({ type }) => {
      if (type === "sample") stop.abort(reason);
    },
    stop.signal,
  );
  await expect(running).rejects.toThrow();
});

test.concurrent("a server that answers no /stats, or is elsewhere, is refused with what to do", async () => {
  await expect(run({ url: "ws://127.0.0.1:1/socket" })).rejects.toThrow(ServerUnusableError);
  await expect(run({ url: "ws://192.0.2.1:4000/socket" })).rejects.toThrow("of this machine");
  expect(new ClientUnusableError("").code).toBe("client_unusable");
});
