// `slipstream cutover` as a script uses it: its files, its last line, its exit codes. What it counts is
// tested in the lab.
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { MainProcess, runMain } from "../testing/main-process.ts";
import { readCutoverOptions } from "./options.ts";
import { durationOf } from "./progress.ts";

const PATIENCE = 120_000;

const SHORT = ["--seconds", "12", "--rate", "5"];

interface Phase {
  readonly client: string;
  readonly endsByReason: Readonly<Record<string, number>>;
  readonly zombiesPeak: number;
  readonly zombiesAtEnd: number;
  readonly memoryPeak: number;
}

interface Line {
  readonly type: string;
  readonly before: Phase;
  readonly after: Phase;
  readonly reversed: { readonly before: Phase; readonly after: Phase } | null;
  readonly server: string;
}

function parse(text: string): Line[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "slipstream-cutover-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** The processes that a process has started, where the kernel lists them; else undefined. */
function childrenOf(pid: number): number[] | undefined {
  const list = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(list)) return undefined;
  return readFileSync(list, "latin1").split(" ").filter(Boolean).map(Number);
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test.concurrent(
  "it writes lines of JSON whose last has before and after, a page, and a picture",
  async ({ expect }) => {
    const folder = mkdtempSync(join(tmpdir(), "slipstream-cutover-"));
    const [json, html, svg] = ["out.jsonl", "out.html", "out.svg"].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    const clients = ["--from", "imitation", "--to", "slipstream"];
    const files = ["--json", json, "--html", html, "--svg", svg];
    const { code, stdout, stderr } = await runMain(["cutover", ...clients, ...SHORT, ...files]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("about 30 s") });
    expect(stdout).toContain("zombies at the end");
    const lines = parse(readFileSync(json, "utf8"));
    const result = lines.at(-1);
    expect(result?.type).toBe("result");
    expect(result?.before.client).toBe("imitation");
    expect(result?.before.zombiesAtEnd).toBeGreaterThan(0);
    expect(result?.before.memoryPeak).toBeGreaterThan(1_000_000);
    expect(result?.after).toMatchObject({
      client: "slipstream",
      zombiesAtEnd: 0,
      endsByReason: { closedByRemote: expect.any(Number) as number },
    });
    expect(result?.reversed?.before.client).toBe("slipstream");
    expect(result?.server).toContain("with its bounds on");
    expect(new Set(lines.map(({ type }) => type))).toEqual(
      new Set(["order", "sample", "cutover", "result"]),
    );
    expect(readFileSync(html, "utf8")).toContain("<title>Cutover from imitation to slipstream");
    expect(readFileSync(svg, "utf8")).toMatch(/^<svg xmlns=/);
    rmSync(folder, { recursive: true });
  },
  PATIENCE,
);

test.concurrent(
  "against a server that runs already, zombies are found by the kernel's table",
  async ({ expect, onTestFinished }) => {
    const server = fork(
      fileURLToPath(new URL("../../../../interop/dist/server.js", import.meta.url)),
      ["--port", "0"],
      { stdio: ["ignore", "pipe", "inherit", "ipc"] },
    );
    onTestFinished(async () => {
      if (server.exitCode !== null) return;
      const gone = once(server, "exit");
      server.kill("SIGTERM");
      await gone;
    });
    const url = await new Promise<string>((resolve, reject) => {
      server.once("exit", (code) => reject(new Error(`The server ended with ${code}.`)));
      server.stdout?.once("data", (chunk: Buffer) =>
        resolve(String(chunk).trim().replace("listening on http", "ws")),
      );
    });
    const args = ["--url", `${url}/socket`, "--orders", "given", "--json", "-", ...SHORT];
    const { code, stdout } = await runMain(["cutover", ...args]);
    expect(code).toBe(0);
    const result = parse(stdout).at(-1);
    expect(result?.before.zombiesAtEnd).toBeGreaterThan(0);
    expect(result?.after.zombiesAtEnd).toBe(0);
    expect(result?.after.memoryPeak).toBeGreaterThan(0);
    expect(result?.server).toContain("with its own bounds");
  },
  PATIENCE,
);

test("Ctrl-C ends it and all its processes", async () => {
  const main = new MainProcess(["cutover", ...SHORT]);
  await main.says("before the cutover");
  const children = childrenOf(main.pid);
  if (children !== undefined) expect(children).toHaveLength(3);
  main.kill("SIGINT");
  const { code, stderr } = await main.ended;
  expect(code).toBe(130);
  expect(stderr).toContain("stopped before the end");
  expect((children ?? []).filter(lives)).toEqual([]);
});

describe("what cannot be run", () => {
  test.each([
    [["--from", "slipsteam"], 'there is no client "slipsteam". Did you mean slipstream?'],
    [["--bounds", "none"], "--bounds must be one of on, default, off"],
    [["--seconds", "3"], "--seconds must be a whole number from 8"],
    [["--url", "http://localhost"], "--url must be a ws:// address"],
    [["--url", "ws://u:p@localhost/socket"], "--url must have no user, password or query"],
    [["--url", "ws://localhost/socket?token=t"], "--url must have no user, password or query"],
    [["--orders", "all"], "--orders must be one of both, given"],
  ])("%j is refused with what to do", (args, message) => {
    expect(() => readCutoverOptions(args)).toThrow(message);
  });

  test("a file that cannot be written is told before the run", async () => {
    const html = join(temporaryFolder(), "missing", "out.html");
    const { code, stderr } = await runMain(["cutover", "--html", html]);
    expect(code).toBe(2);
    expect(stderr).toContain("cannot be written (ENOENT)");
  });

  test("a server that is not there", async () => {
    const { code, stderr } = await runMain(["cutover", "--url", "ws://127.0.0.1:1/socket"]);
    expect(code).toBe(3);
    expect(stderr).toContain("http://127.0.0.1:1/stats cannot be read");
  });
});

test.each([
  [54, "54 s"],
  [126, "2 min 6 s"],
  [3_780, "1 h 3 min"],
])("%d s are said as %s", (seconds, words) => {
  expect(durationOf(seconds)).toBe(words);
});

test("what is left out has its default", () => {
  expect(readCutoverOptions([])?.options).toMatchObject({
    from: "imitation",
    to: "slipstream",
    seconds: 60,
    bounds: "on",
    orders: "both",
  });
  expect(readCutoverOptions(["--help"])).toBeNull();
});
