import { expect, test, vi } from "vitest";
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
    connection: {
      url: "ws://localhost:4000/socket",
      socketParams: { user_token: "t" },
      token: "a token",
      headers: { "X-Api-Key": "a:b", Cookie: "c" },
      ca: undefined,
    },
    topics: ["room:lobby", "room:2"],
    params: { since: 7 },
    presence: false,
    json: true,
  });
});

test("what is left out has a default, and http is taken for ws", () => {
  expect(readListenOptions(["--url", "https://example.org/socket", "--topic", "t"])).toEqual({
    connection: {
      url: "wss://example.org/socket",
      socketParams: {},
      token: undefined,
      headers: {},
      ca: undefined,
    },
    topics: ["t"],
    params: {},
    presence: false,
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
  [[...needed, "--ca", "missing.pem"], "--ca: missing.pem cannot be read (ENOENT)"],
  [[...needed, "--ca", "package.json"], "--ca: package.json has no certificate in it"],
  [[...needed, "--tpoic", "t"], "There is no option --tpoic. Did you mean --topic?"],
])("%j is refused with what to do", (args, message) => {
  expect(() => readListenOptions(args)).toThrow(message);
});

test("a token may come from where other users of the machine do not see it", () => {
  vi.stubEnv("SLIPSTREAM_TOKEN", "s3cret");
  expect(readListenOptions(needed)?.connection.token).toBe("s3cret");
  expect(readListenOptions([...needed, "--token", "given"])?.connection.token).toBe("given");
  vi.stubEnv("SLIPSTREAM_TOKEN", "");
  expect(readListenOptions(needed)?.connection.token).toBeUndefined();
});

test("what could not be parsed is not repeated: it may hold a secret", () => {
  for (const wrong of [
    ["--socket-params", "{token: s3cret}"],
    // Not quoted for the shell.
    ["--socket-params", "{token:", "s3cret}"],
    ["--header", "Authorization:", "Bearer", "s3cret"],
  ]) {
    expect(() => readListenOptions([...needed, ...wrong])).toThrow(
      expect.not.objectContaining({
        message: expect.stringMatching(/s3cret|Bearer/) as string,
      }) as Error,
    );
  }
});
