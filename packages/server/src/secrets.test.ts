// P14: along every road on which something fails, no token, param, header or payload of a client gets
// into a log, an error or the counters of the server, nor into what other clients are told.
import { request } from "node:http";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { TestClient } from "./fixtures/client.ts";
import { gate, until } from "./fixtures/until.ts";
import {
  accept,
  Channel,
  ChannelsServer,
  defineChannel,
  metricsText,
  noreply,
  ok,
  refuse,
  reply,
  type ConnectRequest,
  type IncomingPush,
  type ServerOptions,
} from "./index.ts";

/** One word for each place that a secret can be in, so that a leak names its place. */
const SECRETS = {
  params: "s-secret-in-the-params",
  header: "s-secret-in-a-header",
  token: "s-secret-in-the-token",
  join: "s-secret-in-the-join",
  payload: "s-secret-in-the-payload",
  assigns: "s-secret-in-the-assigns",
} as const;
const TOKEN = Buffer.from(SECRETS.token).toString("base64url");
const FORMS = [...Object.values(SECRETS), TOKEN];

/** All that was logged, and all that a program could print of it. */
let seen: string[];
let logged: string[];
beforeEach(() => {
  seen = [];
  logged = [];
});
afterEach(() => {
  const found = FORMS.filter((form) => seen.some((text) => text.includes(form)));
  expect(found).toEqual([]);
});

function look(value: unknown): void {
  seen.push(inspect(value, { depth: null, showHidden: true, maxStringLength: null }));
  seen.push(String(value), JSON.stringify(value) ?? "");
}

const logger = {
  error(message: string, details?: unknown): void {
    logged.push(message);
    look([message, details]);
    if (details instanceof Error) look(details.stack);
  },
};

class Room extends Channel {
  override join(params: unknown) {
    switch ((params as { how?: string }).how) {
      case "throw":
        throw new Error("no room today");
      case "nonsense":
        return { type: SECRETS.join, params } as never;
      case "unwritable":
        return ok({ params, big: 1n });
      case "track":
        this.presence.track(SECRETS.join, { secret: SECRETS.join });
        return ok();
      default:
        return ok();
    }
  }
  override handleIn({ event, payload }: IncomingPush<unknown>) {
    const cycle: Record<string, unknown> = { payload };
    cycle["self"] = cycle;
    switch (event) {
      case "throw":
        throw new Error("not today");
      case "reject":
        return Promise.reject(new Error("not today"));
      case "nonsense":
        return { type: "answer", response: payload } as never;
      case "unwritable":
        return reply(cycle);
      case "push unwritable":
        this.push("x", { payload, big: 1n });
        return noreply();
      case "broadcast unwritable":
        this.broadcast("x", cycle);
        return noreply();
      case "never":
        return new Promise<never>(() => {});
      default:
        return undefined;
    }
  }
  override terminate() {
    throw new Error("no end today");
  }
}

const CHECKED = defineChannel({
  join: { params: z.object({ n: z.number() }).or(z.object({ how: z.string() })) },
  push: {
    quote: {
      payload: z.unknown().refine(() => true),
      reply: z.custom<unknown>(() => false, { error: ({ input }) => `not ${String(input)}` }),
    },
    push: {},
  },
  message: {
    said: z.custom<unknown>(() => false, { error: ({ input }) => `not ${String(input)}` }),
  },
});

async function serve(
  connect: (request: ConnectRequest) => unknown = () => accept({ user: SECRETS.assigns }),
  options: ServerOptions = {},
): Promise<{ readonly server: ChannelsServer; readonly port: number }> {
  const server = new ChannelsServer({ logger, closeTimeout: 200, ...options });
  server.socket("/socket", {
    connect: connect as never,
    channels: {
      "room:*": Room,
      "checked:*": {
        schema: CHECKED,
        join: () => ok(),
        handleIn({ event, payload }: { event: string; payload: unknown }, channel) {
          if (event === "quote") return reply(payload);
          channel.push("said", payload);
          return noreply();
        },
      },
    },
  });
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  onTestFinished(async () => {
    await server.close();
    look(server.stats());
    look(metricsText(server.stats()));
    look(server);
  });
  return { server, port };
}

