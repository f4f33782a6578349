// What the classes behind a socket call their members is nobody else's. In the production builds for
// browsers such members have short names, the same wherever a build speaks of them. A name stays when
// somebody else may know it: when any other source declares one, when telemetry or the test kit speak
// of it, when it stands between quotes, or when something of the language or the platform has it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const packages = fileURLToPath(new URL("../..", import.meta.url));

/** Where the classes are whose objects no program holds. */
const inner = new Set(
  [
    ["core/src", "context", "deadlines"],
    ["core/src/channel", "machine", "member", "table", "transitions"],
    ["core/src/push", "pushes"],
    ["core/src/session", "connection", "heartbeat", "reading", "session", "table", "transitions"],
    ["client/src", "channel-core", "socket-core", "interpreter", "guarded-transport", "endpoint"],
    ["client/src", "message-router", "listeners", "outcome", "pending-push", "retry-warning"],
    ["client/src", "waiters"],
  ].flatMap(([folder, ...names]) => names.map((name) => `${folder}/${name}.ts`)),
);

const others = ["core/src", "client/src"]
  .flatMap((folder) =>
    readdirSync(join(packages, folder), { recursive: true }).map(
      (name) => `${folder}/${name.replaceAll("\\", "/")}`,
    ),
  )
  .filter((name) => /(?<!\.(test|test-d|conformance))\.ts$/.test(name) && !inner.has(name));

/** A source without its comments. */
const read = (name) =>
  readFileSync(join(packages, name), "utf8").replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "");

const MODIFIERS = "(?:(?:public|protected|readonly|override|static|async|get|set) )*";

/** Names at the beginning of a line that have a type, a parameter list or a value. */
const declared = (text) =>
  Array.from(text.matchAll(new RegExp(`^ +${MODIFIERS}(\\w+)\\??(?=[:(<;]| =)`, "gm")), lastGroup);

const words = (text) => text.match(/\w+/g);
const quoted = (text) => Array.from(text.matchAll(/"(\w+)"/g), lastGroup);

function lastGroup(match) {
  return match.at(-1);
}

const ours = [...inner].map(read).join("\n");
const builtIn = Object.values(Object.getOwnPropertyDescriptors(globalThis)).flatMap(({ value }) => [
  ...Object.getOwnPropertyNames(value ?? {}),
  ...Object.getOwnPropertyNames(value?.prototype ?? {}),
]);

const known = new Set([
  ...builtIn,
  ...quoted(ours),
  ...others.flatMap((name) => [...declared(read(name)), ...quoted(read(name))]),
  ...others
    .filter((name) => /\/(telemetry|testing)\//.test(name))
    .flatMap((name) => words(read(name))),
]);

const names = new Set(declared(ours).filter((name) => !known.has(name)));

/** Matches the names that nobody else knows. */
export const innerMembers = new RegExp(`^(${[...names].join("|")})$`);
