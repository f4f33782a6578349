// P14: along every road on which something fails, no secret gets into an error, a log or the counters.
import { Agent } from "node:http";
import { inspect } from "node:util";
import { closeFrame, textFrame, type RawPeer } from "@slipstream/faults";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { Leaks, SECRETS } from "./fixtures/leaks.ts";
import { serve, serveRaw, speak } from "./fixtures/servers.ts";
import { Log, newSocket, nextEnd, openSocket, untilState } from "./fixtures/sockets.ts";
import { connect, Socket, type NodeSocketOptions } from "./index.ts";
import { TestClock } from "./testing/index.ts";

let leaks: Leaks;
beforeEach(() => {
  leaks = new Leaks();
});
afterEach(() => leaks.expectNone());

const withSecrets = (url: string): string =>
  `${url.replace("ws://", `ws://user:${SECRETS.user}@`)}?apikey=${SECRETS.url}`;

/** A socket that has a secret in each place, and tells `leaks` whatever it tells. */
function secretSocket(url: string, options: NodeSocketOptions = {}): Socket {
  const socket = newSocket(withSecrets(url), {
    params: { secret: SECRETS.params, nested: { secrets: [SECRETS.params] } },
    headers: { authorization: `Bearer ${SECRETS.header}` },
    authToken: SECRETS.token,
    logger: leaks,
    reconnect: false,
    closeTimeout: 20,
    ...options,
  });
  socket.onState((state) => leaks.look(state));
  socket.onConnectionEnd((end) => leaks.look(end));
  onTestFinished(() => {
    leaks.look(socket.stats);
    leaks.look(socket);
  });
  return socket;
}

async function expectFailure(
  url: string,
  code: string,
  options: NodeSocketOptions = {},
): Promise<void> {
  const socket = secretSocket(url, options);
  expect(leaks.look(await failureOf(socket.connect()))).toMatchObject({ code });
  leaks.look(socket.state);
  await socket.disconnect();
}

describe("connecting", () => {
  test("nobody listens", async () => {
    const server = await serveRaw();
    const { url } = server;
    await server.close();
    await expectFailure(`${url}/socket`, "connectFailed");
  });

  test("the name is not known", async () => {
    const agent = new Agent({
      lookup: (host, _, done) => done(new Error(`no such host: ${host}`), ""),
    });
    await expectFailure("ws://nowhere.invalid/socket", "connectFailed", { agent });
  });

  test.each<[string, (peer: RawPeer) => Promise<unknown> | void]>([
    ["a RST", (peer) => peer.reset()],
    ["no HTTP", (peer) => peer.write("SSH-2.0-OpenSSH\r\n\r\n").then(() => peer.end())],
    ["a 101 with a wrong key", (peer) => peer.accept({ accept: "d3Jvbmc=" })],
    ["a 101 that is none", (peer) => peer.accept({ headers: { Upgrade: null } })],
    ["a protocol that was not offered", (peer) => peer.accept({ protocol: "other" })],
    ["an answer that quotes the request", quote],
  ])("connectFailed: %s", async (_, answer) => {
    const server = await serveRaw(async (peer) => {
      await answer(peer);
    });
    await expectFailure(`${server.url}/socket`, "connectFailed");
  });

  test.each([302, 401, 403, 404, 500])("refused with %i", async (status) => {
    const server = await serveRaw(async (peer) => {
      await peer.refuse({ status, body: "no", headers: { Location: "/elsewhere" } });
      peer.end();
    });
    await expectFailure(`${server.url}/socket`, "upgradeRejected");
  });

  test("the upgrade is not answered", async () => {
    const server = await serveRaw();
    await expectFailure(`${server.url}/socket`, "connectTimeout", { connectTimeout: 30 });
  });

  test("TLS that is none", async () => {
    const server = await serveRaw((peer) => peer.end());
    const url = `${server.url}/socket`.replace("ws:", "wss:");
    const socket = newSocket(`${url}?apikey=${SECRETS.url}`, { logger: leaks, reconnect: false });
    leaks.look(await failureOf(socket.connect()));
  });

  test("functions that fail, or give what cannot be used", async () => {
    const server = await serveRaw();
    const url = `${server.url}/socket`;
    const wrong: NodeSocketOptions[] = [
      { params: () => Promise.reject(new Error("no params today")) },
      { params: (() => ({ secret: new Map([["secret", SECRETS.params]]) })) as never },
      { params: (() => [SECRETS.params]) as never },
      { authToken: (() => ({ token: SECRETS.token })) as never },
      { headers: () => ({ authorization: `${SECRETS.header}\n` }) },
      { headers: () => ({ [`${SECRETS.header} `]: "x" }) },
    ];
    for (const options of wrong) await expectFailure(url, "credentialsFailed", options);
  });
});

