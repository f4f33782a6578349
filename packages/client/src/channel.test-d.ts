// The types of a channel: what an interface allows and refuses, and what is known without one.
import { describe, expectTypeOf, test } from "vitest";
import type { Channel, ChannelMessage, Messages, Socket } from "./index.ts";

interface Room {
  join: { params: { user: number }; response: { members: number } };
  push: {
    new_msg: { payload: { body: string }; reply: { id: number } };
    typing: { payload: { on: boolean } | undefined };
    ping: { reply: "pong" };
    touch: object;
  };
  message: {
    new_msg: { id: number; body: string };
    gone: { id: number };
    bytes: Uint8Array;
  };
}

declare const socket: Socket;
declare const room: Channel<Room>;
declare const untyped: Channel;

describe("a typed channel", () => {
  test("join: params and response", () => {
    expectTypeOf(socket.join<Room>("room:a", { user: 1 })).resolves.toEqualTypeOf<Channel<Room>>();
    void socket.join<Room>("room:a", () => ({ user: 1 }));
    void socket.join<Room>("room:a", async () => ({ user: 1 }));
    // @ts-expect-error -- a param of the wrong type
    void socket.join<Room>("room:a", { user: "1" });
    // @ts-expect-error -- a function whose params are wrong
    void socket.join<Room>("room:a", () => ({ name: "x" }));
    // @ts-expect-error -- the params are left out
    void socket.join<Room>("room:a");
    // @ts-expect-error -- and so they are here, in favour of options
    void socket.join<Room>("room:a", undefined, {});
    expectTypeOf(room.join()).resolves.toEqualTypeOf<{ members: number }>();
    expectTypeOf(room.response).toEqualTypeOf<{ members: number } | undefined>();
    room.setParams({ user: 2 });
    // @ts-expect-error -- a param that does not exist
    room.setParams({ user: 2, nam: "x" });
  });

  test("push: the payload by the event, and the reply", () => {
    expectTypeOf(room.push("new_msg", { body: "hi" })).resolves.toEqualTypeOf<{ id: number }>();
    expectTypeOf(room.push("ping")).resolves.toEqualTypeOf<"pong">();
    expectTypeOf(room.push("touch")).resolves.toEqualTypeOf<unknown>();
    void room.push("new_msg", { body: "hi" }, { timeout: 5, signal: AbortSignal.abort() });
    // @ts-expect-error -- an event that does not exist
    void room.push("new_message", { body: "hi" });
    // @ts-expect-error -- a payload of another event
    void room.push("new_msg", { on: true });
    // @ts-expect-error -- an option that does not exist
    void room.push("new_msg", { body: "hi" }, { timeOut: 5 });
  });

  test("push: the payload may be left out only where it may be undefined", () => {
    void room.push("typing");
    void room.push("typing", { on: true });
    void room.push("typing", undefined, { timeout: 5 });
    void room.push("ping", undefined, { timeout: 5 });
    // @ts-expect-error -- new_msg needs its payload
    void room.push("new_msg");
    // @ts-expect-error -- and so it does without a reply
    void room.send("new_msg");
  });

  test("send: the same payloads, and no reply", () => {
    expectTypeOf(room.send("new_msg", { body: "hi" })).resolves.toEqualTypeOf<void>();
    // @ts-expect-error -- an event that does not exist
    void room.send("nope");
  });

  test("on: the payload by the event", () => {
    room.on("new_msg", (payload, message) => {
      expectTypeOf(payload).toEqualTypeOf<{ id: number; body: string }>();
      expectTypeOf(message.event).toEqualTypeOf<"new_msg">();
    });
    room.on("bytes", (payload) => {
      expectTypeOf(payload).toEqualTypeOf<Uint8Array>();
    });
    // @ts-expect-error -- an event that the server does not send
    room.on("typing", () => {});
  });

  test("onMessage and messages: the event tells the payload", () => {
    room.onMessage((message) => {
      expectTypeOf(message).toEqualTypeOf<ChannelMessage<Room>>();
      if (message.event === "gone") expectTypeOf(message.payload).toEqualTypeOf<{ id: number }>();
      if (message.event === "bytes") expectTypeOf(message.payload).toEqualTypeOf<Uint8Array>();
    });
    expectTypeOf(room.messages()).toEqualTypeOf<Messages<ChannelMessage<Room>>>();
    expectTypeOf(room.messages("gone")).toEqualTypeOf<
      Messages<{ readonly event: "gone"; readonly payload: { id: number } }>
    >();
    expectTypeOf(room.messages("gone").dropped).toEqualTypeOf<number>();
    // @ts-expect-error -- an event that the server does not send
    room.messages("nope");
    // @ts-expect-error -- a policy that does not exist
    room.messages("gone", { overflow: "drop" });
  });
});

describe("a channel of which nothing is known", () => {
  test("takes any event and payload, and gives unknown", () => {
    expectTypeOf(untyped.push("anything")).resolves.toEqualTypeOf<unknown>();
    void untyped.push("anything", { a: 1 }, { timeout: 5 });
    void untyped.send("anything", new Uint8Array(3));
    untyped.on("anything", (payload, message) => {
      expectTypeOf(payload).toEqualTypeOf<unknown>();
      expectTypeOf(message.event).toEqualTypeOf<"anything">();
    });
    untyped.onMessage(({ event, payload }) => {
      expectTypeOf(event).toEqualTypeOf<string>();
      expectTypeOf(payload).toEqualTypeOf<unknown>();
    });
    expectTypeOf(socket.join("room:a")).resolves.toEqualTypeOf<Channel>();
    expectTypeOf(untyped.join()).resolves.toEqualTypeOf<unknown>();
  });
});

describe("params that may be left out", () => {
  test("all optional, or none at all", () => {
    void socket.join<{ join: { params: { user?: number }; response: null } }>("room:a");
    void socket.join<{ join: { params: undefined; response: null } }>("room:a");
    void socket.join("room:a", undefined, { signal: AbortSignal.abort() });
    // A channel may be given its params later.
    void socket.channel<Room>("room:a");
  });
});

describe("an interface that says only a part", () => {
  test("leaves the rest unknown", () => {
    interface Feed {
      message: { change: { row: number } };
    }
    const feed = socket.channel<Feed>("feed");
    feed.on("change", ({ row }) => expectTypeOf(row).toEqualTypeOf<number>());
    void feed.push("anything", { at: "all" });
    expectTypeOf(feed.join()).resolves.toEqualTypeOf<unknown>();
    void socket.join<Feed>("feed", { whatever: true });
  });
});
