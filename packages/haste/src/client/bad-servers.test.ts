// Pages of the client against servers that play PROTOCOL.md wrongly: real sockets, a channel by hand.
import { connect, type Socket } from "@slipstream/client";
import {
  accept,
  Channel,
  ChannelsServer,
  deny,
  ok,
  reply,
  type HandleInResult,
  type JoinResult,
  type Untyped,
} from "@slipstream/server";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Json } from "../json.ts";
import { until } from "../fixtures/page-state.ts";
import { gate } from "../fixtures/until.ts";
import { openPage } from "./open-page.ts";

const HEADER = {
  columns: [["id", "integer"]],
  key: [0],
  group: "g",
  at: "start",
  before: 0,
  after: 2,
  version: "e/1",
};
const ROWS = { version: "e/1", of: 2, from: 0, rows: [[1], [2]], more: [false, false] };
const SHOWN = [{ id: 1 }, { id: 2 }];

/** What the server says to one join, and to what is pushed after it. */
interface Script {
  readonly answer?: Json | null;
  readonly refusal?: Json;
  /** It never answers. */
  readonly hangs?: true;
  readonly says?: readonly (readonly [event: string, payload: unknown])[];
  readonly replies?: Json;
}

/** One for each join; the last one stands. */
let scripts: Script[] = [];
let joins: unknown[] = [];
/** Called at each join. */
let told: () => void = () => {};
/** What joins that hang wait for, so that the server can close. */
let hung = gate<JoinResult<Untyped>>();

class Bad extends Channel {
  #script: Script = {};

  override join(params: unknown): JoinResult<Untyped> | Promise<JoinResult<Untyped>> {
    joins.push(params);
    told();
    const script = (scripts.length > 1 ? scripts.shift() : scripts[0]) ?? {};
    this.#script = script;
    if (script.hangs === true) return hung.opened;
    if (script.refusal !== undefined) return deny(script.refusal);
    this.sendInfo("joined");
    return ok(script.answer === undefined ? HEADER : script.answer);
  }

  override handleInfo(): void {
    for (const [event, payload] of this.#script.says ?? [["rows", ROWS]]) {
      this.push(event, payload as object);
    }
  }

  override handleIn(): HandleInResult<Untyped> {
    return reply("ok", this.#script.replies ?? {});
  }
}

let server: ChannelsServer;
let port: number;
let socket: Socket;

beforeAll(async () => {
  server = new ChannelsServer();
  server.socket("/socket", {
    connect: () => accept({}),
    id: () => "me",
    channels: { "haste:*": Bad },
  });
  ({ port } = await server.listen({ port: 0, host: "127.0.0.1" }));
});
afterAll(() => server.close());
beforeEach(async () => {
  scripts = [];
  joins = [];
  told = () => {};
  hung = gate();
  socket = await connect(`ws://127.0.0.1:${port}/socket`);
});
afterEach(() => {
  hung.open(deny({}));
  return socket.disconnect();
});

const wrongMessages: [string, Script][] = [
  ["an answer without columns", { answer: { ...HEADER, columns: 1 } }],
  ["an answer without sizes", { answer: { ...HEADER, after: "many" } }],
  ["an answer whose key is no column", { answer: { ...HEADER, key: [7] } }],
  ["an answer that is nothing", { answer: null }],
  ["rows that do not follow one another", { says: [["rows", { ...ROWS, from: 1 }]] }],
  ["more rows than it says", { says: [["rows", { ...ROWS, of: 1 }]] }],
  ["fewer than no rows", { says: [["rows", { ...ROWS, of: -1, rows: [] }]] }],
  ["rows that are no arrays", { says: [["rows", { ...ROWS, rows: [1, 2] }]] }],
  [
    "a batch before there are rows",
    { says: [["batch", { version: "e/2", more: [false, false], ops: [] }]] },
  ],
  [
    "a batch that does not fit",
    {
      says: [
        ["rows", ROWS],
        ["batch", { version: "e/2", more: [false, false], ops: [["r", 9]] }],
      ],
    },
  ],
  ["a reason that there is not", { refusal: { reason: "tired", message: "Tired." } }],
];

describe("a page of a server that makes no sense", () => {
  test.each(wrongMessages)("%s: it is asked for anew, in a while", async (_, wrong) => {
    scripts = [wrong, {}];
    const page = openPage<{ id: number }>(socket, "things", { limit: 2 });
    const { error } = await until(page, (state) => state.error !== null);
    expect(error).toMatchObject({ code: "protocol" });
    await until(page, ({ status }) => status === "live");
    expect(page.state).toMatchObject({ error: null, rows: SHOWN });
    expect(joins[1]).toEqual({ at: "start", before: 0, after: 2 });
    await page.close();
    expect(server.stats().live.channel).toBe(0);
  });

  test("whose view is away after a lost connection: the page waits for it", async () => {
    scripts = [{}, { refusal: { reason: "unmatched topic" } }, {}];
    const page = openPage<{ id: number }>(socket, "things", { limit: 2 });
    await page.ready();
    void server.disconnect("me");
    const { error, status, rows } = await until(page, (state) => state.error !== null);
    expect({ code: error?.code, status, rows }).toEqual({
      code: "no_view",
      status: "stale",
      rows: SHOWN,
    });
    expect((await page.ready()).error).toBeNull();
  });

  test("closing it while it waits to ask again leaves nothing", async () => {
    scripts = [{ answer: null }];
    const page = openPage(socket, "things");
    await until(page, (state) => state.error !== null);
    await page.close();
    expect(page.state.status).toBe("closed");
    expect(server.stats().live.channel).toBe(0);
    await expect(page.ready()).rejects.toMatchObject({ code: "closed" });
  });

  test("closing it while its join is not answered waits for nobody", async () => {
    scripts = [{ hangs: true }];
    const asked = new Promise<void>((resolve) => (told = resolve));
    const page = openPage(socket, "things");
    await asked;
    const over = new AbortController();
    const late = new Promise((resolve) => over.signal.addEventListener("abort", resolve));
    const left = socket.ping().then(() => over.abort());
    // The server answers what it is asked after that, but not the leave: its turn is behind the join's.
    await Promise.race([page.close(), late.then(() => Promise.reject(new Error("It waits.")))]);
    expect(page.state.status).toBe("closed");
    await left;
  });

  test("a join that is not answered is tried again, in a while", async () => {
    await socket.disconnect();
    socket = await connect(`ws://127.0.0.1:${port}/socket`, { joinTimeout: 50 });
    scripts = [{ hangs: true }, {}];
    const page = openPage<{ id: number }>(socket, "things", { limit: 2 });
    const { error, status } = await until(page, (state) => state.error !== null);
    expect({ code: error?.code, status }).toEqual({ code: "timeout", status: "loading" });
    hung.open(deny({}));
    await until(page, (state) => state.status === "live");
    expect(page.state).toMatchObject({ error: null, rows: SHOWN });
    await page.close();
  });

  test("what cannot be sent is told, and the page goes on", async () => {
    const page = openPage<{ id: number }>(socket, "things");
    await page.ready();
    const unsendable = { where: ["eq", "id", 1n] } as never;
    await expect(page.change(unsendable)).rejects.toMatchObject({ code: "disconnected" });
    expect(page.state).toMatchObject({ status: "live", rows: SHOWN });
  });

  test("an answer to `count` that is no count is told as such, and the page goes on", async () => {
    scripts = [{ replies: { count: "many" } }];
    const page = openPage(socket, "things");
    await page.ready();
    await expect(page.count()).rejects.toMatchObject({ code: "protocol" });
    expect(page.state).toMatchObject({ status: "live", total: null });
  });
});
