// Definitions of channels: what is refused when they are made, and what validators of all manners
// come to, bad ones too.
import { describe, expect, test } from "vitest";
import { defineChannel } from "./channel-schema.ts";
import type { Checked } from "./check.ts";
import type { StandardSchema } from "./standard-schema.ts";

/** A validator that does what it is told. */
function schema(validate: (value: unknown) => unknown): StandardSchema {
  return { "~standard": { version: 1, vendor: "test", validate: validate as never } };
}

/** Takes numbers, and doubles them. */
const doubled = schema((value) =>
  typeof value === "number" ? { value: value * 2 } : { issues: [{ message: "no number" }] },
);

const valid = (value: unknown): Checked => ({ type: "valid", value });
const invalid: Checked = { type: "invalid", issues: [{ message: "no number", path: [] }] };

describe("a definition", () => {
  const room = defineChannel({
    join: { params: doubled, response: doubled },
    push: { add: { payload: doubled, reply: doubled }, note: {} },
    message: { sum: doubled },
  });

  test("checks each part by its own validator, and gives what that makes of the value", () => {
    for (const value of [1, "one"]) {
      const checked = value === 1 ? valid(2) : invalid;
      expect(room.params(value)).toEqual(checked);
      expect(room.response(value)).toEqual(checked);
      expect(room.payload("add", value)).toEqual(checked);
      expect(room.reply("add", value)).toEqual(checked);
      expect(room.message("sum", value)).toEqual(checked);
    }
  });

  test("does not check what it does not define", () => {
    expect(room.payload("note", "one")).toEqual(valid("one"));
    expect(room.reply("nothing", "one")).toEqual(valid("one"));
    expect(room.message("other", "one")).toEqual(valid("one"));
    expect(defineChannel({}).params("one")).toEqual(valid("one"));
    expect(defineChannel({ join: {} }).response("one")).toEqual(valid("one"));
  });

  test("declares the messages that it defines, or any where it defines none", () => {
    expect([room.declares("sum"), room.declares("other")]).toEqual([true, false]);
    expect(defineChannel({}).declares("other")).toBe(true);
  });

  test("finds nothing on prototypes", () => {
    for (const event of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      expect(room.message(event, "one")).toEqual(valid("one"));
      expect(room.payload(event, "one")).toEqual(valid("one"));
      expect(room.declares(event)).toBe(false);
    }
  });

  test("is refused where a part is no validator, by name", () => {
    const define = (parts: unknown) => () => defineChannel(parts as never);
    expect(define({ joins: {} })).toThrow("There is no joins in the channel");
    expect(define({ join: { parms: doubled } })).toThrow("There is no parms in join");
    expect(define({ join: { params: { type: "object" } } })).toThrow("join.params is no validator");
    expect(define({ push: { add: doubled } })).toThrow("There is no ~standard in push.add");
    expect(define({ push: { add: null } })).toThrow("push.add is no object");
    expect(define({ message: { sum: () => true } })).toThrow("message.sum is no validator");
    expect(define(null)).toThrow(TypeError);
  });
});

describe("a validator", () => {
  const check = (validate: (value: unknown) => unknown): Checked | Promise<Checked> =>
    defineChannel({ message: { m: schema(validate) } }).message("m", 1);

  test("tells paths as names and positions, however it writes them", () => {
    const path = ["a", 0, { key: "b" }, Symbol("c")];
    expect(check(() => ({ issues: [{ message: "bad", path }, { message: "worse" }] }))).toEqual({
      type: "invalid",
      issues: [
        { message: "bad", path: ["a", "0", "b", "Symbol(c)"] },
        { message: "worse", path: [] },
      ],
    });
  });

  test("may be async, also without a real promise", async () => {
    const thenable = { then: (resolve: (result: unknown) => void) => resolve({ value: 2 }) };
    for (const result of [Promise.resolve({ value: 2 }), thenable]) {
      const checked = check(() => result);
      expect(checked).toBeInstanceOf(Promise);
      expect(await checked).toEqual(valid(2));
    }
  });

  test("that throws, rejects or answers nonsense has not let the value pass", async () => {
    const broken = new Error("broken");
    const failed = { type: "invalid", issues: [], cause: broken };
    const thrower = (): never => {
      throw broken;
    };
    expect(check(thrower)).toEqual(failed);
    expect(await check(() => Promise.reject(broken))).toEqual(failed);
    for (const nonsense of [
      ...[undefined, null, false, true, 5, "yes", {}, [], { v: 1 }, () => ({ value: 1 })],
      ...[Object.create({ value: 1 }), { value: 1, issues: 7 }, { value: 1, issues: null }],
      ...[{ issues: 7 }, { issues: [null] }],
    ]) {
      const told = { type: "invalid", issues: [], cause: expect.any(TypeError) };
      expect(check(() => nonsense)).toEqual(told);
      expect(await check(() => Promise.resolve(nonsense))).toEqual(told);
    }
    expect(check(() => ({ issues: [] }))).toEqual({ type: "invalid", issues: [] });
    expect(check(() => ({ value: undefined, issues: undefined }))).toEqual(valid(undefined));
  });
});
