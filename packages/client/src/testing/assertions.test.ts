// What assertions wait for, what they leave to others, and what they say when they fail.
import { describe, expect, test } from "vitest";
import { failureOf } from "../fixtures/failure.ts";
import { clientOf, connected } from "../fixtures/test-server.ts";
import type { Channel } from "../index.ts";
import { ExpectationError, ok, TestServer, type TestConnection } from "./index.ts";

async function joined(
  server: TestServer,
): Promise<{ room: Channel; connection: TestConnection; server: TestServer }> {
  const { socket, connection } = await connected({}, server);
  const joining = socket.join("room:a");
  await connection.assertJoin("room:a");
  return { room: await joining, connection, server };
}

const patient = (): TestServer => new TestServer({ timeout: 20_000 });
const hasty = (): TestServer => new TestServer({ timeout: 20 });

describe("waiting", () => {
  test("what came before is there at once; what comes later is waited for", async () => {
    const { room, connection } = await joined(patient());
    void room.send("one");
    await connection.assertPush("room:a", "one");
    const later = connection.assertPush("room:a", "two");
    setImmediate(() => void room.send("two"));
    expect((await later).event).toBe("two");
  });

  test("each takes one, the first that fits, and leaves what does not fit to others", async () => {
    const { room, connection } = await joined(patient());
    for (const n of [1, 2, 3]) void room.send("n", { n });
    expect((await connection.assertPush("room:a", "n", { n: 2 })).payload).toEqual({ n: 2 });
    expect((await connection.assertPush("room:a", "n")).payload).toEqual({ n: 1 });
    expect((await connection.assertPush("room:a")).payload).toEqual({ n: 3 });
    await connection.refutePush();
  });

  test("those who wait at once get one each, in the order of asking", async () => {
    const { room, connection } = await joined(patient());
    const both = [1, 2].map(() => connection.assertPush("room:a", "n"));
    void room.send("n", 1);
    void room.send("n", 2);
    expect((await Promise.all(both)).map(({ payload }) => payload)).toEqual([1, 2]);
  });

  test("what nobody answers by itself is answered by what is received", async () => {
    const { room, connection } = await joined(patient());
    const pushing = room.push("ask");
    (await connection.assertPush("room:a", "ask")).reply(ok(5));
    expect(await pushing).toBe(5);
    void room.send("tell");
    expect((await connection.assertPush("room:a", "tell")).ref).not.toBeUndefined();
  });
});

describe("failing", () => {
  test("missing: what came instead, and where the nearest differs", async () => {
    const { room, connection } = await joined(hasty());
    void room.send("new_msg", { body: "ho", from: { id: 1 } });
    void room.send("typing");
    const failure = await failureOf(
      connection.assertPush("room:a", "new_msg", { body: "hi" }, { timeout: 5 }),
    );
    expect(failure).toBeInstanceOf(ExpectationError);
    expect(failure).toMatchObject({ code: "missing" });
    expect((failure as Error).message.split("\n")).toEqual([
      'Expected a push of "new_msg" to "room:a" with { body: "hi" }. It did not come within 5 ms.',
      "What the client did instead:",
      '  1. push "new_msg" to "room:a" with { body: "ho", from: { id: 1 } }',
      '     at payload.body expected "hi", got "ho"',
      '  2. push "typing" to "room:a" with {}',
      '     at event expected "new_msg", got "typing"',
      "The test's clock stands at 0 ms, and a timer is due in 10000 ms. If the client waits for it, let time pass: await server.clock.advance(10000).",
    ]);
  });

  test("missing: the stack leads to the line of the test", async () => {
    const { connection } = await connected({}, hasty());
    const asserting = async (): Promise<void> => {
      await connection.assertLeave("room:a");
    };
    expect(((await failureOf(asserting())) as Error).stack).toContain("assertions.test.ts");
  });

  test("missing: at once where the connection has ended", async () => {
    const { socket, connection } = await connected({}, patient());
    const waiting = failureOf(connection.assertJoin("room:a"));
    await socket.disconnect();
    expect(((await waiting) as Error).message).toContain("The client has closed the connection.");
    const asking = (await failureOf(connection.assertPush())) as Error;
    expect(asking.message).toContain("Expected a push. The client has closed the connection.");
    await connection.assertDisconnect({ code: 1000 });
  });

  test("missing: an attempt, with what is expected of it", async () => {
    const server = hasty();
    clientOf(server, { params: { user: "ann" } });
    const failure = (await failureOf(server.acceptConnect({ params: { user: /^b/ } }))) as Error;
    expect(failure.message).toContain(
      'Expected an attempt to connect with { params: { user: /^b/ } }. It did not come within 20 ms.\nWhat clients did instead:\n  1. connect with params { user: "ann", vsn: "2.0.0" }\n     at params.user expected /^b/, got "ann"',
    );
  });

  test("unwanted: it says what came", async () => {
    const { room, connection } = await joined(patient());
    void room.send("typing", { on: true });
    const failure = (await failureOf(connection.refutePush("room:a", "typing"))) as Error;
    expect(failure).toMatchObject({ name: "ExpectationError", code: "unwanted" });
    expect(failure.message).toBe(
      'Did not expect a push of "typing" to "room:a", but it came: push "typing" to "room:a" with { on: true }.',
    );
  });

  test("a function of the test's that throws fails the assertion with its error", async () => {
    const { room, connection } = await joined(patient());
    const broken = (): never => {
      throw new Error("broken");
    };
    const waiting = failureOf(connection.assertPush("room:a", "e", broken));
    void room.send("e");
    expect(await waiting).toEqual(new Error("broken"));
    expect(await failureOf(connection.assertPush("room:a", "e", broken))).toEqual(
      new Error("broken"),
    );
  });

  test("what nobody asks for is kept within bounds, and that is said", async () => {
    const { room, connection } = await joined(hasty());
    for (let n = 0; n < 10_005; n++) void room.send("n", n);
    const failure = (await failureOf(connection.assertPush("room:a", "other"))) as Error;
    expect(failure.message).toContain('  1. push "n" to "room:a" with 5\n');
    expect(failure.message).toContain("  and 9980 more\n  and 5 before these");
  });
});

