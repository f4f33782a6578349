// MessageRouter: who hears what, what is held for the first listener, and what an end cuts off.
import { describe, expect, test } from "vitest";
import { OverflowError } from "./errors.ts";
import { newTally } from "./fixtures/tally.ts";
import { MessageRouter, type RoutedMessage, type RouterHost } from "./message-router.ts";
import type { Tally } from "./outcome.ts";
import { readMessages, type ReaderOptions } from "./reading.ts";

interface Host extends RouterHost, Tally {
  readonly reports: [unknown, string][];
}

function router(): { it: MessageRouter; host: Host } {
  const reports: [unknown, string][] = [];
  const host: Host = {
    reports,
    ...newTally(),
    dropped(_topic, count, why) {
      this[why] += count;
    },
    options: { logger: { report: (error, what) => reports.push([error, what]) } },
  };
  return { it: new MessageRouter("room:a", host), host };
}

const message = (payload: number, event = "news"): RoutedMessage => ({ event, payload });

function deliver(it: MessageRouter, count: number): void {
  for (let payload = 1; payload <= count; payload++) it.deliver(message(payload));
}

const READ: ReaderOptions = {
  event: undefined,
  limit: 100,
  overflow: "fail",
  close: () => {},
  leave: () => {},
};

async function payloads(messages: AsyncIterable<RoutedMessage>): Promise<unknown[]> {
  const read: unknown[] = [];
  for await (const { payload } of messages) read.push(payload);
  return read;
}

/** What is held is handed over when the microtasks run. */
const breath = (): Promise<void> => Promise.resolve();

describe("routing", () => {
  test("handlers hear their event, handlers of everything and readers hear what is theirs", async () => {
    const { it } = router();
    const heard: unknown[] = [];
    it.on("news", (payload, whole) => heard.push(["news", payload, whole]));
    it.onEverything((whole) => heard.push(["all", whole]));
    const all = readMessages(it, READ);
    const old = readMessages(it, { ...READ, event: "olds" });
    await breath();
    it.deliver(message(1));
    it.deliver(message(2, "olds"));
    it.end();
    expect(heard).toEqual([
      ["news", 1, message(1)],
      ["all", message(1)],
      ["all", message(2, "olds")],
    ]);
    expect(await payloads(all)).toEqual([1, 2]);
    expect(await payloads(old)).toEqual([2]);
  });

  test("events that are names of Object's own properties are events like any other", async () => {
    const { it } = router();
    const heard: unknown[] = [];
    for (const event of ["__proto__", "constructor", "toString"]) {
      it.deliver(message(0, event));
      it.on(event, (_, whole) => heard.push(whole.event));
    }
    await breath();
    it.deliver(message(0, "hasOwnProperty"));
    expect(heard).toEqual(["__proto__", "constructor", "toString"]);
  });

  test("a handler that throws is reported by its event and topic, and the rest is told", async () => {
    const { it, host } = router();
    const heard: unknown[] = [];
    it.on("news", () => {
      throw new Error("broken");
    });
    it.on("news", (payload) => heard.push(payload));
    it.onEverything(({ payload }) => heard.push(payload));
    const reader = readMessages(it, READ);
    await breath();
    it.deliver(message(1));
    it.end();
    expect(heard).toEqual([1, 1]);
    expect(await payloads(reader)).toEqual([1]);
    expect(host.reports).toEqual([[new Error("broken"), "a handler of news on room:a"]]);
  });
});

describe("before anybody listens", () => {
  test("messages are held, and the first listener gets them in order, before newer ones", async () => {
    const { it } = router();
    deliver(it, 3);
    const heard: unknown[] = [];
    it.on("news", (payload) => heard.push(payload));
    it.deliver(message(4));
    expect(heard).toEqual([]);
    await breath();
    it.deliver(message(5));
    expect(heard).toEqual([1, 2, 3, 4, 5]);
  });

  test("listeners that are added in the same breath all get what was held", async () => {
    const { it } = router();
    deliver(it, 2);
    const heard: unknown[] = [];
    it.on("news", (payload) => heard.push(["first", payload]));
    it.onEverything(({ payload }) => heard.push(["second", payload]));
    const reader = readMessages(it, READ);
    await breath();
    it.on("news", (payload) => heard.push(["too late", payload]));
    await breath();
    it.end();
    expect(heard).toEqual([
      ["first", 1],
      ["second", 1],
      ["first", 2],
      ["second", 2],
    ]);
    expect(await payloads(reader)).toEqual([1, 2]);
  });

  test("1,000 are held; one more gives all up, and they are counted", async () => {
    const { it, host } = router();
    deliver(it, 1_000);
    expect(host.unclaimedMessages).toBe(0);
    it.deliver(message(1_001));
    expect(host.unclaimedMessages).toBe(1_001);
    const heard: unknown[] = [];
    it.on("news", (payload) => heard.push(payload));
    await breath();
    it.deliver(message(1_002));
    expect(heard).toEqual([1_002]);
  });

  test("what was held when the channel ended is not delivered to whoever comes later", async () => {
    const { it } = router();
    deliver(it, 2);
    it.end();
    const heard: unknown[] = [];
    it.on("news", (payload) => heard.push(payload));
    await breath();
    expect(heard).toEqual([]);
  });

  test("a first listener that removes itself does not lose the others' messages", async () => {
    const { it } = router();
    deliver(it, 2);
    const heard: unknown[] = [];
    const off = it.on("news", () => off());
    it.on("news", (payload) => heard.push(payload));
    await breath();
    expect(heard).toEqual([1, 2]);
  });
});

