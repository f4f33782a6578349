// The kit from its user's seat: what the server does is seen, what it does not do is said, and
// nothing is left behind.
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import {
  accept,
  Channel,
  ChannelsServer,
  defineChannel,
  deny,
  noreply,
  ok,
  refuse,
  reply,
  stop,
  type ChannelEnd,
  type ChannelDefinition,
  type ConnectRequest,
  type IncomingPush,
  type OutgoingMessage,
  type ServerOptions,
  type SocketDefinition,
} from "../index.ts";
import { gate } from "../fixtures/until.ts";
import { connect, ConnectRefusedError, ExpectationError, JoinRefusedError } from "./index.ts";

function serve<A>(
  channel: ChannelDefinition<A>,
  socket: Partial<SocketDefinition<A>> = {},
  options: ServerOptions = {},
): ChannelsServer {
  const server = new ChannelsServer({ logger: false, ...options });
  server.socket("/socket", { channels: { "room:*": channel }, ...socket });
  onTestFinished(() => server.close());
  return server;
}

/** What a promise is rejected with. */
async function failure(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    () => new Error("it was not rejected"),
    (error: unknown) => error,
  );
  return outcome as Error;
}

class Room extends Channel {
  static override readonly intercept = ["secret"];
  override join(params: unknown) {
    const { deny: reason } = params as { deny?: string };
    if (reason === "throw") throw new Error("no room");
    if (reason !== undefined) return deny({ reason });
    this.push("welcome", { topic: this.topic });
    return ok({ params });
  }
  override handleIn({ event, payload }: IncomingPush<unknown>) {
    switch (event) {
      case "shout":
        this.broadcast("shout", payload);
        return noreply();
      case "tell":
        this.broadcastFrom("tell", payload);
        return noreply();
      case "secret":
        this.broadcast("secret", payload);
        return noreply();
      case "stop":
        return stop("enough", reply({ bye: true }));
      case "kick":
        this.socket.close(4001, "kicked");
        return noreply();
      case "reset":
        this.socket.drop();
        return noreply();
      case "crash":
        throw new TypeError("broken on purpose");
      case "slow":
        return sleep(5).then(() => reply("later", payload));
      default:
        return reply(payload);
    }
  }
  override handleOut({ payload }: OutgoingMessage<unknown>) {
    this.push("told", payload);
  }
  override terminate(reason: ChannelEnd) {
    this.broadcast("gone", { reason: reason.type });
  }
}

describe("connecting", () => {
  test("params, headers and the token are what connect gets from a client", async () => {
    const asked: ConnectRequest[] = [];
    const server = serve(Room, {
      connect(request) {
        asked.push(request);
        return accept({ user: 7 });
      },
      id: ({ user }) => `user:${user}`,
    });
    const socket = await connect<{ user: number }>(server, "/socket", {
      params: { a: { b: ["1", 2] }, text: "ü &=+", no: undefined, yes: true, nil: null },
      headers: { "X-Forwarded-For": "192.0.2.1" },
      authToken: "tökén",
      address: "192.0.2.9",
    });
    expect(asked).toMatchObject([
      {
        params: { vsn: "2.0.0", a: { b: ["1", "2"] }, text: "ü &=+", yes: "true", nil: "null" },
        headers: { "x-forwarded-for": "192.0.2.1", host: "localhost" },
        authToken: "tökén",
        peer: { address: "192.0.2.9" },
        url: { pathname: "/socket/websocket" },
      },
    ]);
    expect(asked[0]?.params).not.toHaveProperty("no");
    expect(socket.id).toBe("user:7");
    expect(socket.assigns.user).toBe(7);
    expect(server.stats()).toMatchObject({ opened: 1, live: { websocket: 1 } });
    await socket.close();
    expect(server.stats()).toMatchObject({ ended: 1, endsByReason: { closedByRemote: 1 } });
  });

  test("a refusal says why, and is counted as any", async () => {
    const server = serve(
      Room,
      {
        connect({ params }) {
          if (params["as"] === "thrower") throw new Error("no database");
          return params["as"] === "guest" ? refuse(401) : accept({});
        },
      },
      { maxConnections: 1 },
    );
    const refused = async (path: string, options = {}): Promise<Error> => {
      const error = await failure(connect(server, path, options));
      expect(error).toBeInstanceOf(ConnectRefusedError);
      return error;
    };
    expect(await refused("/other")).toMatchObject({ reason: "unknownPath", status: 404 });
    expect(await refused("/socket", { params: { as: "guest" } })).toMatchObject({
      reason: "refused",
      status: 401,
      message: "The socket /socket refused the connection with 401: connect said so.",
    });
    expect(await refused("/socket", { params: { as: "thrower" } })).toMatchObject({
      reason: "connectFailed",
      status: 500,
      cause: { message: "no database" },
      message: expect.stringContaining("It said: Error: no database") as string,
    });
    expect(await refused("/socket", { headers: { origin: "https://evil.example" } })).toMatchObject(
      {
        reason: "forbiddenOrigin",
        status: 403,
      },
    );
    expect(await refused("/socket", { params: { vsn: "9.0.0" } })).toMatchObject({
      reason: "unsupportedVersion",
    });
    await connect(server, "/socket");
    expect(await refused("/socket")).toMatchObject({ reason: "full", status: 503 });
    expect(server.stats().upgradesRefused).toMatchObject({
      unknownPath: 1,
      refused: 1,
      connectFailed: 1,
      forbiddenOrigin: 1,
      unsupportedVersion: 1,
      full: 1,
    });
    await server.close();
    expect(await refused("/socket")).toMatchObject({ reason: "closing", status: 503 });
    expect(await failure(connect(server, "/socket", { param: {} } as object))).toMatchObject({
      code: "invalid_option",
    });
    expect(await failure(connect({} as ChannelsServer, "/socket"))).toMatchObject({
      code: "noServer",
    });
  });
});

