// What is misspelt is told, and never does nothing: least of all a `connect` under another name.
import { expect, onTestFinished, test } from "vitest";
import { Channel } from "./channel/channel.ts";
import { OptionError } from "./errors.ts";
import { ok, refuse } from "./channel/results.ts";
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