describe("an end in the middle", () => {
  test("of a delivery: who has not heard the message does not hear it any more", async () => {
    const { it } = router();
    const heard: unknown[] = [];
    it.on("news", () => it.end());
    it.on("news", () => heard.push("second handler"));
    it.onEverything(() => heard.push("handler of everything"));
    const reader = readMessages(it, READ);
    await breath();
    it.deliver(message(1));
    expect(heard).toEqual([]);
    expect(await payloads(reader)).toEqual([]);
  });

  test("of what was held: the rest of it is not delivered", async () => {
    const { it } = router();
    deliver(it, 3);
    const heard: unknown[] = [];
    it.on("news", (payload) => {
      heard.push(payload);
      it.end();
    });
    await breath();
    expect(heard).toEqual([1]);
  });

  test("handlers hear again after the next join", async () => {
    const { it } = router();
    const heard: unknown[] = [];
    it.on("news", (payload) => heard.push(payload));
    await breath();
    it.end();
    it.deliver(message(1));
    expect(heard).toEqual([1]);
  });
});

describe("slow readers", () => {
  test("each has its own bound, and what its policy drops is counted", async () => {
    const { it, host } = router();
    const left: string[] = [];
    const reader = (overflow: ReaderOptions["overflow"]): ReturnType<typeof readMessages> =>
      readMessages(it, {
        ...READ,
        event: "news",
        limit: 2,
        overflow,
        leave: () => left.push(overflow),
      });
    const [oldest, newest, fail] = [reader("dropOldest"), reader("dropNewest"), reader("fail")];
    await breath();
    deliver(it, 4);
    expect(host.droppedMessages).toBe(2 + 2 + 3);
    it.end();
    expect(await payloads(oldest)).toEqual([3, 4]);
    expect(await payloads(newest)).toEqual([1, 2]);
    await expect(fail.next()).rejects.toBeInstanceOf(OverflowError);
    expect(left).toEqual([]);
  });

  test("the policy leave asks for it once, and what waits can be read", async () => {
    const { it, host } = router();
    let left = 0;
    const reader = readMessages(it, {
      ...READ,
      limit: 2,
      overflow: "leave",
      leave: () => (left += 1),
    });
    await breath();
    deliver(it, 5);
    expect([left, host.droppedMessages]).toEqual([1, 1]);
    expect(await payloads(reader)).toEqual([1, 2]);
  });

  test("the policy close asks for it once, by the queue's name, and what waits can be read", async () => {
    const { it, host } = router();
    const closed: string[] = [];
    const reader = readMessages(it, {
      ...READ,
      limit: 2,
      overflow: "close",
      close: (queue) => closed.push(queue),
    });
    await breath();
    deliver(it, 5);
    expect([closed, host.droppedMessages]).toEqual([[`Messages of ${it.topic}`], 1]);
    expect([(await reader.next()).value?.payload, (await reader.next()).value?.payload]).toEqual([
      1, 2,
    ]);
    await expect(reader.next()).rejects.toBeInstanceOf(OverflowError);
  });

  test("a reader that breaks off is forgotten, and the others go on", async () => {
    const { it } = router();
    const [first, second] = [readMessages(it, READ), readMessages(it, READ)];
    await breath();
    deliver(it, 1);
    for await (const { payload } of first) {
      expect(payload).toBe(1);
      break;
    }
    it.deliver(message(2));
    it.end();
    expect(first.size).toBe(0);
    expect(await payloads(second)).toEqual([1, 2]);
  });

  test("an end with an error is told to each reader after what waits", async () => {
    const { it } = router();
    const reader = readMessages(it, READ);
    await breath();
    deliver(it, 1);
    it.end(new Error("crashed"));
    expect((await reader.next()).value).toEqual(message(1));
    await expect(reader.next()).rejects.toThrow("crashed");
  });
});
