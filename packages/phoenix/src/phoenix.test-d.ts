// Programs written against @types/phoenix compile against ours.
import type * as theirs from "phoenix";
import { expectTypeOf, test } from "vitest";
import { LongPoll, Presence, Socket, type Channel, type Push } from "./index.ts";

interface Message {
  readonly body: string;
}

test("what @types/phoenix calls a Socket, a Channel, a Push, a Presence", () => {
  expectTypeOf<Socket>().toExtend<theirs.Socket>();
  expectTypeOf<Channel>().toExtend<theirs.Channel>();
  expectTypeOf<Push>().toExtend<Omit<theirs.Push, "receive">>();
  expectTypeOf<Presence>().toExtend<theirs.Presence>();
  expectTypeOf<ConstructorParameters<typeof theirs.Socket>>().toExtend<
    ConstructorParameters<typeof Socket>
  >();
});

test("a program", () => {
  const run = (): void => {
    const socket = new Socket("/socket", {
      params: () => ({ token: "t" }),
      authToken: "t",
      transport: LongPoll,
      timeout: 5_000,
      heartbeatIntervalMs: 1_000,
      longPollFallbackMs: 2_500,
      reconnectAfterMs: (tries) => tries * 100,
      rejoinAfterMs: (tries) => tries * 100,
      logger: (kind: string, message: string, data: unknown) => void [kind, message, data],
      encode: (payload: object, callback: (encoded: unknown) => void) => callback(payload),
      decode: (payload: string, callback: (decoded: unknown) => void) => callback(payload),
    });
    const refs: string[] = [
      socket.onOpen(() => {}),
      socket.onClose((event: { readonly code: number }) => void event.code),
      socket.onError((error, transport, established) => void [error, transport, established]),
      socket.onMessage((message: object) => void message),
    ];
    socket.off(refs);
    socket.connect();
    const channel: Channel = socket.channel("room:1", { user: 1 });
    const ref: number = channel.on("new_msg", (message: Message) => void message.body);
    channel.off("new_msg", ref);
    channel.onError((reason?: unknown) => void reason);
    channel.onClose((payload: unknown, ref: unknown, joinRef: unknown) => {
      void [payload, ref, joinRef];
    });
    const push: Push = channel
      .push("new_msg", { body: "hi" }, 10_000)
      .receive("ok", ({ id }: { id: number }) => void id)
      .receive("error", (reasons) => void reasons.reason)
      .receive("timeout", () => {});
    push.resend(1_000);
    const presence = new Presence(channel, { events: { state: "s", diff: "d" } });
    presence.onJoin((key, current, joined) => void [key, current, joined]);
    presence.onSync(() => {});
    const names: string[] = presence.list((key, { metas: [first] }) => `${key} ${first.name}`);
    const state: object = Presence.syncState({}, {});
    void [names, Presence.syncDiff(state, { joins: {}, leaves: {} })];
    socket.disconnect(() => {}, 1000, "done");
    socket.disconnect(async () => {});
  };
  expectTypeOf(run).toBeFunction();
});