describe("refuting", () => {
  test("waits for what the program still does without time passing", async () => {
    const { room, connection } = await joined(patient());
    setImmediate(() => setImmediate(() => void room.send("late")));
    expect(await failureOf(connection.refutePush("room:a", "late"))).toMatchObject({
      code: "unwanted",
    });
  });

  test("within lets the test's time pass, and no other", async () => {
    const { server, socket, connection } = await connected({}, patient());
    server.clock.setTimer(60_000, () => void socket.join("room:b").catch(() => {}), null);
    await connection.refuteJoin("room:b", undefined, { within: 59_999 });
    const failure = await failureOf(connection.refuteJoin("room:b", undefined, { within: 1 }));
    expect(failure).toMatchObject({ code: "unwanted" });
  });

  test("fails where it cannot be said, since too much came that nobody asked for", async () => {
    const { room, connection } = await joined(patient());
    void room.send("bad");
    for (let n = 0; n < 10_000; n++) void room.send("n", n);
    const failure = (await failureOf(connection.refutePush("room:a", "bad"))) as Error;
    expect(failure).toMatchObject({ code: "forgotten" });
    expect(failure.message).toContain(
      'a push of "bad" to "room:a", cannot be said: 1 were dropped',
    );
    expect(await failureOf(connection.refutePush("room:a", "n"))).toMatchObject({
      code: "unwanted",
    });
  });

  test("also what a silent server has taken, which it answers in no way", async () => {
    const { room, connection, server } = await joined(patient());
    const { socket } = await connected({ heartbeat: false }, server);
    connection.goSilent();
    void room.push("p").catch(() => {});
    expect(await failureOf(connection.refutePush("room:a", "p"))).toMatchObject({
      code: "unwanted",
    });
    const pushing = room.push("asked", {}, { timeout: 1_000 });
    const failed = failureOf(pushing);
    (await connection.assertPush("room:a", "asked")).reply(ok());
    await server.clock.advance(1_000);
    expect(await failed).toMatchObject({ code: "timeout" });
    await socket.disconnect();
  });

  test("a close that a silent server has taken, and the reset that follows", async () => {
    const { socket, connection } = await connected({}, patient());
    connection.goSilent();
    void socket.disconnect({ code: 4000, reason: "bye" });
    await connection.assertDisconnect({ code: 4000, reason: "bye" });
    await connection.refuteDisconnect();
    expect(
      await failureOf(connection.refuteDisconnect({ code: null }, { within: 10_000 })),
    ).toMatchObject({ code: "unwanted" });
  });

  test("an attempt that was given up was made", async () => {
    const server = patient();
    const socket = clientOf(server);
    await server.clock.rest();
    await socket.disconnect();
    const failure = (await failureOf(server.refuteConnect())) as Error;
    expect(failure).toMatchObject({ code: "unwanted" });
    expect(failure.message).toContain("(the client has given it up)");
    await server.refuteConnect();
  });

  test("an attempt that was given up is past once the next one is taken", async () => {
    const server = patient();
    const socket = clientOf(server, { connectTimeout: 10, reconnect: [1] });
    await server.clock.rest();
    await server.clock.advanceUntil(() => socket.state.type === "waiting");
    await server.clock.advance(1);
    await server.acceptConnect();
    await server.refuteConnect();
  });

  test("leaves, disconnects, connects", async () => {
    const server = patient();
    const { room, connection } = await joined(server);
    await connection.refuteLeave();
    await connection.refuteDisconnect();
    await server.refuteConnect();
    void room.leave();
    expect(await failureOf(connection.refuteLeave("room:a"))).toMatchObject({ code: "unwanted" });
  });
});