describe("joining", () => {
  test("the answer and what join pushes are there", async () => {
    const socket = await connect(serve(Room), "/socket");
    const room = await socket.join("room:a", { user: 1 });
    expect(room.response).toEqual({ params: { user: 1 } });
    expect(await room.assertPush("welcome", { topic: "room:a" })).toEqual({ topic: "room:a" });
    expect((await socket.join("room:b")).response).toEqual({ params: {} });
  });

  test("a join that is denied, crashes or is for nobody rejects, and says why", async () => {
    const socket = await connect(serve(Room), "/socket");
    const denied = await failure(socket.join("room:a", { deny: "full" }));
    expect(denied).toBeInstanceOf(JoinRefusedError);
    expect(denied).toMatchObject({
      status: "error",
      response: { reason: "full" },
      message: 'The join of "room:a" was answered "error" with { reason: "full" }.',
    });
    expect(await failure(socket.join("room:a", { deny: "throw" }))).toMatchObject({
      response: { reason: "join crashed" },
      cause: { message: "no room" },
      message: expect.stringContaining("It said: Error: no room") as string,
    });
    expect(await failure(socket.join("lobby"))).toMatchObject({
      response: { reason: "unmatched topic" },
    });
    const room = await socket.join("room:a");
    expect((await socket.join("room:a")).response).toEqual({ params: {} });
    await room.assertClosed();
  });

  test("a join that is not answered fails in time", async () => {
    const held = gate();
    const server = serve({ join: () => held.opened.then(() => ok()) });
    const socket = await connect(server, "/socket", { timeout: 20 });
    const error = await failure(socket.join("room:a"));
    expect(error.message).toContain('Expected the reply to the join of "room:a".');
    held.open();
  });
});

