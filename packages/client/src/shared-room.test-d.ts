// One file, two ends: what `defineChannel` says once types the server's channel, the client of it and
// the test kit's client, each in its own direction.
import {
  accept,
  Channel,
  ChannelsServer,
  ok,
  reply,
  type ChannelObject,
  type IncomingPush,
  type JoinParams,
  type Served,
} from "@slipstream/server";
import { connect as connectTest } from "@slipstream/server/testing";
import * as v from "valibot";
import { describe, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { connect, defineChannel, type ClientTypes } from "./index.ts";

/** The shared file. A date is text where it travels, and a Date for whoever receives it. */
const roomSchema = defineChannel({
  join: {
    params: z.object({ user: z.number(), since: z.coerce.date<string>().optional() }),
    response: z.object({ members: z.number() }),
  },
  push: {
    new_msg: {
      payload: z.object({ body: z.string(), tags: z.array(z.string()).default([]) }),
      reply: z.object({ id: z.number() }),
    },
    typing: {},
  },
  message: {
    new_msg: z.object({ body: z.string(), at: z.string().transform((at) => new Date(at)) }),
  },
});

type ServerRoom = Served<typeof roomSchema>;
type ClientRoom = ClientTypes<(typeof roomSchema)["parts"]>;

interface Assigns {
  readonly user: number;
}

describe("the server's end", () => {
  test("a class has the types of the definition", () => {
    class Room extends Channel<ServerRoom, Assigns> {
      static override readonly schema = roomSchema;
      override join({ user, since }: JoinParams<ServerRoom>) {
        expectTypeOf(user).toEqualTypeOf<number>();
        // What has been checked is what the validator made of it.
        expectTypeOf(since).toEqualTypeOf<Date | undefined>();
        return ok({ members: 3 });
      }
      override handleIn(push: IncomingPush<ServerRoom>) {
        switch (push.event) {
          case "new_msg":
            expectTypeOf(push.payload.tags).toEqualTypeOf<string[]>();
            // What is sent is what the validator takes.
            this.broadcast("new_msg", { body: push.payload.body, at: "2026-01-02" });
            // @ts-expect-error -- at is sent as text
            this.broadcast("new_msg", { body: push.payload.body, at: new Date() });
            // @ts-expect-error -- no such message
            this.push("typing", {});
            return reply({ id: 1 });
          case "typing":
            return reply();
        }
      }
    }
    class Wrong extends Channel<ServerRoom> {
      // @ts-expect-error -- the response has members
      override join() {
        return ok({ guests: 3 });
      }
    }
    new ChannelsServer().socket("/socket", {
      connect: () => accept({ user: 1 }),
      channels: { "room:*": Room, "wrong:*": Wrong },
    });
  });

  test("so has a plain object", () => {
    const room: ChannelObject<ServerRoom> = {
      schema: roomSchema,
      join: () => ok({ members: 1 }),
      handleIn: {
        new_msg({ body, tags }, channel) {
          channel.push("new_msg", { body: body + tags.join(), at: "2026-01-02" });
          return reply({ id: 1 });
        },
      },
    };
    const wrong: ChannelObject<ServerRoom> = {
      join: () => ok({ members: 1 }),
      handleIn: {
        // @ts-expect-error -- the reply has a number
        new_msg: () => reply({ id: "1" }),
      },
    };
    expectTypeOf(room).toEqualTypeOf(wrong);
  });
});

test("the client's end, by the same definition", async () => {
  const socket = await connect("ws://localhost:4000/socket");
  const room = await socket.join(
    "room:a",
    { user: 1, since: "2026-01-02" },
    { schema: roomSchema },
  );
  expectTypeOf(room.response?.members).toEqualTypeOf<number | undefined>();
  const { id } = await room.push("new_msg", { body: "hi" });
  expectTypeOf(id).toEqualTypeOf<number>();
  room.on("new_msg", ({ at }) => expectTypeOf(at).toEqualTypeOf<Date>());
  // @ts-expect-error -- the body is missing
  void room.push("new_msg", { tags: [] });
  // @ts-expect-error -- no such push
  void room.push("new_message", { body: "hi" });
  // @ts-expect-error -- no such message
  room.on("typing", () => {});
  // @ts-expect-error -- the user is a number
  void socket.join("room:a", { user: "1" }, { schema: roomSchema });
});

test("the test kit's end, by the types alone", async () => {
  const socket = await connectTest<Assigns>(new ChannelsServer(), "/socket");
  expectTypeOf(socket.assigns.user).toEqualTypeOf<number>();
  const room = await socket.join<ClientRoom>("room:a", { user: 1 });
  expectTypeOf(room.response.members).toEqualTypeOf<number>();
  const { id } = await room.push("new_msg", { body: "hi" }).assertReply("ok");
  expectTypeOf(id).toEqualTypeOf<number>();
  expectTypeOf(await room.push("typing").assertReply("error")).toEqualTypeOf<unknown>();
  expectTypeOf((await room.assertPush("new_msg")).body).toEqualTypeOf<string>();
  // @ts-expect-error -- the params have a user
  await socket.join<ClientRoom>("room:a");
  // @ts-expect-error -- the payload has a body
  room.push("new_msg", {});
  // @ts-expect-error -- the payload is missing
  room.push("new_msg");
});

test("what the client sends is what the server receives, and the other way round", () => {
  const echo = defineChannel({
    push: { echo: { payload: v.object({ n: v.number() }), reply: v.object({ n: v.number() }) } },
    message: { echoed: v.object({ n: v.number() }) },
  });
  // Validators that transform nothing give both ends the same types.
  expectTypeOf<Served<typeof echo>>().toEqualTypeOf<ClientTypes<(typeof echo)["parts"]>>();
});