const QUERY = `secret=${SECRETS.params}&nested[secret][]=${SECRETS.params}`;
const HEADERS = { authorization: `Bearer ${SECRETS.header}`, cookie: `session=${SECRETS.header}` };

/** The status of an upgrade that brings a secret in each place. */
function upgrade(
  port: number,
  query: string,
  headers: Record<string, string> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({
      port,
      host: "127.0.0.1",
      path: `/socket/websocket?${query}&${QUERY}`,
      headers: {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "sec-websocket-protocol": `phoenix, base64url.bearer.phx.${TOKEN}`,
        ...HEADERS,
        ...headers,
      },
    });
    asked.on("response", (response) => {
      response.on("data", (body: Buffer) => look(body.toString()));
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    asked.on("upgrade", (_, socket) => {
      socket.destroy();
      resolve(101);
    });
    asked.on("error", reject);
    asked.end();
  });
}

describe("connecting", () => {
  const connects: Record<string, (request: ConnectRequest) => unknown> = {
    throws: () => {
      throw new Error("no database");
    },
    rejects: () => Promise.reject(new Error("no database")),
    "returns what it was asked": (request) => request,
    "returns a text": ({ authToken }) => authToken,
    refuses: () => refuse(401),
    "never decides": () => new Promise(() => {}),
  };
  test.each(Object.keys(connects))("connect %s", async (name) => {
    const { server, port } = await serve(connects[name], { connectTimeout: 100 });
    expect(await upgrade(port, "vsn=2.0.0")).toBeGreaterThanOrEqual(400);
    const polled = await fetch(`http://127.0.0.1:${port}/socket/longpoll?vsn=2.0.0&${QUERY}`, {
      headers: { ...HEADERS, "x-phoenix-authtoken": SECRETS.token },
    });
    look(await polled.text());
    expect(server.stats().opened).toBe(0);
  });

  test("whatever is refused before connect is asked", async () => {
    const { port } = await serve();
    expect(await upgrade(port, "vsn=9.0.0")).toBe(403);
    expect(await upgrade(port, "bad=%ff")).toBe(400);
    expect(await upgrade(port, "x&".repeat(1_000))).toBe(400);
    expect(await upgrade(port, "", { origin: "https://evil.example" })).toBe(403);
    expect(await upgrade(port, "", { "sec-websocket-key": SECRETS.header })).toBe(400);
    expect(await upgrade(port, "", { "sec-websocket-version": "12" })).toBe(400);
    expect(await upgrade(port, "", { "sec-websocket-protocol": `${SECRETS.token},,` })).toBe(400);
    expect(await upgrade(port, "x".repeat(20_000))).toBe(431);
    expect(logged).toEqual([expect.stringContaining("of another origin with 403")]);
  });

  test("an addressOf or an id that throws", async () => {
    const server = new ChannelsServer({ logger });
    server.socket("/address", {
      addressOf: ({ headers }) => {
        throw new Error(`no address among ${Object.keys(headers).length} headers`);
      },
      channels: {},
    });
    server.socket("/socket", {
      connect: () => accept({ user: SECRETS.assigns }),
      id: () => {
        throw new Error("no id");
      },
      channels: {},
    });
    onTestFinished(() => server.close());
    const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
    expect(await upgrade(port, "vsn=2.0.0")).toBe(500);
    expect(logged).toEqual(["The connect of the socket /socket failed."]);
    look(server);
  });
});

