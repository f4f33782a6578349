// A room with whoever is in it, and the page that shows it, on one port: node examples/chat/server.js
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { accept, Channel, ChannelsServer, deny, ok, reply } from "@slipstream/server";

const MAX_NAME = 24;
const MAX_TEXT = 500;
/** What somebody who comes is shown of what was said before. */
const MAX_HISTORY = 50;

const history = [];

class Room extends Channel {
  #name = "";

  join({ name }) {
    if (typeof name !== "string" || name.trim() === "") return deny({ reason: "no name" });
    this.#name = name.trim().slice(0, MAX_NAME);
    this.sendInfo("joined");
    return ok({ name: this.#name, history });
  }

  handleInfo() {
    this.presence.track(this.#name, { since: Date.now() });
    this.push("presence_state", this.presence.list());
  }

  handleIn({ event, payload }) {
    if (event !== "say" || typeof payload?.text !== "string") return reply("error", {});
    const text = payload.text.trim().slice(0, MAX_TEXT);
    if (text === "") return reply("error", { reason: "empty" });
    const said = { name: this.#name, text, at: Date.now() };
    history.push(said);
    if (history.length > MAX_HISTORY) history.shift();
    this.broadcast("said", said);
    return reply({});
  }
}

const channels = new ChannelsServer();
channels.socket("/socket", { connect: () => accept({}), channels: { "room:lobby": Room } });

const file = async (url, type) => ({ body: await readFile(url), type: `${type}; charset=utf-8` });
const FILES = {
  "/": await file(new URL("index.html", import.meta.url), "text/html"),
  "/chat.css": await file(new URL("chat.css", import.meta.url), "text/css"),
  "/chat.js": await file(new URL("chat.js", import.meta.url), "text/javascript"),
  // One file, as npm has it: a page this small needs no bundler.
  "/client.js": await file(
    new URL(import.meta.resolve("@slipstream/client/browser")),
    "text/javascript",
  ),
};
const POLICY = "default-src 'self'; img-src data:";

const http = createServer((request, response) => {
  if (channels.handleRequest(request, response)) return;
  const path = request.url?.split("?")[0] ?? "";
  if (!Object.hasOwn(FILES, path)) {
    response.writeHead(404).end("Not found");
    return;
  }
  const { body, type } = FILES[path];
  response.writeHead(200, { "Content-Type": type, "Content-Security-Policy": POLICY }).end(body);
});
channels.attach(http);
http.listen(Number(process.env.PORT ?? 4000), "127.0.0.1", () => {
  // oxlint-disable-next-line no-console -- it is a program
  console.log(`listening on http://127.0.0.1:${http.address().port}`);
});

process.once("SIGTERM", () => {
  http.close();
  void channels.close();
});
