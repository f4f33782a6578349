// The command `npm run soak`: runs the soak in a process of its own and sees to it that this ends by
// itself once it has said that all is over.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { readArguments, USAGE, type Arguments } from "./arguments.ts";
import { isSoakDone, type SoakDone } from "./process-messages.ts";
import { closingLine } from "./report/report.ts";

/** Ms in which a process ends that nothing keeps alive. */
const EXIT_BOUND = 5_000;

type SoakArguments = Extract<Arguments, { readonly type: "soak" }>;

interface Ran {
  readonly done: SoakDone | null;
  readonly exit: "by itself" | "killed" | "broken";
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function run({ seconds, seed, clients }: SoakArguments): Promise<Ran> {
  const file = fileURLToPath(new URL("soak-process.js", import.meta.url));
  const args = ["--seconds", seconds, "--seed", seed, "--clients", clients].map(String);
  const child = fork(file, args, { stdio: "inherit" });
  let done: SoakDone | null = null;
  let killed = false;
  let bound: NodeJS.Timeout | undefined;
  child.on("message", (message) => {
    if (!isSoakDone(message)) return;
    done = message;
    bound = setTimeout(() => {
      killed = true;
      child.kill("SIGKILL");
    }, EXIT_BOUND);
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => child.kill("SIGKILL"));
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(bound);
      resolve({ done, exit: killed ? "killed" : code === 0 ? "by itself" : "broken" });
    });
  });
}

async function soak(asked: SoakArguments): Promise<boolean> {
  say(`soak: seed ${asked.seed}, ${asked.clients} clients, ${asked.seconds} s`);
  const { done, exit } = await run(asked);
  if (done === null) {
    say(`soak: the process ended before its end. Seed ${asked.seed}.`);
    return false;
  }
  if (exit !== "by itself") say("VIOLATION of P3: the process did not exit by itself.");
  const violations = done.violations + (exit === "by itself" ? 0 : 1);
  if (violations > 0) {
    say(
      `Again: npm run soak -- --seed ${asked.seed} --clients ${asked.clients} --seconds ${asked.seconds}`,
    );
  }
  say(closingLine(done.checks + 1, violations));
  return violations === 0;
}

const asked = readArguments(process.argv.slice(2), Math.floor(Math.random() * 1e9));
switch (asked.type) {
  case "help":
    say(USAGE);
    break;
  case "mistake":
    process.stderr.write(`${asked.message}\n\n${USAGE}`);
    process.exitCode = 1;
    break;
  case "soak":
    process.exitCode = (await soak(asked)) ? 0 : 1;
}
