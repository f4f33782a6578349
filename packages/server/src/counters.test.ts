// P17: opened - ended = live at every moment, and each end has a reason, whatever happens in
// whatever order.
import * as fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { IncomingPush, Untyped } from "./channel/channel-types.ts";
import type { Stats } from "./counters.ts";
import { accept, deny, noreply, ok, reply, stop, type Reply } from "./channel/results.ts";
import { TestClient } from "./fixtures/client.ts";
import { servesUntil } from "./fixtures/server.ts";
import { until } from "./fixtures/until.ts";

const serve = servesUntil(onTestFinished);

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

function expectConsistent(stats: Stats): void {
  expect(stats.opened - stats.ended).toBe(stats.live.websocket);
  expect(stats.channelsOpened - stats.channelsEnded).toBe(stats.live.channel);
  expect(sum(stats.endsByReason)).toBe(stats.ended);
  expect(sum(stats.channelEndsByReason)).toBe(stats.channelsEnded);
  expect(stats.joins.ok).toBe(stats.channelsOpened);
}

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const channel = {
  async join(params: unknown) {
    if (params === "later") await pause();
    if (params === "crash") throw new Error("asked for");
    return params === "deny" ? deny({}) : ok();
  },
  handleIn(
    push: IncomingPush<Untyped>,
    { socket }: { socket: { drop(): void; close(code: number): void } },
  ) {
    switch (push.event) {
      case "crash":
        throw new Error("asked for");
      case "hang":
        return new Promise<Reply<unknown>>(() => {});
      case "later":
        return pause().then(() => reply());
      case "stop":
        return stop();
      case "drop":
        socket.drop();
        return noreply();
      case "close":
        socket.close(4000);
        return noreply();
      default:
        return reply();
    }
  },
  async terminate() {
    await pause();
  },
};

type Step =
  | {
      readonly type: "send";
      readonly event: string;
      readonly topic: string;
      readonly payload: unknown;
    }
  | { readonly type: "close" | "reset" | "disconnect" | "check" };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    type: fc.constant("send" as const),
    topic: fc.constantFrom("a", "b", "c"),
    event: fc.constantFrom(
      "phx_join",
      "phx_join",
      "phx_leave",
      "ping",
      "later",
      "hang",
      "crash",
      "stop",
      "drop",
      "close",
    ),
    payload: fc.constantFrom("now", "later", "deny", "crash"),
  }),
  fc.record({
    type: fc.constantFrom(
      "close" as const,
      "reset" as const,
      "disconnect" as const,
      "check" as const,
    ),
  }),
);

test("random lives of three clients", async () => {
  const { port, server } = await serve(
    channel,
    {
      connect: ({ params }) => accept({ id: params["id"] as string }),
      id: ({ id }) => id,
      maxQueued: 4,
      maxChannels: 2,
      closeTimeout: 30,
    },
    { closeTimeout: 30 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat({ max: 2 }), step), { minLength: 1, maxLength: 40 }),
      async (steps) => {
        const clients = await Promise.all(
          [0, 1, 2].map((id) => TestClient.connect(port, { query: `vsn=2.0.0&id=${id}` })),
        );
        for (const [index, action] of steps) {
          const { webSocket, closed } = clients[index]!;
          switch (action.type) {
            case "send":
              if (webSocket.readyState !== webSocket.OPEN) break;
              webSocket.send(
                JSON.stringify(["1", "1", action.topic, action.event, action.payload]),
              );
              break;
            case "close":
              webSocket.close(1000);
              await closed;
              break;
            case "reset":
              webSocket.terminate();
              break;
            case "disconnect":
              server.disconnect(String(index));
              break;
            case "check":
              await pause();
              expectConsistent(server.stats());
          }
        }
        for (const { webSocket } of clients) webSocket.close();
        await Promise.all(clients.map(({ closed }) => closed));
        await until(() => server.stats().live.websocket === 0);
        expect(server.stats().live.channel).toBe(0);
        expectConsistent(server.stats());
      },
    ),
    { numRuns: 60 },
  );
});
