// docs/reference.md and docs/server-reference.md name every option, reason, code and state of the
// source, and no others; docs/errors.md names every error that a package exports.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (file) => readFile(join(root, file), "utf8");

/** The first cells of the table under a heading. */
async function named(heading, file = "docs/reference.md") {
  const text = await read(file);
  const section = text.split(/^## /m).find((part) => part.startsWith(heading));
  return [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
}

/** What a declaration says, from its name up to the end of the statement or block. */
async function declared(file, start, end, pattern) {
  const text = await read(file);
  const from = text.indexOf(start);
  expect(from, `${start} in ${file}`).toBeGreaterThan(-1);
  const body = text.slice(from, text.indexOf(end, from + start.length));
  return [...body.matchAll(pattern)].map(([, name]) => name);
}

const TAGS = /readonly type: "(\w+)"/g;
const unique = (names) => [...new Set(names)].toSorted((one, other) => one.localeCompare(other));

describe("docs/reference.md", () => {
  test("options", async () => {
    const options = await declared(
      "packages/client/src/options.ts",
      "export interface SocketOptions {",
      "\n}",
      /^ {2}readonly (\w+)\?:/gm,
    );
    expect(options).toContain("logger");
    expect(unique(await named("Options of a socket"))).toEqual(unique(options));
  });

  test("why connections end", async () => {
    const ends = await declared(
      "packages/core/src/end-reason.ts",
      "export type EndReason =",
      "\n\n",
      TAGS,
    );
    expect(ends).toContain("requested");
    expect(unique(await named("Why a connection ended"))).toEqual(unique(ends));
  });

  test("why pushes fail", async () => {
    const failures = await declared(
      "packages/core/src/push/push.ts",
      "export type PushFailure =",
      ";",
      /\| "(\w+)"/g,
    );
    const codes = await declared(
      "packages/client/src/errors.ts",
      "export type PushErrorCode =",
      ";",
      /"(\w+)"/g,
    );
    expect(failures).toContain("timeout");
    expect(codes).toContain("refused");
    expect(unique(await named("Why a push has no"))).toEqual(unique([...failures, ...codes]));
  });

  test("states", async () => {
    const text = await read("docs/reference.md");
    const section = text.slice(text.indexOf("## States"));
    const words = unique([...section.matchAll(/`(\w+)`/g)].map(([, name]) => name));
    const session = await declared(
      "packages/core/src/session/state.ts",
      "export type SessionState =",
      ";\n\n",
      TAGS,
    );
    const channel = await declared(
      "packages/core/src/channel/state.ts",
      "export type ChannelState =",
      ";\n\n",
      TAGS,
    );
    // The other words of the section are the names of fields.
    const states = words.filter((word) => !["type", "by", "transport"].includes(word));
    expect(states).toEqual(unique([...session, ...channel]));
  });
});

const server = (heading) => named(heading, "docs/server-reference.md");
const serverFile = (name) => `packages/server/src/${name}`;

describe("docs/server-reference.md", () => {
  test("options of a server, of a socket, and limits", async () => {
    const fields = /^ {2}(?:readonly )?(\w+)\??[:(]/gm;
    const clusters = await declared(
      serverFile("cluster-options.ts"),
      "export interface ClusterOptions {",
      "\n}",
      fields,
    );
    const own = await declared(
      serverFile("server-options.ts"),
      "export interface ServerOptions ",
      "\n}",
      fields,
    );
    expect(unique(await server("Options of a server"))).toEqual(unique([...clusters, ...own]));
    const ofSocket = await declared(
      serverFile("endpoint.ts"),
      "export interface SocketDefinition",
      "\n}",
      fields,
    );
    expect(ofSocket).toContain("connect");
    expect(unique(await server("Options of a socket"))).toEqual(unique(ofSocket));
    const limits = await declared(
      serverFile("limits.ts"),
      "export interface Limits {",
      "\n}",
      fields,
    );
    expect(limits).toContain("maxPayload");
    expect(unique(await server("Limits"))).toEqual(unique(limits));
    const security = await read("docs/security.md");
    expect(limits.filter((name) => !security.includes(`\`${name}\``))).toEqual([]);
  });

  test("callbacks of a channel, and what it can do", async () => {
    const callbacks = await declared(
      serverFile("channel/channel.ts"),
      "export abstract class Channel<",
      "\n}",
      /^ {2}(?:abstract )?(\w+)\??\(/gm,
    );
    expect(callbacks).toContain("handleIn");
    expect(unique(await server("Callbacks of a channel"))).toEqual(unique(callbacks));
    const members = await declared(
      serverFile("channel/channel-context.ts"),
      "export class ChannelContext<",
      "\n}",
      /^ {2}(?:get )?(\w+)(?:<[^(]*>)?\(/gm,
    );
    expect(members).toContain("bufferedAmount");
    const can = members.filter((name) => name !== "constructor");
    expect(unique(await server("What a channel can do"))).toEqual(unique(can));
  });

  test.each([
    ["Why a connection ended", "export type ConnectionEnd =", TAGS],
    ["Why a channel ended", "export type ChannelEnd =", TAGS],
    ["Why an upgrade was refused", "export type UpgradeRefusal =", /\| "(\w+)"/g],
  ])("%s", async (heading, start, pattern) => {
    const names = await declared(serverFile("end-reason.ts"), start, "\n\n", pattern);
    expect(names.length).toBeGreaterThan(3);
    expect(unique(await server(heading))).toEqual(unique(names));
  });

  test("errors", async () => {
    const source = await read(serverFile("errors.ts"));
    const codes = [...source.matchAll(/override readonly code = "(\w+)"/g)].map(([, code]) => code);
    expect(unique(await server("Errors"))).toEqual(unique(codes));
  });
});

describe("docs/errors.md", () => {
  test.each(["core", "client", "server", "haste"])("every error of %s", async (folder) => {
    const { name, exports } = JSON.parse(await read(`packages/${folder}/package.json`));
    const modules = await Promise.all(
      Object.keys(exports).map((path) => import(`${name}${path.slice(1)}`)),
    );
    const classes = modules
      .flatMap((module) => Object.entries(module))
      .filter(([, value]) => typeof value === "function" && value.prototype instanceof Error)
      .map(([error]) => error);
    expect(classes).not.toEqual([]);
    const text = await read("docs/errors.md");
    const words = new Set(text.match(/\w+/g));
    expect(unique(classes).filter((error) => !words.has(error))).toEqual([]);
  });

  test.each([
    ["JoinError", "client/src/errors.ts", "export type JoinGivenUp =", TAGS],
    ["PushError", "client/src/errors.ts", "export type PushErrorCode =", /"(\w+)"/g],
    ["PushError", "core/src/push/push.ts", "export type PushFailure =", /\| "(\w+)"/g],
    [
      "ValidationError",
      "client/src/validation-error.ts",
      "export type ValidationErrorCode =",
      /"(\w+)"/g,
    ],
    ["Errors of module style", "client/src/module/errors.ts", "export type AwaitFailure =", TAGS],
    ["Errors of module style", "client/src/module/errors.ts", "export type CallFailure =", TAGS],
    [
      "Errors of live pages",
      "haste/src/client/page-client-error.ts",
      "export type PageClientErrorCode =",
      /\| "(\w+)"/g,
    ],
    [
      "Errors of live pages",
      "haste/src/page-reasons.ts",
      "export const PAGE_REASONS =",
      /^ {2}"(\w+)"/gm,
    ],
  ])("%s: every code of %s, %s", async (heading, file, start, pattern) => {
    const codes = await declared(`packages/${file}`, start, "\n\n", pattern);
    expect(codes).not.toEqual([]);
    const text = await read("docs/errors.md");
    const section = text.split(/^## /m).find((part) => part.startsWith(heading));
    expect(unique(codes).filter((code) => !section.includes(`\`${code}\``))).toEqual([]);
  });
});
