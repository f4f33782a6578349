// Runs named steps a few at a time and says of each whether it held and how long it took. A step is
// a program to run or a function that returns complaints; only what fails is printed in full.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout's root folder, where every step runs. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** The command that runs a package's program in this Node: no shell, no shim, on any platform. */
export function bin(program, packageName = program) {
  const folder = join(root, "node_modules", packageName);
  const { bin: programs } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = typeof programs === "string" ? programs : programs[program];
  return [process.execPath, join(folder, file)];
}

/** npm itself: the one that runs us, else the one on the PATH. */
export function npm() {
  const path = process.env.npm_execpath;
  return path === undefined ? ["npm"] : [process.execPath, path];
}

/** Runs a command and resolves with its exit code, its stdout, and all that it printed. */
export function run([program, ...parameters], { cwd = root, env = process.env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const printed = { stdout: "", output: "" };
    for (const stream of ["stdout", "stderr"]) {
      child[stream].setEncoding("utf8").on("data", (chunk) => {
        printed.output += chunk;
        if (stream === "stdout") printed.stdout += chunk;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, ...printed }));
  });
}

async function runStep(step) {
  const began = performance.now();
  let ok = false;
  let output = "";
  try {
    if (step.command) {
      const ended = await run(step.command);
      ok = ended.code === 0;
      output = ended.output;
    } else {
      const complaints = await step.complaints();
      ok = complaints.length === 0;
      output = complaints.join("\n");
    }
  } catch (error) {
    output = String(error?.stack ?? error);
  }
  return { step, ok, output, seconds: (performance.now() - began) / 1000 };
}

function report({ step, ok, output, seconds }, print) {
  const note = ok && step.note ? step.note(output) : "";
  print(
    `  ${ok ? "ok  " : "FAIL"}  ${step.name.padEnd(10)} ${seconds.toFixed(1).padStart(5)} s  ${note}`.trimEnd(),
  );
  if (!ok) print(output.trimEnd().replaceAll(/^/gm, "        "));
}

/**
 * Runs the steps in order, `atOnce` of them at a time, and prints a line for each as it ends.
 * Resolves with how many passed and how many failed; it never rejects.
 */
export async function runSteps(steps, { atOnce = 2, print = console.log } = {}) {
  const waiting = [...steps];
  const count = { passed: 0, failed: 0 };
  async function work() {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const result = await runStep(step);
      report(result, print);
      count[result.ok ? "passed" : "failed"] += 1;
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  return count;
}
