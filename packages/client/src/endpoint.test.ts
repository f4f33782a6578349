// Endpoint: the URL in all its forms, credentials as they are written, and what errors do not say.
import { inspect } from "node:util";
import { V1 } from "@slipstream/core";
import { describe, expect, test, vi } from "vitest";
import { Endpoint } from "./endpoint.ts";
import { OptionError } from "./errors.ts";
import { failureOf } from "./fixtures/failure.ts";
import type { SocketOptions } from "./options.ts";
import { settingsOf } from "./resolve-options.ts";

function endpoint(url: string | URL, options: SocketOptions = {}): Endpoint {
  return new Endpoint(url, options, settingsOf(options));
}

async function urlOf(url: string | URL, options: SocketOptions = {}): Promise<string> {
  const { request } = await endpoint(url, options).request();
  return request.url;
}

describe("the URL", () => {
  test.each([
    ["ws://host/socket", "ws://host/socket/websocket?vsn=2.0.0"],
    ["wss://host:8443/socket/", "wss://host:8443/socket/websocket?vsn=2.0.0"],
    ["http://host/socket", "ws://host/socket/websocket?vsn=2.0.0"],
    ["https://host/socket", "wss://host/socket/websocket?vsn=2.0.0"],
    ["ws://host", "ws://host/websocket?vsn=2.0.0"],
    ["ws://host/socket/websocket", "ws://host/socket/websocket?vsn=2.0.0"],
    ["ws://host/socket/websocket/", "ws://host/socket/websocket/?vsn=2.0.0"],
    ["ws://host/websockets", "ws://host/websockets/websocket?vsn=2.0.0"],
    ["ws://host/socket?vsn=1.0.0", "ws://host/socket/websocket?vsn=1.0.0"],
    ["ws://host/socket?apikey=k", "ws://host/socket/websocket?apikey=k&vsn=2.0.0"],
    ["ws://host/socket#", "ws://host/socket/websocket?vsn=2.0.0"],
    ["ws://[::1]:4000/socket", "ws://[::1]:4000/socket/websocket?vsn=2.0.0"],
  ])("%s", async (given, dialled) => {
    expect(await urlOf(given)).toBe(dialled);
    expect(await urlOf(new URL(given))).toBe(dialled);
  });

  test("in a page it may be relative to the page's", async () => {
    vi.stubGlobal("location", { href: "https://example.org:8443/a/page?b#c" });
    const urls = await Promise.all([urlOf("/socket"), urlOf("//other/socket")]);
    vi.unstubAllGlobals();
    expect(urls).toEqual([
      "wss://example.org:8443/socket/websocket?vsn=2.0.0",
      "wss://other/socket/websocket?vsn=2.0.0",
    ]);
    expect(() => endpoint("/socket")).toThrow(OptionError);
  });

  test("the version is the serializer's", async () => {
    expect(await urlOf("ws://host/socket", { serializer: V1 })).toContain("vsn=1.0.0");
  });

  test.each([
    "",
    "host/socket",
    "/socket",
    "ftp://host/socket",
    "ws://",
    "ws://host/socket#part",
    "javascript:alert(1)",
    "ws+unix:/tmp/socket",
  ])("refused: %j", (url) => {
    expect(() => endpoint(url)).toThrow(OptionError);
  });

  test("an error about the URL does not show it", () => {
    for (const url of ["ftp://user:s3cr3t@host/?token=s3cr3t", "s3cr3t", "ws://h/#s3cr3t"]) {
      let error: unknown;
      try {
        endpoint(url);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ option: "url" });
      expect(inspect(error, { depth: null })).not.toContain("s3cr3t");
    }
  });

  test("its place, for errors and logs, has neither query nor user", () => {
    const { place } = endpoint("wss://user:s3cr3t@host:8443/socket?token=s3cr3t");
    expect(place).toBe("wss://host:8443/socket/websocket");
  });
});

describe("params", () => {
  test("nested values as Plug reads them; null and undefined are left out", async () => {
    const url = await urlOf("ws://host/socket", {
      params: {
        text: "a b&c=d/é",
        number: 1.5,
        flag: false,
        nothing: null,
        missing: undefined,
        user: { name: "n", tags: ["x", "y z", null], deeper: { still: 1 } },
      },
    });
    expect([...new URL(url).searchParams]).toEqual([
      ["text", "a b&c=d/é"],
      ["number", "1.5"],
      ["flag", "false"],
      ["user[name]", "n"],
      ["user[tags][]", "x"],
      ["user[tags][]", "y z"],
      ["user[deeper][still]", "1"],
      ["vsn", "2.0.0"],
    ]);
  });

  test.each([
    ["a date", { when: new Date() }, "params.when"],
    ["a map", { a: { b: new Map() } }, "params.a[b]"],
    ["a function", { token: () => "t" }, "params.token"],
    ["a promise", { token: Promise.resolve("t") }, "params.token"],
    ["a symbol", { token: Symbol("t") }, "params.token"],
    ["an object in a list", { list: [{ a: 1, b: 2 }] }, "params.list[]"],
    ["a list in a list", { list: [["a"]] }, "params.list[]"],
  ])("%s, which a query cannot say, is refused and named", (_, params, option) => {
    expect(() => endpoint("ws://host/socket", { params: params as never })).toThrow(
      expect.objectContaining({ option }),
    );
  });

  test("params that hold themselves are refused", () => {
    const params: Record<string, unknown> = {};
    params["self"] = params;
    expect(() => endpoint("ws://host/socket", { params: params as never })).toThrow(OptionError);
  });

  test("keys that are names of Object's own properties travel like any other", async () => {
    const params = JSON.parse('{"__proto__": "a", "constructor": {"prototype": "b"}}') as never;
    const url = new URL(await urlOf("ws://host/socket", { params }));
    expect(url.searchParams.get("__proto__")).toBe("a");
    expect(url.searchParams.get("constructor[prototype]")).toBe("b");
  });
});

