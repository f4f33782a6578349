// What the machines of a session say to each other, and to who runs them, is nobody else's. In the
// production builds for browsers these inputs and commands have numbers in place of names, and the
// cells of the tables that do nothing are left out. Names that somebody else may see stay: states,
// reasons, codes and what telemetry is told.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const core = fileURLToPath(new URL("../../core/src", import.meta.url));
const read = (path) => readFileSync(join(core, path), "utf8");

/** Where inputs and commands are declared; the events behind them are the program's. */
const [commands, events] = read("effect.ts").split("export type Event");
const inner = [read("session/input.ts"), read("channel/input.ts"), commands].join("\n");

const seen = [
  events,
  ...["end-reason.ts", "counters.ts", "message.ts", "push/push.ts"].map(read),
  ...["session/state.ts", "channel/state.ts"].map(read),
].join("\n");

const names = [...new Set([...inner.matchAll(/readonly type: "(\w+)"/g)].map(([, name]) => name))]
  .filter((name) => !seen.includes(`"${name}"`))
  .map((name, index) => [name, `"${index.toString(36)}"`]);

/** The source of a file with other names. */
function renamed(path) {
  let text = readFileSync(path, "utf8");
  const isTable = basename(path) === "table.ts";
  if (isTable) text = withoutIdleCells(text, path);
  for (const [name, number] of names) {
    text = text.replaceAll(`"${name}"`, number);
    if (isTable) text = text.replaceAll(new RegExp(`^( +)${name}:`, "gm"), `$1${number}:`);
  }
  return text;
}

function withoutIdleCells(text, path) {
  const call = "return cell(";
  if (!text.includes(call)) throw new Error(`${path} does not look up its cells as before.`);
  return text.replaceAll(/^ +\w+: stay,\n/gm, "").replace(call, `return !cell ? state : cell(`);
}

/** A plugin of esbuild's. */
export const innerNames = {
  name: "inner-names",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/](core|client)[\\/]src[\\/].*\.ts$/ }, ({ path }) => ({
      contents: renamed(path),
      loader: "ts",
    }));
  },
};
