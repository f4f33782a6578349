// `push` and `join` in processes of their own against a server in this one.
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { Channel, ChannelsServer, noreply, ok, reply } from "@slipstream/server";
import type { HandleInResult, IncomingPush, JoinResult, Untyped } from "@slipstream/server";
import { selfSigned } from "@slipstream/faults";
import { MainProcess, runMain } from "../testing/main-process.ts";

let server: ChannelsServer;
let url: string;
let received: unknown[];

class Room extends Channel {
  override join(params: unknown): JoinResult<Untyped> {
    this.sendInfo(params);
    return ok({ members: 1 });
  }

  override handleInfo(params: unknown): void {
    const { user } = params as { user?: string };
    if (user === undefined) return;
    this.presence.track(user, { device: "phone" });
    this.push("presence_state", this.presence.list());
  }

  override handleIn({ event, payload }: IncomingPush<Untyped>): HandleInResult<Untyped> {
    received.push([event, payload]);
    switch (event) {
      case "refused":
        return reply("error", { reason: "not so" });
      case "silent":
        return noreply();
      case "everybody":
        this.broadcast("news", payload);
        return reply();
      default:
        return reply({ echo: payload });
    }
  }
}

beforeEach(async () => {
  received = [];
  server = new ChannelsServer({ logger: false });
  server.socket("/socket", { channels: { "room:*": Room } });
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  url = `ws://127.0.0.1:${port}/socket`;
});

afterEach(async () => {
  await server.close();
  expect(server.stats().live).toEqual({ websocket: 0, longpoll: 0, channel: 0 });
});

const to = (): string[] => ["--url", url, "--topic", "room:1"];

test("one push, from arguments: its reply is a line, and the end is clean", async () => {
  const { code, stdout, stderr } = await runMain([
    ...["push", ...to(), "--event", "new_msg", "--payload", '{"body": "hi"}'],
  ]);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: 'room:1 new_msg ok {"echo":{"body":"hi"}}\n',
  });
  expect(stderr).toContain("disconnected: code 1000, clean");
  expect(received).toEqual([["new_msg", { body: "hi" }]]);
});

test("many pushes, from standard input: replies come in the order of the pushes", async () => {
  const input = Array.from({ length: 500 }, (_, n) => `{"n":${n}}\n`).join("");
  const { code, stdout } = await runMain(["push", ...to(), "--event", "row", "--json"], {}, input);
  expect(code).toBe(0);
  const replies = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { status: string; response: { echo: { n: number } } });
  expect(replies.map(({ response }) => response.echo.n)).toEqual([...replies.keys()]);
  expect(replies).toHaveLength(500);
  expect(received).toHaveLength(500);
});

test("lines that name their events, as listen --json prints them", async () => {
  const input = '{"topic":"x","event":"a","payload":[1]}\n\n{"event":"b"}';
  const { code, stdout } = await runMain(["push", ...to(), "--no-reply"], {}, input);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  expect(received).toEqual([
    ["a", [1]],
    ["b", {}],
  ]);
});

test("what was refused or not answered is said, and the exit code says so", async () => {
  const input = '{"event":"refused"}\n{"event":"silent"}\n{"event":"fine"}\n';
  const { code, stdout, stderr } = await runMain(
    ["push", ...to(), "--timeout", "1", "--json"],
    {},
    input,
  );
  expect(stdout.trim().split("\n")).toEqual([
    '{"topic":"room:1","event":"refused","status":"error","response":{"reason":"not so"}}',
    '{"topic":"room:1","event":"silent","code":"timeout"}',
    '{"topic":"room:1","event":"fine","status":"ok","response":{"echo":{}}}',
  ]);
  expect(stderr).toContain('2 of the pushes did not get the reply "ok"');
  expect(code).toBe(5);
});

