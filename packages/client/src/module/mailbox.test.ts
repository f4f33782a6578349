// The mailbox against a model that is slow and plain: lists in the order in which things came.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Overflow } from "../inbox.ts";
import { Mailbox } from "./mailbox.ts";
import type { ControlMail, Mail, MessageMail, ProgramMail } from "./mail.ts";

const message = (topic: string, payload: unknown): MessageMail => ({
  type: "message",
  topic,
  event: "e",
  payload,
});
const control = (ref: string): ControlMail => ({
  type: "replied",
  ref,
  topic: "t",
  event: "e",
  reply: { type: "ok", response: null },
});
const info = (n: number): ProgramMail => ({ type: "info", message: n });

interface Watched {
  readonly mailbox: Mailbox;
  readonly dropped: string[];
  readonly overflows: string[];
}

function watched(limit: number, overflow: Overflow): Watched {
  const dropped: string[] = [];
  const overflows: string[] = [];
  const mailbox = new Mailbox({
    limit,
    overflow,
    onDropped: (topic) => dropped.push(topic),
    onOverflow: (topic, policy) => overflows.push(`${policy} ${topic}`),
  });
  return { mailbox, dropped, overflows };
}

describe("bounds", () => {
  test("dropOldest: the oldest message of that topic goes, and no other", () => {
    const { mailbox, dropped } = watched(2, "dropOldest");
    for (const n of [1, 2, 3]) mailbox.putMessage(message("a", n));
    mailbox.putMessage(message("b", 1));
    expect(mailbox.clear()).toEqual([message("a", 2), message("a", 3), message("b", 1)]);
    expect(dropped).toEqual(["a"]);
  });

  test("dropNewest, leave, close and fail: what comes too much is dropped, and the last three are told", () => {
    for (const overflow of ["dropNewest", "leave", "close", "fail"] as const) {
      const { mailbox, dropped, overflows } = watched(1, overflow);
      mailbox.putMessage(message("a", 1));
      mailbox.putMessage(message("a", 2));
      expect(mailbox.clear()).toEqual([message("a", 1)]);
      expect(dropped).toEqual(["a"]);
      expect(overflows).toEqual(overflow === "dropNewest" ? [] : [`${overflow} a`]);
    }
  });

  test("the program's own is refused when too much of it waits; the server's word never is", () => {
    const { mailbox } = watched(1, "dropOldest");
    expect(mailbox.putProgram(info(1))).toBe(true);
    expect(mailbox.putProgram(info(2))).toBe(false);
    for (let n = 0; n < 10; n++) mailbox.putControl(control(String(n)));
    expect(mailbox.size).toBe(11);
  });

  test("while a source is full, control goes first, in its own order", () => {
    const { mailbox } = watched(2, "dropNewest");
    mailbox.putMessage(message("a", 1));
    mailbox.putControl(control("1"));
    mailbox.putMessage(message("a", 2));
    mailbox.putControl(control("2"));
    expect(mailbox.clear()).toEqual([control("1"), control("2"), message("a", 1), message("a", 2)]);
  });

  test("a topic in which nothing waits costs nothing", () => {
    const { mailbox } = watched(2, "dropOldest");
    for (let n = 0; n < 1_000; n++) {
      mailbox.putMessage(message(`t${n}`, n));
      expect(mailbox.take()).toEqual(message(`t${n}`, n));
    }
    expect(mailbox.size).toBe(0);
    expect(mailbox.take()).toBe(undefined);
  });
});

/** The same, of one list that is searched for everything. */
class Model {
  mails: Mail[] = [];
  readonly dropped: string[] = [];
  readonly #limit: number;
  readonly #overflow: Overflow;

  constructor(limit: number, overflow: Overflow) {
    this.#limit = limit;
    this.#overflow = overflow;
  }

  put(mail: Mail): void {
    const of = this.mails.filter((other) => sourceOf(other) === sourceOf(mail));
    if (sourceOf(mail) === "control" || of.length < this.#limit) {
      this.mails.push(mail);
    } else if (mail.type === "message") {
      this.dropped.push(mail.topic);
      if (this.#overflow !== "dropOldest") return;
      this.remove(of[0]);
      this.mails.push(mail);
    }
  }

  take(): Mail | undefined {
    const sources = this.mails.map(sourceOf).filter((source) => source !== "control");
    const full = sources.some((one) => sources.filter((s) => s === one).length >= this.#limit);
    const firstControl = this.mails.find((mail) => sourceOf(mail) === "control");
    const next = full && firstControl !== undefined ? firstControl : this.mails[0];
    this.remove(next);
    return next;
  }

  claim(kind: "control" | "message", wants: (mail: Mail) => boolean): void {
    const isOf = (mail: Mail): boolean =>
      kind === "control" ? sourceOf(mail) === "control" : mail.type === "message";
    this.remove(this.mails.find((mail) => isOf(mail) && wants(mail)));
  }

  remove(mail: Mail | undefined): void {
    this.mails = this.mails.filter((other) => other !== mail);
  }
}

function sourceOf(mail: Mail): string {
  if (mail.type === "message") return `topic ${mail.topic}`;
  return mail.type === "info" || mail.type === "cast" || mail.type === "call"
    ? "program"
    : "control";
}

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("message"), topic: fc.constantFrom("a", "b", "c") }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("control"), topic: fc.constant("") }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("info"), topic: fc.constant("") }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("take"), topic: fc.constant("") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("claimControl"), topic: fc.constant("") }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("claimMessage"), topic: fc.constantFrom("a", "b") }),
  },
);

test("whatever is put, taken and claimed: as the model says", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom<Overflow>("dropOldest", "dropNewest", "leave", "close", "fail"),
      fc.array(step, { maxLength: 80 }),
      (limit, overflow, steps) => {
        const { mailbox, dropped } = watched(limit, overflow);
        const model = new Model(limit, overflow);
        let n = 0;
        for (const { do: what, topic } of steps) {
          n += 1;
          // Every third of a kind is wanted: not always the first, and not always any.
          const wants = (mail: Mail): boolean =>
            mail.type === "message"
              ? mail.topic === topic && (mail.payload as number) % 3 === 0
              : mail.type === "replied" && Number(mail.ref) % 3 === 0;
          switch (what) {
            case "message":
              mailbox.putMessage(message(topic, n));
              model.put(message(topic, n));
              break;
            case "control":
              mailbox.putControl(control(String(n)));
              model.put(control(String(n)));
              break;
            case "info": {
              const before = model.mails.length;
              model.put(info(n));
              expect(mailbox.putProgram(info(n))).toBe(model.mails.length > before);
              break;
            }
            case "take":
              expect(mailbox.take()).toEqual(model.take());
              break;
            case "claimControl":
              mailbox.claimControl(wants);
              model.claim("control", wants);
              break;
            default:
              mailbox.claimMessage(wants);
              model.claim("message", wants);
          }
          expect(mailbox.size).toBe(model.mails.length);
        }
        expect(dropped).toEqual(model.dropped);
        const rest: (Mail | undefined)[] = [];
        while (model.mails.length > 0) rest.push(model.take());
        expect(mailbox.clear()).toEqual(rest);
      },
    ),
    { numRuns: 500 },
  );
});
