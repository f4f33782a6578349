// The same conversation with npm phoenix and with ours: what the program sees is the same, in the same
// order. What is meant to differ is in ../differences.test.ts.
import { expect, test } from "vitest";
import { compare } from "../fixtures/libraries.ts";
import { serve } from "../fixtures/server.ts";

test("a conversation from connect to disconnect", async () => {
  const lines = await compare(async ({ connectTo }, diary) => {
    const { url, asked } = await serve();
    const socket = connectTo(url, { params: { token: "t", nested: { list: [1, "b"] } } });
    socket.onOpen(diary.note("open"));
    socket.onClose(diary.note("close"));
    socket.onError(diary.note("error"));
    diary.write("state", `${socket.connectionState()} ${socket.isConnected()}`);
    const room = socket.channel("room:lobby", { user: 1 });
    diary.write("state", room.state);
    room.on("said", diary.note("said"));
    room.on("shouted", diary.note("shouted"));
    room.onError(diary.note("room error"));
    room.onClose(diary.note("room close"));
    const join = room.join();
    for (const status of ["ok", "error", "timeout"]) join.receive(status, diary.note(status));
    diary.write("state", room.state);
    socket.connect();
    await diary.until("ok");
    diary.write("state", `${socket.connectionState()} ${room.state} ${room.canPush()}`);
    for (const event of ["echo", "refuse", "odd", "say", "shout"]) {
      const push = room.push(event, { event });
      for (const status of ["ok", "error", "maybe", "timeout"]) {
        push.receive(status, diary.note(`${event} ${status}`));
      }
    }
    await diary.until("shout ok");
    diary.write("asked", JSON.stringify(asked[0]?.params));
    await new Promise<void>((resolve) => {
      socket.disconnect(() => resolve(), 4001, "done");
    });
    await diary.until("close");
    diary.write("state", `${socket.connectionState()} ${room.state}`);
  });
  expect(lines).toContain("echo ok: {event: echo}");
  expect(lines).toContain("odd maybe: {event: odd}");
});

test("long polling", async () => {
  await compare(async ({ connectTo, LongPoll }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url, { transport: LongPoll });
    socket.onOpen(diary.note("open"));
    socket.connect();
    const room = socket.channel("room:lobby", { n: 1 });
    room.on("said", diary.note("said"));
    room.join().receive("ok", diary.note("joined"));
    await diary.until("joined");
    room.push("say", { n: 2 }).receive("ok", diary.note("say"));
    await diary.until("say");
    await new Promise<void>((resolve) => {
      socket.disconnect(() => resolve());
    });
  });
});

test("auth tokens, raw messages, pings and refs", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url, asked } = await serve();
    const socket = connectTo(url, { authToken: "se+cret/", params: () => ({ n: 1 }) });
    socket.onMessage(({ event, payload, ref }) => {
      if (ref === raw) diary.write("raw", `${event} ${payload.status}`);
    });
    diary.write("ping", String(socket.ping(diary.note("never"))));
    const raw = socket.makeRef();
    const join = { topic: "room:raw", event: "phx_join", payload: {}, ref: raw, join_ref: raw };
    socket.push(join);
    socket.connect();
    await diary.until("raw");
    await new Promise<void>((resolve) => {
      socket.ping((latency) => {
        diary.write("pong", typeof latency);
        resolve();
      });
    });
    diary.write("asked", `${asked[0]?.authToken} ${JSON.stringify(asked[0]?.params)}`);
    diary.write("url", socket.endPointURL().replace(url, ""));
  });
});

test("codecs of the program's own, which may take their time", async () => {
  await compare(async ({ connectTo, Serializer }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url, {
      encode: (message, callback) => {
        if (message.event === "echo") setTimeout(() => Serializer.encode(message, callback), 1);
        else Serializer.encode(message, callback);
      },
      decode: (frame, callback) => {
        setTimeout(() => Serializer.decode(frame, callback), 1);
      },
    });
    socket.connect();
    const room = socket.channel("room:lobby", { n: 1 });
    room.join().receive("ok", diary.note("joined"));
    await diary.until("joined");
    room.push("echo", { n: 2 }).receive("ok", diary.note("echo"));
    await diary.until("echo");
    room.push("echo", new Uint8Array([9]).buffer).receive("ok", diary.note("bytes"));
    await diary.until("bytes");
  });
});

test("bytes are ArrayBuffers both ways", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    socket.connect();
    const room = socket.channel("room:lobby");
    room.on("said", diary.note("said"));
    room.on("shouted", diary.note("shouted"));
    room.join().receive("ok", diary.note("joined"));
    await diary.until("joined");
    for (const event of ["echo", "say", "shout"]) {
      room.push(event, new Uint8Array([1, 2, 3]).buffer).receive("ok", diary.note(event));
    }
    await diary.until("shout:");
  });
});
