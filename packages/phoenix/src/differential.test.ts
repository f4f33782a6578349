// The same conversation with npm phoenix and with ours: what the program sees is the same, in the same
// order. What is meant to differ is in differences.test.ts.
import { expect, test } from "vitest";
import { compare, shown } from "./fixtures/libraries.ts";
import { answerJoins, serve, speak } from "./fixtures/server.ts";

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

test("pushes made before the join wait, in order; answers that are there are told at once", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    const room = socket.channel("room:lobby");
    try {
      room.push("echo", {});
    } catch (error) {
      diary.write("threw", String(error instanceof Error));
    }
    const join = room.join();
    try {
      room.join();
    } catch (error) {
      diary.write("threw", String(error instanceof Error));
    }
    for (const n of [1, 2, 3]) room.push("echo", { n }).receive("ok", diary.note("echo"));
    diary.write("waiting", String(room.pushBuffer.length));
    socket.connect();
    await diary.until("echo", 3);
    diary.write("waiting", String(room.pushBuffer.length));
    join.receive("ok", diary.note("late")).receive("error", diary.note("late"));
  });
});

test("leaving", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    socket.connect();
    const room = socket.channel("room:lobby");
    room.onClose(diary.note("room close"));
    room.on("shouted", diary.note("shouted"));
    room.join().receive("ok", diary.note("joined"));
    await diary.until("joined");
    // Nobody hears the answer, and npm phoenix waits for it.
    room.push("shout", {}, 500);
    room.leave().receive("ok", diary.note("left"));
    await diary.until("left");
    diary.write("state", `${room.state} ${socket.channels.length}`);
    const again = socket.channel("room:lobby");
    again.join().receive("ok", diary.note("joined again"));
    await diary.until("joined again");
  });
});

test("leaving without a connection", async () => {
  await compare(async ({ connectTo }, diary) => {
    const socket = connectTo("ws://127.0.0.1:9/socket");
    const room = socket.channel("room:lobby");
    room.onClose(diary.note("room close"));
    room.join().receive("ok", diary.note("joined"));
    room.leave().receive("ok", diary.note("left"));
    diary.write("state", `${room.state} ${socket.channels.length}`);
    await Promise.resolve();
  });
});

test("a refused join is tried again", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    socket.connect();
    const room = socket.channel("room:lobby", { refuse: 2 });
    room.onError(diary.note("room error"));
    room
      .join()
      .receive("error", (response) => diary.note(`refused, ${room.state}`)(response))
      .receive("ok", diary.note("joined"));
    await diary.until("joined");
  });
});

test("a channel that crashes joins again; one that the server closes does not", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    socket.connect();
    const room = socket.channel("room:lobby");
    room.onError((reason) => diary.note(`room error, ${room.state}`)(reason));
    room.onClose((reason) => diary.note(`room close, ${room.state}`)(reason));
    room.join().receive("ok", diary.note("joined"));
    await diary.until("joined");
    // What npm phoenix leaves behind is gone soon.
    room.push("crash", {}, 500);
    await diary.until("joined", 2);
    room.push("close", {}, 500);
    await diary.until("room close");
    diary.write("state", `${room.state} ${socket.channels.length}`);
  });
});

test.each(["drop", "closeSocket"])("a connection that ends by %s comes back", async (event) => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    socket.onOpen(diary.note("open"));
    socket.onClose(diary.note("close"));
    socket.onError(diary.note("error"));
    let joins = 0;
    const room = socket.channel("room:lobby", () => ({ joins: (joins += 1) }));
    room.onError((reason) => diary.note(`room error, ${room.state}`)(reason));
    socket.connect();
    await diary.until("open");
    room.join().receive("ok", diary.note("joined"));
    await diary.until("joined");
    room.push(event, {}, 50);
    await diary.until("joined", 2);
  });
});

