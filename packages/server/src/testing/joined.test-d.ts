import { defineChannel } from "@slipstream/core";
import { expectTypeOf } from "vitest";
import { z } from "zod";
import type { Joined, TestSocket } from "./index.ts";

const schema = defineChannel({
  join: {
    params: z.object({ color: z.string().default("red") }),
    response: z.object({ at: z.string().transform(Number) }),
  },
  push: { say: { payload: z.object({ n: z.string().transform(Number) }) } },
});

declare const socket: TestSocket;

const room = await socket.join<Joined<typeof schema>>("room:lobby", {});
expectTypeOf(room.response).toEqualTypeOf<{ at: number }>();
room.push("say", { n: "1" });
// @ts-expect-error -- the validator takes a text
room.push("say", { n: 1 });
