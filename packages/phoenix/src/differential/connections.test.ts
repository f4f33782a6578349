// Connections that end, fail and come back, with npm phoenix and with ours.
import { UpgradeFilter } from "@slipstream/faults";
import { expect, onTestFinished, test } from "vitest";
import { shown } from "../fixtures/diary.ts";
import { compare } from "../fixtures/libraries.ts";
import { answerJoins, serve, speak } from "../fixtures/server.ts";

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

test.each([1000, 1001, 1008, 1011, 1012, 4000])("a server that closes with %i", async (code) => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await speak(async (speaker, index) => {
      await speaker.reply(await speaker.hear());
      if (index === 0) await speaker.close(code, "why");
    });
    const socket = connectTo(url);
    socket.onOpen(diary.note("open"));
    socket.onClose(diary.note("close"));
    socket.onError(diary.note("error"));
    const room = socket.channel("room:lobby");
    room.onError(diary.note("room error"));
    room.join().receive("ok", diary.note("joined"));
    socket.connect();
    await diary.until("joined", 2);
  });
});

test("a program that disconnects when it hears of a close, and connects again later", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    socket.onOpen(diary.note("open"));
    socket.onClose((event) => {
      diary.note("close")(event);
      socket.disconnect(() => diary.write("disconnected"));
    });
    const room = socket.channel("room:lobby");
    room.onError(diary.note("room error"));
    room.join().receive("ok", diary.note("joined"));
    socket.connect();
    await diary.until("joined");
    room.push("drop", {}, 10);
    await diary.until("disconnected");
    diary.write("state", `${socket.connectionState()} ${room.state}`);
    socket.connect();
    await diary.until("joined", 2);
  });
});

test("a program that disconnects when it hears of an error", async () => {
  await compare(async ({ connectTo }, diary) => {
    const socket = connectTo("ws://127.0.0.1:9/socket");
    socket.onError((error) => {
      diary.note("error")(error);
      socket.disconnect();
    });
    socket.onClose(diary.note("close"));
    socket.connect();
    await diary.until("close");
    diary.write("state", socket.connectionState());
  });
});

test("a new channel with each connection", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    let channels = 0;
    socket.onOpen(() => {
      const old = socket.channels[0];
      old?.leave();
      const room = socket.channel("room:lobby", { n: (channels += 1) });
      room.onError(diary.note("room error"));
      room.onClose(diary.note("room close"));
      room.join().receive("ok", diary.note("joined"));
    });
    socket.connect();
    await diary.until("joined");
    socket.channels[0]?.push("drop", {}, 10);
    await diary.until("joined", 2);
  });
});

// From Phoenix's documentation of onError.
test("a program that falls back to long polling by itself", async () => {
  const lines = await compare(async ({ connectTo, LongPoll }, diary) => {
    const { url } = await serve();
    const filter = await UpgradeFilter.listen(Number(new URL(url).port));
    onTestFinished(() => filter.close());
    filter.fate = { type: "refuse", status: 404 };
    const socket = connectTo(`ws://127.0.0.1:${filter.port}/socket`);
    const primary = socket.transport;
    socket.onError((_error, transport, established) => {
      diary.write("error", `${typeof transport} ${transport === primary} ${established}`);
      if (transport !== primary || established > 0) return;
      socket.replaceTransport(LongPoll);
      socket.connect();
    });
    socket.onOpen(diary.note("open"));
    socket.channel("room:lobby").join().receive("ok", diary.note("joined"));
    socket.connect();
    await diary.until("joined");
  });
  expect(lines[0]).toBe("error: function true 0");
});

test("what stands for the connection", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    const conn = (): string => `${socket.conn?.readyState} ${socket.connectionState()}`;
    diary.write("before", conn());
    socket.onOpen(() => diary.write("open", conn()));
    socket.onClose(() => diary.write("close", conn()));
    socket.connect();
    await diary.until("open");
    await new Promise<void>((resolve) => {
      socket.disconnect(() => resolve());
    });
    diary.write("after", conn());
  });
});

test("disconnect() without a callback, and with nothing for its arguments", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    socket.onOpen(diary.note("open"));
    // Without a code npm phoenix sends none, and ours 1000.
    socket.onClose(() => diary.write("close"));
    socket.connect();
    await diary.until("open");
    socket.disconnect(null, null, null);
    await diary.until("close");
    diary.write("state", socket.connectionState());
  });
});

test("credentials and params that are other ones for the next connection", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url, asked } = await serve();
    const socket = connectTo(url);
    socket.onOpen(diary.note("open"));
    socket.connect();
    await diary.until("open");
    socket.disconnect();
    Object.assign(socket, { authToken: () => "second" });
    socket.params = () => ({ n: 2 });
    socket.connect();
    await diary.until("open", 2);
    diary.write("asked", shown(asked.map(({ authToken, params }) => ({ authToken, params }))));
  });
});
