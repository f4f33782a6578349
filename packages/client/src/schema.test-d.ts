// The types that a schema gives: what validators take where we send, what they make where we receive.
import * as v from "valibot";
import { describe, expectTypeOf, test } from "vitest";
import { z } from "zod";
import {
  defineChannel,
  type Channel,
  type ClientTypes,
  type MessagePayload,
  type PushPayload,
  type PushReply,
  type JoinParams,
  type JoinResponse,
  type ServerTypes,
  type Socket,
  type ValidationError,
} from "./index.ts";

declare const socket: Socket;

const byZod = defineChannel({
  join: {
    params: z.object({ user: z.number(), name: z.string().default("") }),
    response: z.object({ since: z.coerce.date<string>() }),
  },
  push: {
    new_msg: {
      payload: z.object({ body: z.string(), tags: z.array(z.string()).default([]) }),
      reply: z.object({ at: z.string().transform((text) => new Date(text)) }),
    },
    typing: {},
  },
  message: {
    new_msg: z.object({ at: z.string().transform((text) => new Date(text)) }),
    gone: z.object({ id: z.number() }),
  },
});

const date = v.pipe(
  v.string(),
  v.transform((text) => new Date(text)),
);
const byValibot = defineChannel({
  join: {
    params: v.object({ user: v.number(), name: v.optional(v.string(), "") }),
    response: v.object({ since: date }),
  },
  push: {
    new_msg: {
      payload: v.object({ body: v.string(), tags: v.optional(v.array(v.string()), []) }),
      reply: v.object({ at: date }),
    },
    typing: {},
  },
  message: { new_msg: v.object({ at: date }), gone: v.object({ id: v.number() }) },
});

type Zod = ClientTypes<(typeof byZod)["parts"]>;
type Valibot = ClientTypes<(typeof byValibot)["parts"]>;

describe("a channel with a schema", () => {
  test("join takes the input of params, and gives the output of the response", () => {
    const joining = socket.join("room:a", { user: 1 }, { schema: byZod });
    expectTypeOf(joining).resolves.toEqualTypeOf<Channel<Zod>>();
    void socket.join("room:a", async () => ({ user: 1, name: "x" }), { schema: byValibot });
    // @ts-expect-error -- params of the wrong type
    void socket.join("room:a", { user: "1" }, { schema: byZod });
    // @ts-expect-error -- no params
    void socket.join("room:a", undefined, { schema: byValibot });
    const room = socket.channel("room:a", { user: 1 }, { schema: byValibot });
    expectTypeOf(room.join()).resolves.toEqualTypeOf<{ since: Date }>();
    void socket.channel("room:a", undefined, { schema: byZod });
  });

  test("push takes the input of its payload, and gives the output of the reply", () => {
    const [zod, valibot] = [
      socket.channel("room:a", { user: 1 }, { schema: byZod }),
      socket.channel("room:b", { user: 1 }, { schema: byValibot }),
    ];
    expectTypeOf(zod.push("new_msg", { body: "hi" })).resolves.toEqualTypeOf<{ at: Date }>();
    expectTypeOf(valibot.push("new_msg", { body: "hi" })).resolves.toEqualTypeOf<{ at: Date }>();
    expectTypeOf(zod.push("typing")).resolves.toEqualTypeOf<unknown>();
    // @ts-expect-error -- a payload that does not match
    void zod.push("new_msg", { body: 1 });
    // @ts-expect-error -- an event that does not exist
    void valibot.push("new_message", { body: "hi" });
  });

  test("messages are outputs, and an invalid one is told as a ValidationError", () => {
    const room = socket.channel("room:a", { user: 1 }, { schema: byZod });
    room.on("new_msg", ({ at }) => expectTypeOf(at).toEqualTypeOf<Date>());
    room.onMessage((message) => {
      if (message.event === "gone") expectTypeOf(message.payload).toEqualTypeOf<{ id: number }>();
    });
    room.onInvalid((error, { payload }) => {
      expectTypeOf(error).toEqualTypeOf<ValidationError>();
      expectTypeOf(payload).toEqualTypeOf<unknown>();
    });
    // @ts-expect-error -- an event that does not exist
    room.on("typing", () => {});
  });

  test("no params are needed where the schema has none, or none that must be there", () => {
    const open = defineChannel({ message: { n: z.number() } });
    const channel = socket.join("room:a", undefined, { schema: open });
    expectTypeOf(channel).resolves.toHaveProperty("onInvalid");
    const optional = defineChannel({ join: { params: z.object({ user: z.number().optional() }) } });
    void socket.join("room:a", {}, { schema: optional });
  });
});

describe("one definition for both ends", () => {
  test("what one end sends is what the other receives", () => {
    type Server = ServerTypes<(typeof byZod)["parts"]>;
    expectTypeOf<JoinParams<Zod>>().toEqualTypeOf<{ user: number; name?: string | undefined }>();
    expectTypeOf<JoinParams<Server>>().toEqualTypeOf<{ user: number; name: string }>();
    expectTypeOf<JoinResponse<Server>>().toEqualTypeOf<{ since: string }>();
    expectTypeOf<PushPayload<Zod, "new_msg">["tags"]>().toEqualTypeOf<string[] | undefined>();
    expectTypeOf<PushPayload<Server, "new_msg">["tags"]>().toEqualTypeOf<string[]>();
    expectTypeOf<PushReply<Server, "new_msg">>().toEqualTypeOf<{ at: string }>();
    expectTypeOf<MessagePayload<Server, "new_msg">>().toEqualTypeOf<{ at: string }>();
    expectTypeOf<MessagePayload<Valibot, "new_msg">>().toEqualTypeOf<{ at: Date }>();
  });

  test("only validators can be parts of it", () => {
    // @ts-expect-error -- a JSON schema is no validator
    defineChannel({ message: { n: { type: "number" } } });
    // @ts-expect-error -- a part that does not exist
    defineChannel({ messages: {} });
  });
});
