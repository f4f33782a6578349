// The channels that we bring for runtimes without `node:diagnostics_channel` do as that module's do.
import { channel as nodeChannel } from "node:diagnostics_channel";
import { describe, expect, onTestFinished, test } from "vitest";
import { channel, EmitterChannel, type NamedChannel } from "./emitter.ts";

const makes: [string, (name: string) => NamedChannel<unknown>][] = [
  ["ours", (name) => new EmitterChannel(name)],
  ["Node's", (name) => nodeChannel(name) as unknown as NamedChannel<unknown>],
];

describe.each(makes)("%s", (_whose, make) => {
  test("subscribers are told in order, with the name, as often as they subscribed", () => {
    const it = make("slipstream.test.order");
    const heard: unknown[] = [];
    const one = (message: unknown, name: string): void => void heard.push(["one", message, name]);
    const two = (message: unknown): void => void heard.push(["two", message]);
    expect(it.hasSubscribers).toBe(false);
    it.publish("nobody hears it");
    it.subscribe(one);
    it.subscribe(two);
    it.subscribe(one);
    expect(it.hasSubscribers).toBe(true);
    it.publish(1);
    expect(it.unsubscribe(one)).toBe(true);
    it.publish(2);
    expect([it.unsubscribe(one), it.unsubscribe(two), it.unsubscribe(two)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(it.hasSubscribers).toBe(false);
    const name = "slipstream.test.order";
    expect(heard).toEqual([
      ["one", 1, name],
      ["two", 1],
      ["one", 1, name],
      ["two", 2],
      ["one", 2, name],
    ]);
  });

  test("what one throws is uncaught, and reaches neither the publisher nor the others", async () => {
    const it = make("slipstream.test.throws");
    const uncaught = new Promise((resolve) => {
      const listeners = process.listeners("uncaughtException");
      process.removeAllListeners("uncaughtException");
      process.once("uncaughtException", resolve);
      onTestFinished(() => {
        for (const listener of listeners) process.on("uncaughtException", listener);
      });
    });
    const heard: unknown[] = [];
    const thrower = (): void => {
      throw new Error("a subscriber's own");
    };
    const listener = (message: unknown): void => void heard.push(message);
    it.subscribe(thrower);
    it.subscribe(listener);
    it.publish(1);
    expect(heard).toEqual([1]);
    expect(await uncaught).toMatchObject({ message: "a subscriber's own" });
    it.unsubscribe(thrower);
    it.unsubscribe(listener);
  });
});

test("on Node the channels are Node's", () => {
  expect(channel("slipstream.test.same")).toBe(nodeChannel("slipstream.test.same"));
});
