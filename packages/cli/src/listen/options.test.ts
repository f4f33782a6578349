import { expect, test } from "vitest";
import { readListenOptions } from "./options.ts";

const url = ["--url", "ws://localhost:4000/socket"];
const needed = [...url, "--topic", "room:lobby"];

test("all options are read", () => {
  expect(
    readListenOptions([
      ...needed,
      ...["--topic", "room:2", "--topic", "room:lobby", "--params", '{"since": 7}'],
      ...["--socket-params", '{"user_token": "t"}', "--token", "a token", "--json"],
      ...["--header", "X-Api-Key: a:b", "--header", "Cookie:c"],
    ]),
  ).toEqual({
    url: "ws://localhost:4000/socket",
    topics: ["room:lobby", "room:2"],
    params: { since: 7 },
    socketParams: { user_token: "t" },
    token: "a token",
    headers: { "X-Api-Key": "a:b", Cookie: "c" },
    json: true,
  });
});

test("what is left out has a default, and http is taken for ws", () => {
  expect(readListenOptions(["--url", "https://example.org/socket", "--topic", "t"])).toEqual({
    url: "wss://example.org/socket",
    topics: ["t"],
    params: {},
    socketParams: {},
    token: undefined,
    headers: {},
    json: false,
  });
  expect(readListenOptions(["--help"])).toBeNull();
});

test.each([
  [url, "Name what to join: --topic room:lobby."],
  [["--topic", "t"], "Name the server: --url ws://localhost:4000/socket."],
  [
    ["--topic", "t", "--url", "localhost:4000"],
    "--url must be an address that begins with ws:// or wss://",
  ],
  [["--topic", "t", "--url", "ftp://example.org"], "--url must be an address"],
  [
    [...needed, "--params", "{since: 7}"],
    "--params is not valid JSON. Quote it for the shell: --params '{\"user\": 1}'.",
  ],
  [[...needed, "--socket-params", "[1]"], "--socket-params must be an object"],
  [[...needed, "--header", "X-Api-Key"], "--header must be a name and a value"],
  [[...needed, "--header", "X-Key: a\r\nX-Other: b"], "--header must be a name and a value"],
  [[...needed, "--tpoic", "t"], "There is no option --tpoic. Did you mean --topic?"],
])("%j is refused with what to do", (args, message) => {
  expect(() => readListenOptions(args)).toThrow(message);
});

test("what could not be parsed is not repeated: it may hold a secret", () => {
  expect(() => readListenOptions([...needed, "--socket-params", "{token: s3cret}"])).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining("s3cret") as string }) as Error,
  );
});
