// The page's server as programs see it, on a real PGlite: what it answers, and to whom.
import { once } from "node:events";
import { request } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { connect, type Socket } from "@slipstream/client";
import { openPage } from "@slipstream/haste/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { flightsDatabase, type FlightsDatabase } from "../testing/flights-database.ts";
import type { Edits } from "./edits.ts";
import { EDITS, type Flight } from "./flight.ts";
import { serveFlightsPage, type FlightsPage } from "./serve.ts";

/** The flight whose edits fail. */
const UNLUCKY = 13;

let database: FlightsDatabase;
let page: FlightsPage;
let socket: Socket;

beforeAll(async () => {
  database = await flightsDatabase(500);
  page = await serveFlightsPage({
    source: database.source(),
    edit: (edit) =>
      edit.id === UNLUCKY
        ? Promise.reject(new Error("postgres://user:secret@host"))
        : database.edit(edit),
  });
  socket = await connect(`ws://127.0.0.1:${page.port}/socket`);
});

afterAll(async () => {
  await socket.disconnect();
  await page.close();
  await database.db.close();
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** What the server answers; `host` is what the request calls it. */
function ask(method: string, path: string, host = `127.0.0.1:${page.port}`): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(
      { port: page.port, host: "127.0.0.1", method, path, headers: { host }, agent: false },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (text: string) => (body += text));
        response.on("end", () =>
          resolve({ status: response.statusCode, headers: response.headers, body }),
        );
      },
    )
      .on("error", reject)
      .end();
  });
}

test("the page and what it loads, and nothing that it may load from elsewhere", async () => {
  const { status, headers, body } = await ask("GET", "/?theme=dark");
  expect(status).toBe(200);
  expect(headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(headers["content-security-policy"]).toContain("default-src 'none'");
  expect(headers["content-security-policy"]).toContain(`ws://127.0.0.1:${page.port}`);
  const loaded = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address);
  expect(loaded).toEqual(["data:,", "/page.css", "/page.js"]);
  for (const path of ["/page.css", "/page.js"]) {
    expect(await ask("GET", path)).toMatchObject({ status: 200 });
  }
  expect(await ask("HEAD", "/")).toMatchObject({ status: 200, body: "" });
});

test("no other file, no other method, and no other name", async () => {
  for (const path of ["/index.html", "/../package.json", "/%2e%2e/package.json", "/__proto__"]) {
    expect(await ask("GET", path)).toMatchObject({ status: 404 });
  }
  expect(await ask("POST", "/")).toMatchObject({ status: 405 });
  expect(await ask("GET", "/", "evil.example")).toMatchObject({ status: 403 });
  const stranger = connect(`ws://127.0.0.1:${page.port}/socket`, {
    headers: { host: "evil.example" },
    reconnect: false,
  });
  await expect(stranger).rejects.toMatchObject({ reason: { status: 403 } });
});

test("an edit is in the database, and on every page", async () => {
  const flights = openPage<Flight>(socket, "flights", { where: ["eq", "id", 7], limit: 1 });
  await flights.ready();
  const edits = await socket.join<Edits>(EDITS);
  const { xid } = await edits.push("edit", { id: 7, delay: 321 });
  await flights.seen(xid);
  expect(flights.rows).toMatchObject([{ id: 7, delay: 321 }]);
  await flights.close();
  await edits.leave();
});

test("what is no edit is refused, and says why", async () => {
  const edits = await socket.join<Edits>(EDITS);
  const wrong: unknown[] = [
    null,
    7,
    [],
    {},
    { id: 1 },
    { id: "1", delay: 1 },
    { id: 1, delay: 1.5 },
    { id: 1, delay: 1e9 },
    { id: 2 ** 40, delay: 1 },
    JSON.parse('{"__proto__":{"id":1,"delay":1}}'),
  ];
  for (const payload of wrong) {
    await expect(edits.push("edit", payload as object)).rejects.toMatchObject({
      response: { reason: "invalid" },
    });
  }
  await expect(edits.push("edit", { id: 1_000_000, delay: 1 })).rejects.toMatchObject({
    response: { reason: "gone" },
  });
  await edits.leave();
});

test("a database that fails is not told of", async () => {
  const edits = await socket.join<Edits>(EDITS);
  await expect(edits.push("edit", { id: UNLUCKY, delay: 1 })).rejects.toMatchObject({
    response: { reason: "failed", message: "The database did not take it." },
  });
  await edits.leave();
});

test("a port that is taken leaves nothing behind", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  await page.close();
  const other = serveFlightsPage({ source: database.source(), edit: database.edit, port });
  await expect(other).rejects.toMatchObject({ code: "EADDRINUSE" });
  page = await serveFlightsPage({ source: database.source(), edit: database.edit });
  taken.close();
  await once(taken, "close");
});