describe("headers and token", () => {
  test("the token is a subprotocol in the alphabet of base64url, without padding", async () => {
    const token = "é>?~ÿ\u{1f680}".repeat(7);
    const { request } = await endpoint("ws://host/socket", { authToken: token }).request();
    const [first, second = ""] = request.protocols;
    expect(first).toBe("phoenix");
    expect(second).toMatch(/^base64url\.bearer\.phx\.[\w-]+$/);
    const encoded = second.slice("base64url.bearer.phx.".length);
    expect(Buffer.from(encoded, "base64url").toString("utf8")).toBe(token);
    expect(request.url).not.toContain(encoded);
  });

  test("a token of a megabyte can be written", async () => {
    const authToken = "x".repeat(1024 * 1024);
    const { request } = await endpoint("ws://host/socket", { authToken }).request();
    expect(request.protocols[1]?.length).toBeGreaterThan(authToken.length);
  });

  test("no token, no subprotocol", async () => {
    const { request } = await endpoint("ws://host/socket").request();
    expect(request.protocols).toEqual([]);
  });

  test.each([
    ["a line end, as a token read from a file has", { authorization: "Bearer s3cr3t\n" }],
    ["a NUL", { authorization: "s3cr3t\0" }],
    ["what is not Latin-1", { authorization: "s3cr3t €" }],
    ["a number", { authorization: 5 }],
  ])("a header with %s is refused by name, before anything is dialled", (_, headers) => {
    let error: unknown;
    try {
      endpoint("ws://host/socket", { headers: headers as never });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ option: "headers.authorization" });
    expect(inspect(error)).not.toContain("s3cr3t");
  });

  test("a header whose name cannot be one is refused", () => {
    const headers = { "x y": "z" };
    expect(() => endpoint("ws://host/socket", { headers })).toThrow(OptionError);
  });
});

describe("functions", () => {
  test("are called anew for each request, and may be async or give nothing", async () => {
    let calls = 0;
    const it = endpoint("ws://host/socket?a=1", {
      params: () => ({ call: (calls += 1) }),
      authToken: async () => `token ${calls}`,
      headers: (() => undefined) as never,
    });
    expect(calls).toBe(0);
    for (const call of [1, 2]) {
      const { request } = await it.request();
      expect(new URL(request.url).searchParams.get("call")).toBe(String(call));
      expect(request.headers).toEqual({});
    }
  });

  test("what they throw, or reject with, comes out as it is", async () => {
    const broken = new Error("no token today");
    const throws = (): never => {
      throw broken;
    };
    expect(await failureOf(endpoint("ws://h/s", { params: throws }).request())).toBe(broken);
    const rejects = (): Promise<never> => Promise.reject(broken);
    expect(await failureOf(endpoint("ws://h/s", { authToken: rejects }).request())).toBe(broken);
  });

  test("what they give is checked, and never shown", async () => {
    const wrong: [SocketOptions, string][] = [
      [{ params: (() => "s3cr3t") as never }, "params"],
      [{ params: (() => ({ token: () => "s3cr3t" })) as never }, "params.token"],
      [{ authToken: (() => ({ token: "s3cr3t" })) as never }, "authToken"],
      [{ headers: () => ({ authorization: "s3cr3t\r\nx: y" }) }, "headers.authorization"],
    ];
    for (const [options, option] of wrong) {
      const error = await failureOf(endpoint("ws://host/socket", options).request());
      expect(error).toMatchObject({ option });
      expect(inspect(error, { depth: null })).not.toContain("s3cr3t");
    }
  });
});

describe("whether the credentials have changed", () => {
  test("is told by what was dialled with last", async () => {
    let token = "a";
    const it = endpoint("ws://host/socket", { authToken: () => token });
    const first = await it.request();
    expect(first.changed).toBe(true);
    it.dialled(first.request);
    expect((await it.request()).changed).toBe(false);
    token = "b";
    expect((await it.request()).changed).toBe(true);
    // Evaluated and never dialled with: still new.
    expect((await it.request()).changed).toBe(true);
  });

  test("any of the three counts, and values never change", async () => {
    for (const name of ["params", "headers"] as const) {
      let value = "a";
      const it = endpoint("ws://host/socket", { [name]: () => ({ value }) });
      const { request } = await it.request();
      it.dialled(request);
      value = "b";
      expect((await it.request()).changed).toBe(true);
    }
    const fixed = endpoint("ws://host/socket", { params: { a: 1 }, headers: { b: "2" } });
    expect((await fixed.request()).changed).toBe(false);
  });
});
