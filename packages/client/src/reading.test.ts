// Changes of state for handlers and for loops, and loops that begin after the end.
import { describe, expect, test } from "vitest";
import { Listeners } from "./listeners.ts";
import { readLastState, readStates } from "./reading.ts";

type State = { readonly type: string };

function stream(): { it: Listeners<[State]>; reports: [unknown, string][] } {
  const reports: [unknown, string][] = [];
  const report = (error: unknown, what: string): void => void reports.push([error, what]);
  return {
    it: new Listeners<[State]>("a handler of state changes of room:a", { report }),
    reports,
  };
}

const state = (type: string): State => ({ type });

async function types(states: AsyncIterable<State>): Promise<string[]> {
  const read: string[] = [];
  for await (const { type } of states) read.push(type);
  return read;
}

test("a loop gets the present state and every change, and ends with the last", async () => {
  const { it } = stream();
  const loop = readStates(it, state("idle"));
  it.call(state("joining"));
  it.call(state("left"));
  it.end();
  it.call(state("not for this loop"));
  expect(await types(loop)).toEqual(["idle", "joining", "left"]);
});

test("a loop that begins at the end gets the last state and ends", async () => {
  expect(await types(readLastState(state("ended")))).toEqual(["ended"]);
});

test("of a loop that sleeps, the newest 1,000 changes are kept", async () => {
  const { it } = stream();
  const loop = readStates(it, state("first"));
  for (let change = 1; change <= 1_500; change++) it.call(state(String(change)));
  it.end();
  const read = await types(loop);
  expect([read.length, read.at(0), read.at(-1)]).toEqual([1_000, "501", "1500"]);
});

describe("handlers", () => {
  test("hear changes alone, until they are removed", () => {
    const { it } = stream();
    const heard: string[] = [];
    const off = it.add(({ type }) => heard.push(type));
    it.call(state("joining"));
    off();
    it.call(state("joined"));
    expect(heard).toEqual(["joining"]);
  });

  test("one that throws is reported, and loops and others go on", async () => {
    const { it, reports } = stream();
    const heard: string[] = [];
    it.add(() => {
      throw new Error("broken");
    });
    it.add(({ type }) => heard.push(type));
    const loop = readStates(it, state("idle"));
    it.call(state("joined"));
    it.end();
    expect(heard).toEqual(["joined"]);
    expect(await types(loop)).toEqual(["idle", "joined"]);
    expect(reports).toEqual([[new Error("broken"), "a handler of state changes of room:a"]]);
  });
});