test("a line that cannot be read ends it, named by its number, after what was pushed is answered", async () => {
  const input = '{"n":1}\n{secret: s3cret}\n{"n":3}\n';
  const { code, stdout, stderr } = await runMain(["push", ...to(), "--event", "row"], {}, input);
  expect({ code, stdout }).toEqual({ code: 2, stdout: 'room:1 row ok {"echo":{"n":1}}\n' });
  expect(stderr).toContain("Line 2 of standard input is not valid JSON.");
  expect(stderr).not.toContain("s3cret");
});

test("a reader that goes away ends it in order", async () => {
  const main = new MainProcess(["push", ...to(), "--event", "row"], {}, null);
  main.stdin.write('{"n":1}\n');
  await once(main.stdout, "data");
  main.stdout.destroy();
  const feed = setInterval(() => main.stdin.write('{"n":2}\n'), 5);
  onTestFinished(() => clearInterval(feed));
  const { code, stderr } = await main.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("clean") as string });
});

test.each([
  [["push", "--payload", "{}"], "Name the event of --payload"],
  [["push", "--event", "x", "--payload", "{x"], "--payload is not valid JSON"],
  [["push", "--topic", "x", "--event", "x"], "Name the server: --url"],
  [["join", "--url", "ws://127.0.0.1:1/socket"], "Name what to join: --topic"],
])("%j cannot be understood", async (args, message) => {
  const { code, stderr } = await runMain(args);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});

test("join shows the server's answer and, with nothing to say, ends", async () => {
  const { code, stdout } = await runMain(["join", ...to()]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'room:1 joined {"members":1}\n' });
});

test("join pushes what is typed and prints what comes; mistakes are said", async () => {
  const main = new MainProcess(["join", ...to()], {}, null);
  await main.says("joined", "stdout");
  main.stdin.write('everybody {"n": 1}\n');
  await main.says('room:1 news {"n":1}\n', "stdout");
  await main.says("room:1 everybody ok {}\n", "stdout");
  main.stdin.write("everybody {n: 2}\n");
  await main.says("not pushed: a line is an event and a JSON payload");
  main.stdin.end("refused\n");
  const { code, stdout } = await main.ended;
  expect(stdout).toContain('room:1 refused error {"reason":"not so"}\n');
  expect(code).toBe(2);
});

test("join --presence shows who is present as a table, and --json as an object", async () => {
  const main = new MainProcess(
    ["join", ...to(), "--presence", "--params", '{"user": "ada"}'],
    {},
    null,
  );
  await main.says("room:1 1 present\n  key  device\n  ada  phone\n", "stdout");
  const listen = new MainProcess([
    ...["listen", ...to(), "--presence", "--json", "--params", '{"user": "grace"}'],
  ]);
  await listen.says('"ada":[{', "stdout");
  await main.says("room:1 2 present\n  key    device\n  ada    phone\n  grace  phone\n", "stdout");
  listen.kill("SIGINT");
  expect((await listen.ended).stdout).not.toContain("presence_state");
  main.stdin.end();
  expect((await main.ended).code).toBe(0);
});

test("TLS: what is not trusted is said with what to do, and --ca does it", async () => {
  const certificate = selfSigned();
  const https = createServer(certificate);
  server.attach(https);
  await new Promise<void>((resolve) => https.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void https.close());
  const { port } = https.address() as AddressInfo;
  const args = ["join", "--topic", "room:1", "--url"];
  const refused = await runMain([...args, `wss://localhost:${port}/socket`]);
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain("name who has, with --ca FILE");
  const plain = await runMain([...args, `ws://localhost:${port}/socket`]);
  expect(plain.stderr).toContain("try wss: in --url");
  const folder = mkdtempSync(join(tmpdir(), "slipstream-ca-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const ca = join(folder, "ca.pem");
  writeFileSync(ca, certificate.cert);
  const trusted = await runMain([...args, `wss://localhost:${port}/socket`, "--ca", ca]);
  expect(trusted).toMatchObject({ code: 0, stdout: 'room:1 joined {"members":1}\n' });
});