test("the words of the program's own functions stay in the cause, and reach no sentence and no log", async () => {
  const server = await serveRaw();
  const quoting = new Error(`no session for ${SECRETS.token}`);
  const fails = (): never => {
    throw quoting;
  };
  for (const options of [{ params: fails }, { headers: fails }, { authToken: fails }]) {
    const lines = new Log();
    const socket = newSocket(`${server.url}/socket`, {
      ...options,
      logger: lines,
      reconnect: [1, 60_000],
    });
    const failed = failureOf(socket.connect());
    await expect.poll(() => socket.stats.counters.attempts).toBeGreaterThan(1);
    await socket.disconnect();
    await failed;
    expect(lines.lines.map(([level]) => level)).toContain("warn");
    expect(lines.lines.map(([level]) => level)).toContain("debug");
    leaks.look(lines.lines);
    const once = newSocket(`${server.url}/socket`, { ...options, logger: {}, reconnect: false });
    const error = (await failureOf(once.connect())) as Error;
    expect(error).toMatchObject({ code: "credentialsFailed", cause: quoting });
    leaks.look(error.message);
  }
  for (const params of [fails, { toJSON: fails }]) {
    const { url } = await serve();
    const socket = await openSocket(url, { logger: {}, rejoin: false });
    const error = (await failureOf(socket.join("room:a", params))) as Error;
    leaks.look(error.message);
    expect(inspect(error.cause, { depth: 8 })).toContain(SECRETS.token);
  }
});

/** The request's own head, where an answer should be: an error that keeps what it could not read has it all. */
async function quote(peer: RawPeer): Promise<void> {
  const { target, headers } = await peer.request();
  await peer.write(`HTTP/1.1 101\r\n${target}\r\n${[...headers].join("\r\n")}\r\n\r\n`);
  peer.end();
}

test("an error page that quotes the URL can be read, and is not in what is logged", async () => {
  const body = `Cannot GET /socket/websocket?apikey=${SECRETS.url}`;
  const server = await serveRaw(async (peer) => {
    const headers = { "Set-Cookie": `session=${SECRETS.header}` };
    await peer.refuse({ status: 404, headers, body });
    peer.end();
  });
  const url = withSecrets(`${server.url}/socket`);
  const socket = newSocket(url, { logger: leaks, reconnect: false });
  const room = socket.channel("room:a");
  const joining = failureOf(room.join());
  const error = leaks.look(await failureOf(socket.connect()));
  leaks.look(await joining);
  expect(error).toMatchObject({ reason: { status: 404, body } });
});

describe("an open connection", () => {
  test.each<[string, string, (peer: RawPeer) => Promise<void> | void]>([
    ["a RST", "connectionLost", (peer) => peer.reset()],
    ["a FIN", "connectionLost", (peer) => peer.end()],
    ["a close", "closedByRemote", (peer) => peer.write(closeFrame(1012, "drain"))],
    ["a broken frame", "protocolError", (peer) => peer.write(Uint8Array.of(0xff, 0xff))],
    ["too much", "protocolError", (peer) => peer.write(textFrame("x".repeat(2_000)))],
    ["silence", "heartbeatTimeout", () => {}],
  ])("%s", async (_, reason, end) => {
    const { url } = await speak(async (speaker) => {
      await speaker.letIn();
      await speaker.hear();
      await end(speaker.peer);
    });
    const clock = new TestClock();
    const socket = secretSocket(url, { maxPayload: 1_000, clock });
    const ended = nextEnd(socket);
    await socket.connect();
    const room = await socket.join("room:a", { secret: SECRETS.join });
    room.onState((state) => leaks.look(state));
    const loop = room.messages();
    const push = failureOf(room.push("e", { secret: SECRETS.payload }, { timeout: Infinity }));
    if (reason === "heartbeatTimeout") await clock.advanceUntil(ended);
    expect((await ended).reason.type).toBe(reason);
    leaks.look(await push);
    leaks.look(await failureOf(loop.next()));
    leaks.look(await failureOf(room.push("e", { secret: SECRETS.payload })));
    leaks.look([await untilState(socket, "ended"), room.state, room]);
  });

  test("frames that are no messages are not quoted", async () => {
    const frames = [
      `["1","1","room:a","e",{"secret":"${SECRETS.payload}"`,
      JSON.stringify({ secret: SECRETS.payload }),
      JSON.stringify([{ secret: SECRETS.payload }, null, "a", "b", {}]),
      JSON.stringify([null, null, [SECRETS.payload], "b", {}]),
      JSON.stringify(["1", "1", "room:a", "phx_reply", SECRETS.payload]),
    ];
    const { url } = await speak(async ({ peer }) => {
      for (const frame of frames) await peer.write(textFrame(frame));
      await peer.write({ opcode: 2, payload: Buffer.from(`\u0009${SECRETS.payload}`) });
    });
    const socket = secretSocket(url);
    await socket.connect();
    await expect.poll(() => socket.stats.counters.ignored.undecodable).toBe(frames.length + 1);
    expect(leaks.count).toBeGreaterThan(frames.length * 3);
  });
});

