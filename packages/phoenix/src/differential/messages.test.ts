// What handlers are told, and in which order, with npm phoenix and with ours.
import { test } from "vitest";
import { shown } from "../fixtures/diary.ts";
import { compare } from "../fixtures/libraries.ts";
import { serve, speak } from "../fixtures/server.ts";

test("messages: hooks, handlers and their refs", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    const seen: string[] = [];
    const ref = socket.onMessage(({ topic, event, payload }) => {
      seen.push(`${topic} ${event} ${shown(payload)}`);
    });
    socket.connect();
    const room = socket.channel("room:lobby");
    room.onMessage = (event, payload) =>
      event === "said" ? { ...payload, hooked: true } : payload;
    const first = room.on("said", (payload, ref, joinRef) => {
      diary.write("first", `${shown(payload)} ${ref} ${joinRef === room.joinRef()}`);
    });
    room.on("said", (payload) => {
      room.off("said", first);
      diary.note("second")(payload);
    });
    room.join().receive("ok", diary.note("joined"));
    await diary.until("joined");
    room.push("say", { n: 1 }).receive("ok", diary.note("ok"));
    await diary.until("ok");
    room.push("say", { n: 2 }).receive("ok", diary.note("ok"));
    await diary.until("ok", 2);
    room.off("said");
    socket.off([ref]);
    room.push("say", { n: 3 }).receive("ok", diary.note("ok"));
    await diary.until("ok", 3);
    for (const line of seen) diary.write("message", line);
    room.on("local", diary.note("local"));
    room.trigger("local", { by: "hand" });
  });
});

test("handlers of replies", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    const room = socket.channel("room:lobby");
    room.join().receive("ok", diary.note("joined"));
    socket.connect();
    await diary.until("joined");
    room.on("phx_reply", diary.note("reply"));
    const push = room.push("echo", { n: 1 }).receive("ok", diary.note("ok"));
    room.on(`chan_reply_${push.ref}`, diary.note("the reply of this push"));
    await diary.until("reply");
  });
});

test("messages without a join_ref, with an old one, and for other topics", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await speak(async (speaker) => {
      const join = await speaker.hear();
      await speaker.reply(join);
      await speaker.say(null, null, "room:lobby", "said", { n: 1 });
      await speaker.say("999", null, "room:lobby", "said", { n: 2 });
      await speaker.say(null, null, "room:else", "said", { n: 3 });
      await speaker.say(join?.[0] ?? null, null, "room:lobby", "said", { n: 4 });
      await speaker.say(null, null, "room:lobby", "phx_error", {});
      await speaker.reply(await speaker.hear());
      await speaker.say(null, null, "room:lobby", "phx_close", {});
    });
    const socket = connectTo(url);
    socket.onMessage(({ topic, event, payload }) => {
      diary.write("message", `${topic} ${event} ${shown(payload)}`);
    });
    const room = socket.channel("room:lobby");
    room.on("said", diary.note("said"));
    room.onError(diary.note("room error"));
    room.onClose(diary.note("room close"));
    room.join().receive("ok", diary.note("joined"));
    socket.connect();
    await diary.until("message: room:lobby phx_close");
  });
});

test("all that a socket hears, heartbeats among it", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    socket.onMessage(({ topic, event, payload, ref, join_ref }) => {
      const refs = `${typeof ref} ${typeof join_ref}`;
      diary.write("message", `${topic} ${event} ${shown(payload)} ${refs}`);
    });
    socket.connect();
    const room = socket.channel("room:lobby");
    room.join();
    await diary.until("message");
    socket.sendHeartbeat();
    await diary.until("message", 2);
    room.push("say", { n: 1 });
    await diary.until("message", 4);
    room.push("crash", {}, 10);
    await diary.until("message", 5);
  });
});

test("replies that say nothing, or something that is no object", async () => {
  const responses = [undefined, null, "text", [1]];
  await compare(async ({ connectTo }, diary) => {
    const { url } = await speak(async (speaker) => {
      for (const response of responses) await speaker.reply(await speaker.hear(), "ok", response);
    });
    const socket = connectTo(url);
    const room = socket.channel("room:lobby");
    room.join().receive("ok", diary.note("joined"));
    socket.connect();
    await diary.until("joined");
    for (let n = 1; n < responses.length; n++) {
      room.push("ask", { n }).receive("ok", diary.note("ok"));
      await diary.until("ok", n);
    }
  });
});

test("callbacks that add callbacks, and handlers that were given by hand", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    socket.off([socket.onOpen(diary.note("never")), socket.onClose(diary.note("never"))]);
    socket.onOpen(diary.note("open"));
    socket.connect();
    await diary.until("open");
    const other = socket.channel("room:other");
    other.on("said", diary.note("another's"));
    const room = socket.channel("room:lobby");
    for (const binding of other.bindings) {
      if (binding.event === "said") room.bindings.push(binding);
    }
    room.on("said", () => {
      diary.write("one");
      room.on("said", diary.note("two"));
    });
    room.join().receive("ok", () => {
      diary.write("joined");
      room.joinPush.receive("ok", diary.note("nested"));
    });
    await diary.until("nested");
    room.push("say", {}).receive("ok", diary.note("ok"));
    await diary.until("ok");
  });
});
