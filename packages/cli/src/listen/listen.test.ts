// `listen` in a process of its own against a server in this one: what it prints, how it ends, and
// what the server has seen of it.
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import {
  accept,
  Channel,
  ChannelsServer,
  deny,
  ok,
  refuse,
  type JoinResult,
} from "@slipstream/server";
import { RawServer, textFrame } from "@slipstream/faults";
import { MainProcess, runMain } from "../testing/main-process.ts";

let server: ChannelsServer;
let url: string;
let rooms: Room[];

class Room extends Channel {
  override join(params: unknown): JoinResult<unknown> {
    if ((params as { deny?: boolean }).deny === true) return deny({ reason: "unauthorized" });
    rooms.push(this);
    this.sendInfo("welcome");
    return ok();
  }
  override handleInfo(): void {
    this.push("welcome", { to: this.topic });
  }
}

beforeEach(async () => {
  rooms = [];
  server = new ChannelsServer({ logger: false });
  server.socket("/socket", {
    connect: ({ params, headers, authToken }) => {
      const good = params["key"] === "good" || headers["x-key"] === "good" || authToken === "good";
      return good ? accept({}) : refuse(403);
    },
    channels: { "room:*": Room },
  });
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  url = `ws://127.0.0.1:${port}/socket`;
});

afterEach(() => server.close());

const good = ["--header", "X-Key: good"];

test("prints each message as a line; Ctrl-C leaves, disconnects and says how that went", async () => {
  const listen = new MainProcess(["listen", "--url", url, "--topic", "room:lobby", ...good]);
  await listen.says('room:lobby welcome {"to":"room:lobby"}\n', "stdout");
  server.broadcast("room:lobby", "new_msg", { body: "hi" });
  await listen.says("new_msg", "stdout");
  listen.kill("SIGINT");
  const { code, stdout, stderr } = await listen.ended;
  expect(stdout).toBe('room:lobby welcome {"to":"room:lobby"}\nroom:lobby new_msg {"body":"hi"}\n');
  expect(stderr.split("\n").filter((line) => line !== "")).toEqual([
    `· connecting to ${url}`,
    "· connected",
    "· joined room:lobby",
    "· left room:lobby",
    "· closing the connection",
    "· disconnected: code 1000, clean",
  ]);
  expect(code).toBe(0);
  expect(server.stats()).toMatchObject({
    live: { websocket: 0, channel: 0 },
    endsByReason: { closedByRemote: 1 },
    channelEndsByReason: { left: 1 },
  });
});

test("npm start -- --url … is the same", async () => {
  const listen = new MainProcess([
    "demo",
    `--url=${url}`,
    "--topic",
    "room:1",
    "--socket-params",
    '{"key":"good"}',
  ]);
  await listen.says("room:1 welcome", "stdout");
  // A Ctrl-C comes twice then: from the terminal, and passed on by npm.
  listen.kill("SIGINT");
  listen.kill("SIGTERM");
  const { code, stderr } = await listen.ended;
  expect(stderr).toContain("disconnected: code 1000, clean");
  expect(code).toBe(0);
});

test("with --json each line is a JSON object; several topics share the connection", async () => {
  const listen = new MainProcess([
    "listen",
    "--url",
    url,
    "--topic",
    "room:1",
    "--topic",
    "room:2",
    "--token",
    "good",
    "--json",
  ]);
  await listen.says("room:1", "stdout");
  await listen.says("room:2", "stdout");
  server.broadcast("room:1", "bytes", new Uint8Array([1, 2, 3]));
  await listen.says("AQID", "stdout");
  listen.kill("SIGINT");
  const { code, stdout } = await listen.ended;
  const messages = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  expect(messages).toContainEqual({ topic: "room:2", event: "welcome", payload: { to: "room:2" } });
  expect(messages).toContainEqual({ topic: "room:1", event: "bytes", payloadBase64: "AQID" });
  expect(code).toBe(0);
  expect(server.stats().opened).toBe(1);
});

test("a lost connection comes back, and so do the messages", async () => {
  const listen = new MainProcess(["listen", "--url", url, "--topic", "room:lobby", ...good]);
  await listen.says("welcome", "stdout");
  rooms[0]?.socket.drop();
  await listen.says("the connection was lost");
  await listen.says("Trying again in");
  const line = 'room:lobby welcome {"to":"room:lobby"}\n';
  await listen.says(line + line, "stdout");
  listen.kill("SIGINT");
  expect((await listen.ended).code).toBe(0);
  expect(server.stats().endsByReason).toMatchObject({ dropped: 1, closedByRemote: 1 });
});

