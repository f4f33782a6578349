// What is misspelt is told, and never does nothing: least of all a `connect` under another name.
import { EventEmitter } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { Channel } from "./channel/channel.ts";
import { OptionError } from "./errors.ts";
import { ok, refuse } from "./channel/results.ts";
import { nats } from "./nats/index.ts";
import { redis } from "./redis/index.ts";
import { ChannelsServer } from "./server.ts";

const channels = { "room:*": { join: () => ok() } };
const serverOf = (): ChannelsServer => new ChannelsServer({ logger: false });

function expectToBeTold(run: () => unknown, sentence: string): void {
  expect(run).toThrow(OptionError);
  expect(run).toThrow(sentence);
}

test("options of the server and of a socket that there are not", () => {
  expectToBeTold(
    () => new ChannelsServer({ maxPaylod: 1 } as never),
    "There is no option maxPaylod.",
  );
  const socket = (definition: object) => () => serverOf().socket("/s", definition as never);
  expectToBeTold(socket({ onConnect: () => refuse(), channels }), "There is no option onConnect.");
  expectToBeTold(socket({ maxChanels: 1, channels }), "There are connect, id, channels");
  expect(socket({ connect: undefined, nothing: undefined, channels })).not.toThrow();
});

test.each(["handle_in", "handlein", "HandleIn", "onJoin", "handle_info", "on_terminate"])(
  "a callback that is called %s is never called",
  (name) => {
    const misnamed = (channel: unknown) => () =>
      serverOf().socket("/s", { channels: { "room:*": channel as never } });
    expectToBeTold(misnamed({ join: () => ok(), [name]: () => undefined }), "It must be called ");
    class Room extends Channel {
      override join() {
        return ok();
      }
    }
    Reflect.set(Room.prototype, name, () => undefined);
    expectToBeTold(misnamed(Room), name);
  },
);

test("a channel may have members of its own", () => {
  class Room extends Channel {
    override join() {
      return ok(this.handleLater());
    }
    handleLater(): number {
      return 1;
    }
  }
  const object = { join: () => ok(), members: 3, onlookers: () => 1 };
  expect(() =>
    serverOf().socket("/s", { channels: { a: Room, b: object as never } }),
  ).not.toThrow();
});

test("paths that clients would never reach", () => {
  for (const path of ["/socket/websocket", "/socket/longpoll"]) {
    expectToBeTold(() => serverOf().socket(path, { channels }), "without /websocket or /longpoll");
  }
});

test("listen and close take objects, and a port that is one", async () => {
  const server = serverOf();
  onTestFinished(() => server.close());
  for (const options of [4_000, {}, { port: "4000" }, { port: -1 }, { prot: 4_000 }, undefined]) {
    await expect(server.listen(options as never)).rejects.toThrow(OptionError);
  }
  expect(() => server.close({ darin: 1 } as never)).toThrow("There is no option darin");
});

test("an app of a framework is no HTTP server, and says so", () => {
  const express = Object.assign(() => {}, EventEmitter.prototype, { listen: () => {} });
  const koa = Object.assign(new EventEmitter(), { listen: () => {} });
  const hono = { on: () => {}, fetch: () => {} };
  for (const app of [express, koa, hono, undefined, null]) {
    expectToBeTold(
      () => serverOf().attach(app as never),
      "an HTTP server, such as createServer(app)",
    );
  }
});

test("an instance of a channel is not its class", () => {
  class Room extends Channel {
    override join() {
      return ok();
    }
  }
  const room = new Room({} as never);
  expectToBeTold(() => serverOf().socket("/s", { channels: { a: room } }), "the class itself");
});

test("a topic and an event are texts, wherever nobody would hear them", () => {
  const server = serverOf();
  expectToBeTold(() => server.broadcast(undefined as never, "e", {}), "The option topic");
  expectToBeTold(() => server.broadcast("a", { body: "hi" } as never, {}), "The option event");
});

test("a broker that was left out, or is none", () => {
  for (const url of [undefined, "", 6_379, "http://localhost:6379", "nats://localhost"]) {
    expectToBeTold(() => redis(url as never), "a URL such as redis://localhost:6379");
  }
  for (const servers of [undefined, "", [], ["nats://localhost", ""], 4_222]) {
    expectToBeTold(() => nats(servers as never), "an address such as nats://localhost:4222");
  }
  expectToBeTold(() => redis("redis://h", { chanel: "c" } as never), "There is no option chanel");
  expectToBeTold(() => nats("h", { subjct: "c" } as never), "There is no option subjct");
  for (const maxBuffered of [0, -1, Number.NaN, "1" as never]) {
    expectToBeTold(() => redis("redis://h", { maxBuffered }), "The option maxBuffered");
    expectToBeTold(() => nats("h", { maxBuffered }), "The option maxBuffered");
  }
  expectToBeTold(() => redis("redis://h", { channel: "" }), "The option channel");
  for (const subject of ["", "a b", "a.*", ">", "a..b", ".a"]) {
    expectToBeTold(() => nats("h", { subject }), "The option subject");
  }
});
