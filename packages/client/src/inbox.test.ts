// Inbox: what a reader gets in each order of putting, reading and ending, and what each policy drops.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OverflowError } from "./errors.ts";
import { Inbox, type Overflow } from "./inbox.ts";

type Why = "overflow" | "ended" | "returned";

function inbox(overflow: Overflow, limit = 3): { box: Inbox<number>; closed: Why[] } {
  const closed: Why[] = [];
  const box = new Inbox<number>({
    what: "Messages of room:a",
    limit,
    overflow,
    onClosed: (why) => closed.push(why),
  });
  return { box, closed };
}

function fill(box: Inbox<number>, count: number): void {
  for (let item = 1; item <= count; item++) box.put(item);
}

async function rest(box: Inbox<number>): Promise<number[]> {
  const items: number[] = [];
  for await (const item of box) items.push(item);
  return items;
}

describe("reading", () => {
  test("items come in the order in which they were put, whoever came first", async () => {
    const { box } = inbox("fail");
    const early = box.next();
    fill(box, 3);
    expect(await early).toEqual({ done: false, value: 1 });
    expect(box.size).toBe(2);
    box.end();
    expect(await rest(box)).toEqual([2, 3]);
  });

  test("readers that share are served in the order in which they asked", async () => {
    const { box } = inbox("fail");
    const asked = [box.next(), box.next(), box.next()];
    fill(box, 2);
    box.end();
    expect(await Promise.all(asked)).toEqual([
      { done: false, value: 1 },
      { done: false, value: 2 },
      { done: true, value: undefined },
    ]);
  });

  test("thousands of waiting items are read in order", async () => {
    const { box } = inbox("fail", 10_000);
    fill(box, 10_000);
    const read: number[] = [];
    for (let left = 5_000; left > 0; left--) read.push((await box.next()).value ?? 0);
    fill(box, 3);
    box.end();
    read.push(...(await rest(box)));
    expect(read).toEqual([...Array.from({ length: 10_000 }, (_, i) => i + 1), 1, 2, 3]);
  });

  test("a break stops it: nothing is taken in any more, and what waited is let go of", async () => {
    const { box, closed } = inbox("fail");
    fill(box, 2);
    for await (const item of box) {
      expect(item).toBe(1);
      break;
    }
    fill(box, 3);
    expect(box.size).toBe(0);
    expect(await box.next()).toEqual({ done: true, value: undefined });
    expect(closed).toEqual(["returned"]);
  });

  test("return ends the loops that wait", async () => {
    const { box, closed } = inbox("fail");
    const waiting = [box.next(), box.next()];
    await box.return();
    await box[Symbol.asyncDispose]();
    expect(await Promise.all(waiting)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
    expect(closed).toEqual(["returned"]);
  });
});

describe("ending", () => {
  test("what waits can be read; then the loop ends", async () => {
    const { box, closed } = inbox("fail");
    fill(box, 2);
    box.end();
    box.put(9);
    box.end(new Error("too late"));
    expect(await rest(box)).toEqual([1, 2]);
    expect(closed).toEqual(["ended"]);
  });

  test("with an error: what waits can be read, then the error is thrown once", async () => {
    const { box } = inbox("fail");
    fill(box, 1);
    box.end(new Error("crashed"));
    expect(await box.next()).toEqual({ done: false, value: 1 });
    await expect(box.next()).rejects.toThrow("crashed");
    expect(await box.next()).toEqual({ done: true, value: undefined });
  });

  test("with an error while several wait: one is told, and the others end", async () => {
    const { box } = inbox("fail");
    const [first, second] = [box.next(), box.next()];
    box.end(new Error("crashed"));
    await expect(first).rejects.toThrow("crashed");
    expect(await second).toEqual({ done: true, value: undefined });
    expect(await box.next()).toEqual({ done: true, value: undefined });
  });

  test("a return forgets the error that nobody read", async () => {
    const { box } = inbox("fail");
    box.end(new Error("crashed"));
    await box.return();
    expect(await box.next()).toEqual({ done: true, value: undefined });
  });
});

describe("overflow", () => {
  test("fail: what waits is dropped, and the reader is told what to do", async () => {
    const { box, closed } = inbox("fail");
    fill(box, 5);
    expect([box.size, box.dropped]).toEqual([0, 4]);
    const error: unknown = await box.next().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OverflowError);
    expect(error).toMatchObject({ code: "overflow", limit: 3 });
    expect(String(error)).toContain("Messages of room:a came faster than they were taken");
    expect(await box.next()).toEqual({ done: true, value: undefined });
    expect(closed).toEqual(["overflow"]);
  });

  test("dropOldest: the newest stay, the others are counted", async () => {
    const { box, closed } = inbox("dropOldest");
    fill(box, 5);
    expect(box.dropped).toBe(2);
    box.end();
    expect(await rest(box)).toEqual([3, 4, 5]);
    expect(closed).toEqual(["ended"]);
  });

  test("dropNewest: the oldest stay, the others are counted", async () => {
    const { box } = inbox("dropNewest");
    fill(box, 5);
    expect(box.dropped).toBe(2);
    box.end();
    expect(await rest(box)).toEqual([1, 2, 3]);
  });

  test("leave: what waits can be read, then the loop ends", async () => {
    const { box, closed } = inbox("leave");
    fill(box, 5);
    expect(closed).toEqual(["overflow"]);
    expect(box.dropped).toBe(1);
    expect(await rest(box)).toEqual([1, 2, 3]);
  });

  test("close: what waits can be read, then the reader is told", async () => {
    const { box, closed } = inbox("close");
    fill(box, 5);
    expect(closed).toEqual(["overflow"]);
    expect(box.dropped).toBe(1);
    for (const item of [1, 2, 3]) expect(await box.next()).toEqual({ done: false, value: item });
    await expect(box.next()).rejects.toBeInstanceOf(OverflowError);
    expect(await rest(box)).toEqual([]);
  });

  test("a reader who waits is handed the item: a limit of 1 drops nothing from him", async () => {
    const { box } = inbox("dropOldest", 1);
    const waiting = box.next();
    fill(box, 2);
    expect([await waiting, await box.next()]).toEqual([
      { done: false, value: 1 },
      { done: false, value: 2 },
    ]);
    expect(box.dropped).toBe(0);
  });
});