test("joins that fail, each in its way", async () => {
  const { port } = await serve();
  const client = await TestClient.connect(port);
  const hows = ["throw", "nonsense", "unwritable", "track"];
  for (const how of hows) {
    look(await client.join(`room:${how}`, { how, secret: SECRETS.join }));
  }
  expect(logged).toHaveLength(hows.length);
  look(await client.join("nobody:home", { secret: SECRETS.join }));
  // Who sends what does not match is told so, and nobody else.
  await client.join("checked:a", { n: SECRETS.join });
  expect(logged).toHaveLength(hows.length);
  await client.close();
});

test("channels that crash, each in its way", async () => {
  const { port } = await serve(undefined, { handlerTimeout: 50 });
  const client = await TestClient.connect(port);
  const events = [
    "throw",
    "reject",
    "nonsense",
    "unwritable",
    "push unwritable",
    "broadcast unwritable",
    "never",
    "unknown",
  ];
  for (const event of events) {
    await client.join(`room:${event}`, {});
    client.push(`room:${event}`, event, { secret: SECRETS.payload });
    expect((await client.next()).at(3)).toBe("phx_error");
  }
  // What crashed it, and its terminate; that of a handler that never ends is never called.
  expect(logged).toHaveLength(events.length * 2 - 1);
  await client.close();
});

test("replies and messages that the schema refuses, in the words of a validator that quotes", async () => {
  const { port } = await serve();
  const client = await TestClient.connect(port);
  for (const event of ["quote", "push"]) {
    await client.join(`checked:${event}`, { n: 1 });
    client.push(`checked:${event}`, event, SECRETS.payload);
    expect((await client.next()).at(3)).toBe("phx_error");
  }
  expect(logged).toHaveLength(2);
  await client.close();
});

test("frames that are no messages", async () => {
  const { server, port } = await serve();
  const frames = [
    `["1","1","room:a","e",{"secret":"${SECRETS.payload}"`,
    JSON.stringify({ secret: SECRETS.payload }),
    JSON.stringify(["1", "1", [SECRETS.payload], "e", {}]),
    Buffer.from(`\u0000\u00ff${SECRETS.payload}`),
  ];
  for (const frame of frames) {
    const client = await TestClient.connect(port);
    client.webSocket.send(frame);
    look(await client.closed);
  }
  await until(() => server.stats().ended === frames.length);
  expect(server.stats().endsByReason.malformedMessage).toBe(frames.length);
});

test("what is thrown by broadcasts that cannot be written", async () => {
  const { server, port } = await serve();
  const client = await TestClient.connect(port);
  await client.join("room:a");
  const cycle: Record<string, unknown> = { secret: SECRETS.payload };
  cycle["self"] = cycle;
  for (const payload of [cycle, { secret: SECRETS.payload, big: 1n }]) {
    try {
      server.broadcast("room:a", "e", payload);
      expect.unreachable();
    } catch (error) {
      look(error);
    }
  }
  await client.close();
});

test("options that are refused", () => {
  const server = new ChannelsServer();
  const refused: (() => unknown)[] = [
    () => new ChannelsServer({ maxPayload: SECRETS.params as never }),
    () => server.socket("/a", { channels: { "room:*": SECRETS.params as never } }),
    () => server.socket("/b", { channels: {}, origins: [SECRETS.params] }),
    () => server.socket(SECRETS.params, { channels: {} }),
  ];
  for (const refuse of refused) {
    try {
      refuse();
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: "invalid_option" });
      look(error);
    }
  }
});

test("a handler that is at work when its client goes", async () => {
  const held = gate();
  const server = new ChannelsServer({ logger });
  server.socket("/socket", {
    channels: {
      "*": {
        join: () => ok(),
        async handleIn() {
          await held.opened;
          throw new Error("too late");
        },
      },
    },
  });
  onTestFinished(() => server.close());
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  const client = await TestClient.connect(port);
  await client.join("a");
  client.push("a", "e", { secret: SECRETS.payload });
  await until(() => server.stats().messagesReceived === 2);
  await client.close();
  held.open();
  await until(() => logged.length === 1);
  look(server);
});