describe("a channel", () => {
  test("replies find their pushes, whatever the order, and whatever else came", async () => {
    const socket = await connect(serve(Room), "/socket");
    const room = await socket.join("room:a");
    const slow = room.push("slow", { n: 1 });
    const echo = room.push("echo", Uint8Array.of(1, 2));
    expect(await echo.assertReply("ok")).toEqual(Uint8Array.of(1, 2));
    expect(await slow.assertReply("later", { n: 1 })).toEqual({ n: 1 });
    await echo.refuteReply();
    await room.push("echo", null).assertReply("ok", null);
    await room
      .push("echo")
      .assertReply("ok", (response: object) => Object.keys(response).length === 0);
  });

  test("what is pushed, what is broadcast, and who is left out", async () => {
    const server = serve(Room);
    const [ann, bob] = [await connect(server, "/socket"), await connect(server, "/socket")];
    const room = await ann.join("room:a");
    const other = await bob.join("room:a");
    room.push("tell", { n: 1 });
    await other.assertPush("tell", { n: 1 });
    await room.assertBroadcast("tell", { n: 1 });
    await room.refutePush("tell");
    room.push("secret", { n: 2 });
    await room.assertBroadcast("secret", { n: 2 });
    await room.refutePush("secret");
    await room.assertPush("told", { n: 2 });
    server.broadcast("room:a", "news", Uint8Array.of(7));
    expect(await other.assertPush("news")).toEqual(Uint8Array.of(7));
    await other.refuteBroadcast("nothing of the kind");
    expect(await failure(other.refuteBroadcast("news"))).toMatchObject({ code: "unwanted" });
  });

  test("a refutation waits for callbacks that are at work, and for as long as it is told", async () => {
    const socket = await connect(serve(Room), "/socket");
    const room = await socket.join("room:a");
    const slow = room.push("slow");
    expect(await failure(slow.refuteReply())).toMatchObject({ code: "unwanted" });
    setTimeout(() => room.push("shout"), 5);
    expect(await failure(room.refutePush("shout", {}, { within: 1_000 }))).toMatchObject({
      code: "unwanted",
    });
  });

  test("a refutation does not take a process that was held up for a callback that takes long", async () => {
    const socket = await connect(serve(Room), "/socket");
    const room = await socket.join("room:a");
    const slow = room.push("slow");
    const refuted = failure(slow.refuteReply());
    setTimeout(() => {
      const end = performance.now() + 150;
      while (performance.now() < end);
    }, 1);
    expect(await refuted).toMatchObject({ code: "unwanted" });
  });

  test("how it ends: left, stopped, crashed, disconnected", async () => {
    const server = serve(Room, { connect: () => accept({}), id: () => "ann" });
    const socket = await connect(server, "/socket");
    const left = await socket.join("room:a");
    await left.leave();
    await left.assertBroadcast("gone", { reason: "left" });
    expect(() => left.push("echo")).toThrow(expect.objectContaining({ code: "channelOver" }));
    expect(await failure(left.assertPush("x"))).toMatchObject({
      message: expect.stringContaining('The channel "room:a" has ended with phx_close.') as string,
    });

    const stopped = await socket.join("room:a");
    await stopped.push("stop").assertReply("ok", { bye: true });
    await stopped.assertClosed();

    const crashed = await socket.join("room:a");
    const push = crashed.push("crash");
    const unanswered = await failure(push.assertReply("ok"));
    expect(unanswered).toBeInstanceOf(ExpectationError);
    expect(unanswered.message).toContain(
      'The channel "room:a" crashed at "crash". It said: TypeError: broken on purpose',
    );
    expect(await crashed.assertCrashed()).toEqual(new TypeError("broken on purpose"));

    const disconnected = await socket.join("room:a");
    await socket.refuteDisconnect();
    expect(server.disconnect("ann")).toBe(1);
    expect(await socket.assertDisconnect({ code: 1000 })).toEqual({ code: 1000, reason: "" });
    await disconnected.assertBroadcast("gone", { reason: "closed" });
    expect(socket.open).toBe(false);
    expect(await failure(socket.join("room:a"))).toMatchObject({ code: "connectionOver" });
  });

  test("a channel that closes its connection, or resets it", async () => {
    const server = serve(Room);
    const kicked = await connect(server, "/socket");
    (await kicked.join("room:a")).push("kick");
    await kicked.assertDisconnect({ code: 4001, reason: /kick/ });
    const reset = await connect(server, "/socket");
    (await reset.join("room:a")).push("reset");
    await reset.assertDisconnect({ code: 1006 });
    await expect
      .poll(() => server.stats().endsByReason)
      .toMatchObject({
        closedByChannel: 1,
        dropped: 1,
      });
  });

  test("close and drop wait for terminate", async () => {
    const reasons: string[] = [];
    const server = serve({
      join: () => ok(),
      async terminate(reason) {
        await sleep(5);
        reasons.push(reason.type);
      },
    });
    const socket = await connect(server, "/socket");
    await socket.join("room:a");
    await socket.close(4000);
    expect(reasons).toEqual(["closed"]);
    const other = await connect(server, "/socket");
    await other.join("room:a");
    await other.drop();
    expect(reasons).toEqual(["closed", "closed"]);
    expect(server.stats()).toMatchObject({
      endsByReason: { closedByRemote: 1, connectionLost: 1 },
      live: { websocket: 0, channel: 0 },
    });
  });
});

test("a channel's schema, its limits and a drain are the server's own", async () => {
  const schema = defineChannel({
    push: { new_msg: { payload: z.object({ body: z.string() }) } },
  });
  const server = serve(
    { schema, join: () => ok(), handleIn: () => reply({}) },
    {},
    { maxChannels: 1, maxMessageRate: 5 },
  );
  const socket = await connect(server, "/socket");
  const room = await socket.join("room:a");
  await room.push("new_msg", { body: 7 }).assertReply("error", { reason: "invalid payload" });
  expect(await failure(socket.join("room:b"))).toMatchObject({
    response: { reason: "too many channels joined" },
  });
  const flood = await connect(server, "/socket");
  const flooded = await flood.join("room:a");
  while (flood.open) flooded.push("new_msg", { body: "hi" });
  await flood.assertDisconnect({ code: 1008 });
  const closed = server.close();
  await socket.assertDisconnect({ code: 1012 });
  await closed;
});

test("with fake timers, a handler's own time passes when the test says so", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const server = serve({
    join: () => ok(),
    handleIn: {
      remind(_, channel) {
        setTimeout(() => channel.push("reminder", {}), 3_600_000);
        return reply({});
      },
    },
  });
  const socket = await connect(server, "/socket");
  const room = await socket.join("room:a");
  await room.push("remind").assertReply("ok");
  await room.refutePush("reminder");
  await vi.advanceTimersByTimeAsync(3_600_000);
  await room.assertPush("reminder");
  await socket.close();
});