type Op = "put" | "next" | "end" | "endWithError" | "return";

/** The inbox as it would be written if arrays cost nothing and results were not promises. */
class Model {
  items: number[] = [];
  waiting: number[] = [];
  results = new Map<number, number | "done" | "error">();
  error = false;
  open = true;
  dropped = 0;
  readonly overflow: Overflow;
  readonly limit: number;
  constructor(overflow: Overflow, limit: number) {
    this.overflow = overflow;
    this.limit = limit;
  }
  put(item: number): void {
    if (!this.open) return;
    const reader = this.waiting.shift();
    if (reader !== undefined) this.results.set(reader, item);
    else if (this.items.length < this.limit) this.items.push(item);
    else if (this.overflow === "dropNewest") this.dropped += 1;
    else if (this.overflow === "dropOldest") {
      this.dropped += 1;
      this.items = [...this.items.slice(1), item];
    } else if (this.overflow === "leave" || this.overflow === "close") {
      this.dropped += 1;
      this.open = false;
      this.error = this.overflow === "close";
    } else {
      this.dropped += this.items.length + 1;
      this.items = [];
      this.open = false;
      this.error = true;
    }
  }
  next(reader: number): void {
    const item = this.items.shift();
    if (item !== undefined) this.results.set(reader, item);
    else if (this.open) this.waiting.push(reader);
    else {
      this.results.set(reader, this.error ? "error" : "done");
      this.error = false;
    }
  }
  end(error: boolean): void {
    if (!this.open) return;
    this.open = false;
    const [first, ...others] = this.waiting;
    if (first !== undefined) this.results.set(first, error ? "error" : "done");
    for (const reader of others) this.results.set(reader, "done");
    this.error = error && first === undefined;
    this.waiting = [];
  }
  return(): void {
    this.items = [];
    this.end(false);
    this.error = false;
  }
}

test("whatever is put, read and ended in whatever order, it does what the model does", async () => {
  const operations = fc.array(
    fc.constantFrom<Op>("put", "put", "put", "next", "next", "end", "endWithError", "return"),
    { maxLength: 60 },
  );
  const overflows = fc.constantFrom<Overflow>("fail", "dropOldest", "dropNewest", "leave", "close");
  await fc.assert(
    fc.asyncProperty(operations, overflows, fc.integer({ min: 1, max: 4 }), async (ops, o, n) => {
      const { box, closed } = inbox(o, n);
      const model = new Model(o, n);
      const results = new Map<number, number | "done" | "error">();
      const reads: Promise<void>[] = [];
      for (const [index, op] of ops.entries()) {
        switch (op) {
          case "put":
            box.put(index);
            model.put(index);
            break;
          case "next":
            reads.push(
              box.next().then(
                (result) => void results.set(index, result.done === true ? "done" : result.value),
                () => void results.set(index, "error"),
              ),
            );
            model.next(index);
            break;
          case "end":
            box.end();
            model.end(false);
            break;
          case "endWithError":
            box.end(new Error("crashed"));
            model.end(true);
            break;
          case "return":
            void box.return();
            model.return();
        }
        expect([box.size, box.dropped]).toEqual([model.items.length, model.dropped]);
        expect(closed.length).toBe(model.open ? 0 : 1);
      }
      void box.return();
      model.return();
      await Promise.all(reads);
      expect(results).toEqual(model.results);
    }),
  );
});