test("a disconnect does not forget the channels", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    const room = socket.channel("room:lobby");
    room.onError(diary.note("room error"));
    room.join().receive("ok", diary.note("joined"));
    socket.connect();
    await diary.until("joined");
    await new Promise<void>((resolve) => {
      socket.disconnect(() => resolve());
    });
    diary.write("state", `${room.state} ${socket.connectionState()}`);
    socket.connect();
    await diary.until("joined", 2);
  });
});

test("a server that cannot be reached", async () => {
  await compare(async ({ connectTo }, diary) => {
    const asked: number[] = [];
    const socket = connectTo("ws://127.0.0.1:9/socket", {
      reconnectAfterMs(tries) {
        asked.push(tries);
        return tries === 1 ? 1 : 60_000;
      },
    });
    socket.onClose(diary.note("close"));
    socket.onError((error, _transport, established) => {
      diary.note(`error, ${established}`)(error);
    });
    const room = socket.channel("room:lobby");
    room.onError(diary.note("room error"));
    const join = room.join();
    socket.connect();
    await diary.until("close", 2);
    diary.write("asked", asked.join());
    // npm phoenix would wait for it, behind the end of the test too.
    join.cancelTimeout();
  });
});

test("the second channel of a topic takes it from the first", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    socket.connect();
    const first = socket.channel("room:lobby", { n: 1 });
    first.onClose(diary.note("first close"));
    first.on("shouted", diary.note("first shouted"));
    first.join().receive("ok", diary.note("first joined"));
    await diary.until("first joined");
    const second = socket.channel("room:lobby", { n: 2 });
    second.on("shouted", diary.note("second shouted"));
    second.join().receive("ok", diary.note("second joined"));
    second.push("shout", {}).receive("ok", diary.note("shout"));
    await diary.until("shout");
    diary.write("state", `${first.state} ${second.state} ${socket.channels.length}`);
  });
});

test("timeouts of joins and pushes", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await speak(async (speaker) => {
      await speaker.hear();
      await answerJoins(speaker);
    });
    const socket = connectTo(url);
    socket.connect();
    const room = socket.channel("room:lobby");
    // On a machine that is held up, a join that is answered may time out as well.
    const seen = new Set<string>();
    room
      .join(30)
      .receive("timeout", () => {
        if (!seen.has(room.state)) diary.write(`join timed out, ${room.state}`);
        seen.add(room.state);
      })
      .receive("ok", diary.note("joined"));
    await diary.until("joined");
    const push = room.push("never", {}, 20).receive("timeout", diary.note("push timed out"));
    await diary.until("push timed out");
    push.receive("timeout", diary.note("late"));
  });
});

test("a server that does not answer heartbeats", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await speak(answerJoins);
    const socket = connectTo(url, { heartbeatIntervalMs: 40 });
    const room = socket.channel("room:lobby");
    // A machine that is held up may lose connections before one has joined.
    let joined = false;
    room.onError((reason) => joined && diary.note("room error")(reason));
    socket.onOpen(() => joined && diary.write("open"));
    room.join(500).receive("ok", (response) => {
      joined = true;
      diary.note("joined")(response);
    });
    socket.connect();
    await diary.until("open");
  });
});

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

test("presence", async () => {
  await compare(async ({ connectTo, Presence }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    socket.connect();
    const room = socket.channel("room:lobby", { track: "ann" });
    const presence = new Presence(room);
    const metas = (entry: { metas: { from?: string; key?: string }[] } | undefined): string =>
      (entry?.metas ?? []).map(({ from, key }) => from ?? key).join("+");
    presence.onJoin((key, current, joined) => {
      diary.write("join", `${key} ${metas(current)} ${metas(joined)}`);
    });
    presence.onLeave((key, current, left) => {
      diary.write("leave", `${key} ${metas(current)} ${metas(left)}`);
    });
    presence.onSync(() => {
      diary.write("sync", presence.list((key, entry) => `${key}=${metas(entry)}`).join());
    });
    room.join().receive("ok", diary.note("joined"));
    await diary.until("sync");
    room.push("track", { key: "bob" });
    await diary.until("join: bob");
    room.push("untrack", { key: "ann" });
    await diary.until("leave");
    await diary.until("sync", 3);
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
