// What programs give for options, with npm phoenix and with ours.
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { compare } from "../fixtures/libraries.ts";
import { serve } from "../fixtures/server.ts";
import { LongPoll, Socket } from "../index.ts";

/** What a server is asked with, and that it was understood. */
function conversation(options: object): Parameters<typeof compare>[0] {
  return async ({ connectTo }, diary) => {
    const served = await serve();
    const socket = connectTo(served.url, options);
    const room = socket.channel("room:lobby");
    room.join().receive("ok", diary.note("joined"));
    socket.connect();
    await diary.until("joined");
    room.push("echo", { n: 1 }).receive("ok", diary.note("echo"));
    await diary.until("echo");
    room.push("drop", {}, 10);
    await diary.until("joined", 2);
    for (const { authToken, params, headers } of served.asked) {
      diary.write("asked", `${authToken} ${JSON.stringify(params)} ${String(headers["x-given"])}`);
    }
  };
}

test.each([
  ...["authToken", "binaryType", "params", "timeout", "heartbeatIntervalMs", "longPollFallbackMs"],
  ...["longpollerTimeout", "encode", "decode", "logger", "reconnectAfterMs", "rejoinAfterMs"],
  ...["vsn", "debug", "sessionStorage"],
])("%s may be nothing", async (option) => {
  for (const nothing of [undefined, null, "", 0]) {
    await compare(conversation({ [option]: nothing, reconnectAfterMs: () => 5 }));
  }
});

test("transport may be nothing", () => {
  for (const transport of [undefined, null]) {
    expect(new Socket("/socket", { transport } as never).transport).toBe(WebSocket);
  }
  expect(new Socket("/socket", { transport: LongPoll }).transport).toBe(LongPoll);
});

test("functions that decide when to try again may give nothing", async () => {
  await compare(async ({ connectTo }, diary) => {
    const { url } = await serve();
    const table: Record<number, number> = { 1: 5 };
    const socket = connectTo(url, {
      reconnectAfterMs: (tries) => table[tries] as number,
      rejoinAfterMs: (tries) => table[tries + 1] as number,
    });
    const room = socket.channel("room:lobby", { refuse: 1 });
    room.join().receive("ok", diary.note("joined")).receive("error", diary.note("refused"));
    socket.connect();
    await diary.until("joined");
    room.push("drop", {}, 10);
    await diary.until("joined", 2);
  });
});

test("params that nest, and those that are hard to write", async () => {
  const nested = { b: { c: [1, { d: 2 }] } };
  const params = { nested, yes: true, empty: "", text: "ü&=?/+ ", "k[x]": 1, nan: NaN };
  await compare(conversation({ params }));
});

test("classes of the program's own that open a WebSocket, and functions", async () => {
  const options = { headers: { "x-given": "by the program" } };
  class Given extends WebSocket {
    constructor(url: string, protocols?: string[]) {
      super(url, protocols, options);
    }
  }
  function give(url: string, protocols?: string[]): WebSocket {
    return new WebSocket(url, protocols, options);
  }
  for (const transport of [Given, give]) await compare(conversation({ transport }));
});

test("version 1 of the protocol, in JSON of the program's own", async () => {
  await compare(
    conversation({
      vsn: "1.0.0",
      encode: (message: object, done: (frame: string) => void) => done(JSON.stringify(message)),
      decode: (frame: string, done: (message: object) => void) => done(JSON.parse(frame)),
    }),
  );
});