describe("channels", () => {
  test("joins that fail, each in its way", async () => {
    const { url } = await serve();
    const socket = secretSocket(url, { joinTimeout: 500 });
    await socket.connect();
    const secret = SECRETS.join;
    const joins = [
      socket.join("room:a", { deny: true, secret }),
      socket.join("room:b", { crash: true, secret }),
      socket.join("nobody:home", { secret }),
      socket.join("room:c", { secret, big: 1n }),
      socket.join("room:d", () => Promise.reject(new Error("no params today"))),
      socket.join("room:e", () => new Promise(() => {})),
      socket.join("room:f", { secret }, { signal: AbortSignal.abort() }),
    ];
    for (const join of joins) leaks.look(await failureOf(join));
  });

  test("pushes that fail, each in its way", async () => {
    const { url } = await serve();
    const socket = secretSocket(url, { maxQueued: 1 });
    const payload = { secret: SECRETS.payload };
    const room = socket.channel("room:a", { secret: SECRETS.join });
    const failures = [failureOf(room.push("silent", payload))];
    void room.join();
    failures.push(failureOf(room.push("silent", payload, { timeout: 1 })));
    failures.push(failureOf(room.push("silent", payload)));
    await socket.connect();
    await room.join();
    const cycle: Record<string, unknown> = { ...payload };
    cycle["self"] = cycle;
    const throws = {
      ...payload,
      toJSON: () => {
        throw new Error("no JSON today");
      },
    };
    for (const unsendable of [cycle, throws, { ...payload, n: 1n }]) {
      failures.push(failureOf(room.push("e", unsendable)));
    }
    failures.push(failureOf(room.push("silent", payload, { signal: AbortSignal.timeout(1) })));
    failures.push(failureOf(room.push("silent", payload, { timeout: 1 })));
    const left = failureOf(room.push("silent", payload));
    await Promise.all(failures);
    await room.leave();
    failures.push(left, failureOf(room.push("e", payload)));
    const codes = await Promise.all(
      failures.map(async (failure) => {
        const error = leaks.look(await failure);
        return (error as { code: string }).code;
      }),
    );
    expect(new Set(codes)).toEqual(
      new Set(["notJoined", "timeout", "queueFull", "unsendable", "aborted", "left"]),
    );
  });

  test("a reader that overflows, and handlers that throw", async () => {
    const { url } = await serve();
    const socket = secretSocket(url);
    await socket.connect();
    const room = await socket.join("room:a");
    room.on("said", () => {
      throw new Error("broken");
    });
    const loop = room.messages("said", { limit: 1 });
    for (let said = 0; said < 2; said++) await room.push("say", { secret: SECRETS.payload });
    leaks.look(await failureOf(loop.next()));
  });
});

test("options that are refused", () => {
  const url = withSecrets("ws://localhost/socket");
  const refused: object[] = [
    { params: SECRETS.params },
    { params: { secret: [[SECRETS.params]] } },
    { headers: { authorization: `${SECRETS.header}\n` } },
    { authToken: { token: SECRETS.token } },
    { token: SECRETS.token },
  ];
  for (const options of refused) {
    try {
      leaks.look(new Socket(url, options));
      throw new Error("it was accepted");
    } catch (error) {
      expect(leaks.look(error)).toMatchObject({ code: "invalid_option" });
    }
  }
  for (const wrong of [`${url}#${SECRETS.url}`, url.replace("ws:", "ftp:"), SECRETS.url]) {
    expect(() => leaks.look(new Socket(wrong))).toThrow();
    try {
      leaks.look(new Socket(wrong));
    } catch (error) {
      leaks.look(error);
    }
  }
});

test("connect(), the function, rejects with the same", async () => {
  const server = await serveRaw((peer) => peer.reset());
  const url = withSecrets(`${server.url}/socket`);
  leaks.look(await failureOf(connect(url, { reconnect: false, logger: leaks })));
});
