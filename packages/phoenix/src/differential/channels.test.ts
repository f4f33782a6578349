// Joins, leaves and pushes, with npm phoenix and with ours.
import { test } from "vitest";
import { compare } from "../fixtures/libraries.ts";
import { answerJoins, serve, speak } from "../fixtures/server.ts";

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

test("what waits is sent in the end, over refusals, crashes and losses", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    const room = socket.channel("room:lobby", { refuse: 2 });
    room
      .join()
      .receive("ok", diary.note("joined"))
      .receive("error", (refusal) => {
        diary.note("refused")(refusal);
        room.push("echo", { n: 1 }).receive("ok", diary.note("echo"));
      });
    socket.connect();
    await diary.until("echo", 2);
    room.push("crash", {}, 10);
    await diary.until("joined", 2);
    const once = room.onError(() => {
      room.off("phx_error", once);
      room.push("echo", { n: 3 }).receive("ok", diary.note("late echo"));
    });
    room.push("drop", {}, 10);
    await diary.until("late echo");
  });
});

test("a channel that is left when it crashes, and when it is refused", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    socket.connect();
    const room = socket.channel("room:lobby");
    room.onClose(diary.note("room close"));
    room.onError((reason) => {
      diary.note("room error")(reason);
      room.leave().receive("ok", diary.note("left"));
    });
    room.join().receive("ok", diary.note("joined"));
    await diary.until("joined");
    room.push("crash", {}, 10);
    await diary.until("left");
    const refused = socket.channel("room:lobby", { refuse: 5 });
    refused.join().receive("error", (refusal) => {
      diary.note("refused")(refusal);
      refused.leave().receive("ok", diary.note("left too"));
    });
    await diary.until("left too");
    diary.write("state", `${room.state} ${refused.state} ${socket.channels.length}`);
  });
});

test("a channel that is left as soon as it has joined, for another one of its topic", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    const room = socket.channel("room:lobby", { n: 1 });
    room.onClose(diary.note("room close"));
    room.join().receive("ok", (response) => {
      diary.note("joined")(response);
      room.leave();
      const again = socket.channel("room:lobby", { n: 2 });
      again.join().receive("ok", diary.note("joined again"));
    });
    socket.connect();
    await diary.until("joined again");
    diary.write("state", `${room.state} ${socket.channels.length}`);
  });
});

test("leaving, and disconnecting right behind it", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    const room = socket.channel("room:lobby");
    room.onClose(diary.note("room close"));
    room.onError(diary.note("room error"));
    room.join().receive("ok", diary.note("joined"));
    socket.connect();
    await diary.until("joined");
    room.leave().receive("ok", diary.note("left")).receive("timeout", diary.note("left late"));
    socket.disconnect();
    await diary.until("left");
    diary.write("state", `${room.state} ${socket.channels.length}`);
  });
});

test("leaving twice, and before the join", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    socket.connect();
    const idle = socket.channel("room:idle");
    idle.onClose(diary.note("idle close"));
    idle.leave().receive("ok", diary.note("idle left"));
    const room = socket.channel("room:lobby");
    room.onClose(diary.note("room close"));
    room.join().receive("ok", diary.note("joined"));
    await diary.until("joined");
    room.leave().receive("ok", diary.note("left"));
    await diary.until("left");
    room.leave().receive("ok", diary.note("left again"));
    await diary.until("left again");
    diary.write("state", `${idle.state} ${room.state} ${socket.channels.length}`);
  });
});

test("a push that is sent again", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    const room = socket.channel("room:lobby");
    room.join().receive("ok", diary.note("joined"));
    socket.connect();
    await diary.until("joined");
    const push = room.push("echo", { n: 1 }).receive("ok", diary.note("echo"));
    diary.write("push", `${typeof push.ref} ${push.sent}`);
    await diary.until("echo");
    push.resend(10_000);
    await diary.until("echo", 2);
    push.send();
    await diary.until("echo", 3);
  });
});

test.each([0, "", false, null, undefined, "text", 7, [1]])(
  "%j as the params of a join, and as a payload",
  async (value) => {
    await compare(async ({ connectTo }, diary) => {
      const { url } = await serve();
      const socket = connectTo(url);
      socket.connect();
      const room = socket.channel("room:lobby", value);
      room.join().receive("ok", diary.note("joined"));
      await diary.until("joined");
      room.push("echo", value).receive("ok", diary.note("echo"));
      await diary.until("echo");
    });
  },
);
