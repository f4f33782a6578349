// How connections were seen to end with Phoenix 1.7, and how it spoke over long polling: ours must end
// and speak the same.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { closeFrame, encodeFrame, OPCODE, textFrame, type RawFrame } from "@slipstream/faults";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startInteropServer, type InteropServer } from "./interop-server.ts";
import { RawClient } from "./raw-client.ts";

const fixture = (name: string): string =>
  readFileSync(new URL(`fixtures/phoenix-1.7-${name}.log`, import.meta.url), "utf8");

let server: InteropServer;
beforeAll(async () => {
  server = await startInteropServer({ port: 0 });
});
afterAll(() => server.close());

interface Ending {
  readonly name: string;
  /** What the client saw, or null where it was gone. */
  readonly code: number | null;
  /** Why the channel ended, by our names. */
  readonly channel: string;
}

/** The reasons of Phoenix's processes, and what the server calls them. */
const CHANNEL_ENDS: Readonly<Record<string, string>> = {
  "{:shutdown, :closed}": "closed",
  "{:shutdown, :left}": "left",
  "exception RuntimeError: channel crash requested": "crashed",
  ":killed": "closed",
};

function endings(log: string): Ending[] {
  return log
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const code = /client sees close (\d+)/.exec(section)?.[1];
      const down = /channel_down (.+): \+1/.exec(section)?.[1] ?? "";
      return {
        name: section.slice(0, section.indexOf("\n")),
        code: code === undefined ? null : Number(code),
        channel: CHANNEL_ENDS[down] ?? `unknown: ${down}`,
      };
    });
}

const tcpOf = ({ webSocket }: RawClient): Socket =>
  (webSocket as unknown as { _socket: Socket })._socket;

function write(client: RawClient, frame: RawFrame): void {
  tcpOf(client).write(encodeFrame(frame));
}

const masked = (frame: RawFrame): RawFrame => ({ ...frame, mask: randomBytes(4) });

async function ask(client: RawClient, event: string): Promise<void> {
  client.send(JSON.stringify(["1", "2", "room:a", event, {}]));
  await client.next();
}

type Act = (client: RawClient) => void | Promise<void>;

/** What the recorder did in each section, and why the server says that the connection has ended. */
const acts: Readonly<Record<string, readonly [end: string, act: Act]>> = {
  "close 1000": ["closedByRemote", ({ webSocket }) => webSocket.close(1000, "bye")],
  "close 1001": ["closedByRemote", (client) => write(client, masked(closeFrame(1001)))],
  "close no status": ["closedByRemote", ({ webSocket }) => webSocket.close()],
  "close 4000": ["closedByRemote", ({ webSocket }) => webSocket.close(4000, "x")],
  "close 3000": ["closedByRemote", ({ webSocket }) => webSocket.close(3000)],
  "close 1011": ["closedByRemote", ({ webSocket }) => webSocket.close(1011)],
  "close invalid code 1005 on the wire": [
    "protocolError",
    (client) => write(client, masked(closeFrame(1005))),
  ],
  "TCP FIN (socket.end, no close frame)": ["connectionLost", (client) => void tcpOf(client).end()],
  "TCP RST": ["connectionLost", (client) => void tcpOf(client).resetAndDestroy()],
  "unmasked frame": ["protocolError", (client) => write(client, textFrame("[]"))],
  "invalid UTF-8 text": [
    "protocolError",
    (client) => write(client, masked({ opcode: OPCODE.text, payload: Buffer.from([0xff, 0xfe]) })),
  ],
  "RSV1 without negotiated deflate": [
    "protocolError",
    (client) => write(client, masked({ ...textFrame("[]"), rsv: 4 })),
  ],
  "silent client, TCP up, /tiny (2 s)": ["idleTimeout", () => {}],
  "leave then close": [
    "closedByRemote",
    async (client) => {
      await ask(client, "phx_leave");
      client.webSocket.close(1000);
    },
  ],
  "crash then close": [
    "closedByRemote",
    async (client) => {
      await ask(client, "crash");
      client.webSocket.close(1000);
    },
  ],
  "drop_socket kill": ["dropped", (client) => client.send('["1","2","room:a","drop_socket",{}]')],
};

/** What takes longer than a test may: many of these at once, with shorter limits, in bounds.test.ts. */
const elsewhere = [
  "reader stalls while the server pushes 30000 x 1 KB",
  "half-open, nothing sent, /tiny",
  "half-open, server broadcasts",
  "half-open, nothing sent, /socket (60 s)",
];

describe("the recorded ends", () => {
  const recorded = [...endings(fixture("closes")), ...endings(fixture("half-open"))];

  test("each of them is replayed, or is tried elsewhere", () => {
    expect(recorded.map(({ name }) => name).toSorted()).toEqual(
      [...Object.keys(acts), ...elsewhere].toSorted(),
    );
  });

  test.each(recorded.filter(({ name }) => name in acts))(
    "$name",
    async ({ name, code, channel }) => {
      const [end, act] = acts[name] as readonly [string, Act];
      const before = server.channels.stats();
      const path = name.includes("/tiny") ? "tiny" : "socket";
      const client = await RawClient.connect(
        `${server.url.replace("http", "ws")}/${path}/websocket?vsn=2.0.0`,
      );
      client.send('["1","1","room:a","phx_join",{}]');
      await client.next();
      await act(client);
      expect((await client.closed).code).toBe(code);
      await expect.poll(() => server.channels.stats().ended).toBe(before.ended + 1);
      const { endsByReason, channelEndsByReason, live } = server.channels.stats();
      expect(grown(endsByReason, before.endsByReason)).toEqual([end]);
      expect(grown(channelEndsByReason, before.channelEndsByReason)).toEqual([channel]);
      expect(live).toEqual({ websocket: 0, longpoll: 0, channel: 0 });
    },
  );
});

/** The names whose counts are one higher than before. */
function grown(now: object, before: object): string[] {
  const counts = before as Record<string, number>;
  return Object.entries(now as Record<string, number>).flatMap(([name, count]) =>
    count === counts[name] ? [] : Array.from({ length: count - (counts[name] ?? 0) }, () => name),
  );
}

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
  readonly answer: Record<string, unknown>;
}

function exchanges(log: string): Exchange[] {
  return log
    .split(/^(?=GET|POST)/m)
    .slice(1)
    .map((exchange) => {
      const [request = "", ...lines] = exchange.split("\n");
      const [method = "", path = ""] = request.split(/\s+/);
      const of = (arrow: string): string | undefined =>
        lines.find((line) => line.startsWith(`  ${arrow} `))?.slice(5);
      return {
        method,
        // One that no server has signed; the socket's `connect` refuses it by its name.
        path: path === "with" ? "/socket/longpoll?vsn=2.0.0&token=bad" : path,
        body: of("->"),
        answer: JSON.parse(of("<-") ?? "") as Record<string, unknown>,
      };
    });
}

test("the recorded session of long polling", async () => {
  let token = "";
  for (const { method, path, body, answer } of exchanges(fixture("longpoll"))) {
    const response = await fetch(server.url + path.replace("SFMyNTY.<opaque>", token), {
      method,
      ...(body !== undefined && {
        body,
        headers: { "content-type": "application/x-ndjson" },
      }),
    });
    expect(response.status).toBe(200);
    const got = (await response.json()) as Record<string, unknown>;
    if (typeof got["token"] === "string") ({ token } = got as { token: string });
    expect(got).toEqual("token" in answer ? { ...answer, token } : answer);
  }
  expect(token).not.toBe("");
});
