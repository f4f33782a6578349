// The command as it is run: a process of its own, from start to end.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { RawClient } from "./raw-client.ts";

const program = fileURLToPath(new URL("../dist/server.js", import.meta.url));

function run(...args: readonly string[]): {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
} {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  }
  const ended = once(child, "close").then(([code]) => code as number | null);
  return { child, output: () => output, ended };
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "it says where it is, serves, and ends at %s",
  async (signal) => {
    const { child, output, ended } = run("--port", "0");
    await once(child.stdout!, "data");
    expect(output()).toMatch(/^listening on http:\/\/127\.0\.0\.1:\d+\n$/);
    const url = output().slice("listening on ".length).trim();
    const client = await RawClient.connect(
      `${url.replace("http", "ws")}/socket/websocket?vsn=2.0.0`,
    );
    client.send('["1","1","room:a","phx_join",{}]');
    await client.next();
    const stats: unknown = await (await fetch(`${url}/stats`)).json();
    expect(stats).toMatchObject({ live: { websocket: 1, channel: 1 }, opened: 1, ended: 0 });
    child.kill(signal);
    expect((await client.closed).code).toBe(1012);
    expect(await ended).toBe(0);
  },
);

test("mistakes are told kindly", async () => {
  const taken = createServer();
  onTestFinished(() => void taken.close());
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as AddressInfo;
  for (const [args, message] of [
    [["--port", "http"], "--port must be a number from 0 to 65535."],
    [["--prot", "1"], "Unknown option '--prot'"],
    [["--port", String(port)], `Port ${port} is taken.`],
  ] as const) {
    const { output, ended } = run(...args);
    expect(await ended).toBe(1);
    expect(output()).toContain(message);
    expect(output()).not.toContain("    at ");
  }
  const { output, ended } = run("--help");
  expect(await ended).toBe(0);
  expect(output()).toContain("Usage: npm run interop:server");
});