test.each([
  [
    "room:lobby",
    ["--params", '{"deny":true}'],
    4,
    'answered with the status "error" ("unauthorized")',
  ],
  ["lobby", [], 4, "The socket has no channel for this topic"],
])(
  "a join to %s with %j that is refused ends it with %i",
  async (topic, args, expected, message) => {
    const { code, stdout, stderr } = await runMain([
      "listen",
      "--url",
      url,
      "--topic",
      topic,
      ...good,
      ...args,
    ]);
    expect(stderr).toContain(message);
    expect(stderr).toContain("disconnected: code 1000, clean");
    expect({ code, stdout }).toEqual({ code: expected, stdout: "" });
  },
);

test("a refused upgrade ends it, and the error says what to check", async () => {
  const secrets = `${url.replace("ws://", "ws://secret:secret@")}?secret=1`;
  const refused = await runMain(["listen", "--url", secrets, "--topic", "room:lobby"]);
  expect(refused.stderr).toContain("the server answered the upgrade with 403");
  expect(refused.stderr).toContain("check params, authToken and headers");
  expect(refused.stderr).not.toContain("secret");
  expect(refused.code).toBe(3);
  const wrongPath = await runMain(["listen", "--url", `${url}s`, "--topic", "room:lobby"]);
  expect(wrongPath.stderr).toContain("404. Check the URL");
  expect(wrongPath.code).toBe(3);
});

test("a server that is not there ends it", async () => {
  await server.close();
  const { code, stderr } = await runMain(["listen", "--url", url, "--topic", "room:lobby"]);
  expect(stderr).toContain("Check that the server runs");
  expect(code).toBe(3);
});

test.runIf(existsSync("/dev/full"))(
  "output that cannot be written ends it, and it says so",
  async () => {
    const full = openSync("/dev/full", "w");
    onTestFinished(() => closeSync(full));
    const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
    const args = [main, "listen", "--url", url, "--topic", "room:lobby", ...good];
    const { status, stderr } = await new Promise<{ status: number | null; stderr: string }>(
      (resolve) => {
        const child = spawn(process.execPath, args, { stdio: ["ignore", full, "pipe"] });
        let said = "";
        child.stderr?.on("data", (text: Buffer) => (said += text.toString()));
        child.on("close", (code) => resolve({ status: code, stderr: said }));
      },
    );
    expect(stderr).toContain("Standard output cannot be written (ENOSPC)");
    expect(stderr).not.toContain("    at ");
    expect(status).toBe(1);
  },
);

test("whoever stops reading its output ends it in order", async () => {
  const listen = new MainProcess(["listen", "--url", url, "--topic", "room:lobby", ...good]);
  await listen.says("welcome", "stdout");
  listen.stdout.destroy();
  server.broadcast("room:lobby", "new_msg", {});
  server.broadcast("room:lobby", "new_msg", {});
  const { code, stderr } = await listen.ended;
  expect(stderr).toContain("disconnected: code 1000, clean");
  expect(code).toBe(0);
});

test("when its output is read too slowly it loses nothing in silence", async () => {
  const listen = new MainProcess(["listen", "--url", url, "--topic", "room:lobby", ...good]);
  await listen.says("welcome", "stdout");
  listen.stdout.pause();
  for (let seq = 0; seq < 40_000; seq += 1) server.broadcast("room:lobby", "flood", { seq });
  await listen.says("whoever reads the output is too slow");
  listen.stdout.resume();
  expect((await listen.ended).code).toBe(1);
});

test("a second Ctrl-C resets a connection whose close is not answered", async () => {
  const raw = await RawServer.listen(async (peer) => {
    await peer.accept();
    const { payload } = await peer.frame();
    const [joinRef, ref, topic] = JSON.parse(Buffer.from(payload).toString()) as string[];
    const response = { status: "ok", response: {} };
    await peer.write(textFrame(JSON.stringify([joinRef, ref, topic, "phx_reply", response])));
  });
  const listen = new MainProcess(["listen", "--url", `${raw.url}/socket`, "--topic", "room:lobby"]);
  await listen.says("joined room:lobby");
  listen.kill("SIGINT");
  await listen.says("closing the connection");
  listen.kill("SIGINT");
  expect((await listen.ended).code).toBe(130);
  const peer = await raw.peer();
  await peer.gone();
  expect(peer.wire.story().at(-1)).toBe("client: RST");
  await raw.close();
});
