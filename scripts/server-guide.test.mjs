// docs/guides/server.md, done as it says: its files compiled, Redis started, two nodes, and two people
// who see what the guide says that they see.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import { compile, inFolder, snippetsOf } from "./test/snippets.mjs";

// A bound for what hangs: it compiles, and starts nine programs.
vi.setConfig({ testTimeout: 120_000 });

const guide = fileURLToPath(new URL("../docs/guides/server.md", import.meta.url));

/** A process, and what it prints. It is ended with its test, whatever becomes of that. */
function start(command, parameters, env = {}) {
  const child = spawn(command, parameters, { env: { ...process.env, ...env } });
  const program = { child, printed: "" };
  const hear = (text) => {
    program.printed += text.toString();
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  program.end = async (signal) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, "close");
    child.kill(signal);
    await closed;
  };
  onTestFinished(() => program.end("SIGKILL"));
  return program;
}

async function printed(program, pattern) {
  await expect.poll(() => program.printed).toMatch(pattern);
  return pattern.exec(program.printed);
}

async function sparePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return String(port);
}

test("one node, then two: what one says the other hears, and each knows who is there", async () => {
  const snippets = await snippetsOf(guide);
  expect(snippets.map(({ name }) => name)).toEqual([
    "room",
    "node",
    "person",
    "tokens",
    "blocked",
    "prices",
  ]);
  const shown = /```console\n([^]*?)```/.exec(await readFile(guide, "utf8"))[1];
  await inFolder(async (folder) => {
    expect(await compile(snippets, folder)).toBe("");
    const node = (env) => start(process.execPath, [join(folder, "node.js")], { PORT: "0", ...env });
    const portOf = async (program) => (await printed(program, /listening on (\d+)/))[1];
    const person = (...parameters) =>
      start(process.execPath, [join(folder, "person.js"), ...parameters]);

    const alone = node({ REDIS_URL: undefined });
    const only = person(await portOf(alone), "ann", "hello?");
    await printed(only, /ann: hello\?/);
    await only.end("SIGTERM");
    await alone.end("SIGTERM");

    const redisPort = await sparePort();
    const bounds = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
    const redis = start("redis-server", ["--port", redisPort, ...bounds]);
    await printed(redis, /Ready to accept connections/);
    const REDIS_URL = `redis://127.0.0.1:${redisPort}`;
    const nodes = [node({ REDIS_URL }), node({ REDIS_URL })];
    const [one, other] = await Promise.all(nodes.map(portOf));
    const ann = person(one, "ann");
    await printed(ann, /here: ann\n/);
    const bob = person(other, "bob", "hi");
    await expect
      .poll(() => ann.printed.split("\n").toSorted())
      .toEqual(shown.split("\n").toSorted());

    // On both nodes, Ann is one of two all the same.
    const again = person(other, "ann");
    await printed(again, /here: ann, bob\n/);

    for (const program of [again, bob, ann, ...nodes]) {
      await program.end("SIGTERM");
      expect({ printed: program.printed, code: program.child.exitCode }).toMatchObject({ code: 0 });
    }
  });
});
