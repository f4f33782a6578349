// What users load: the development build and the production build, as npm run build makes them. The
// same conversation, with the same result; in Chromium it is chromium/production.test.ts's.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { textFrame } from "@slipstream/faults";
import { deny } from "@slipstream/server";
import { converse } from "../fixtures/conversation.ts";
import { EXPECTED } from "../fixtures/conversation-expected.ts";
import { serve, speak } from "../fixtures/servers.ts";
import type * as browser from "./index.ts";

const load = (file: string): Promise<typeof browser> =>
  import(new URL(`../../dist/browser/${file}`, import.meta.url).href);

/** What a class and its objects can be asked for by name. */
function members(Class: { readonly prototype: object }): PropertyKey[] {
  const names = Reflect.ownKeys(Class);
  for (let one = Class.prototype; one !== Object.prototype; one = Object.getPrototypeOf(one)) {
    names.push(...Reflect.ownKeys(one));
  }
  return names;
}

test.each(["browser", "platform"])(
  "%s: what a program holds has the same names in both builds",
  async (entry) => {
    const names = async (file: string): Promise<Record<string, PropertyKey[]>> => {
      const all = (await load(`../${entry}/${file}`)) as unknown as Record<string, unknown>;
      const classes = Object.entries(all).filter(([, value]) => String(value).startsWith("class"));
      return Object.fromEntries(
        classes.map(([name, value]) => [name, members(value as typeof Object)]),
      );
    };
    const development = await names("index.js");
    expect(Object.keys(development)).toContain("Socket");
    expect(await names("production.js")).toEqual(development);
  },
);

beforeEach(() => {
  vi.stubGlobal("WebSocket", WebSocket);
  vi.spyOn(console, "error").mockReturnValue();
});
afterEach(() => void vi.unstubAllGlobals());

describe.each(["index.js", "production.js"])("%s", (file) => {
  test("keeps what is promised", async () => {
    const { url } = await serve();
    expect(await converse(await load(file), url)).toEqual(EXPECTED);
  });

  test("refuses a URL that is none, and credentials that cannot be sent", async () => {
    const { Socket, OptionError } = await load(file);
    expect(() => new Socket("not a url")).toThrow(OptionError);
    expect(() => new Socket("ws://h/s", { params: { at: new Date() as never } })).toThrow(
      expect.objectContaining({ code: "invalid_option", option: "params.at" }),
    );
  });

  test("refuses what only Node has, and headers, which browsers do not send", async () => {
    const { Socket, dialPlatform } = await load(file);
    const given = (options: object) => (): unknown => new Socket("ws://h/s", options);
    for (const option of ["agent", "tls", "socketPath", "compress", "headers"]) {
      expect(given({ [option]: {} })).toThrow(
        expect.objectContaining({ code: "invalid_option", option }),
      );
    }
    const transport = dialPlatform();
    expect(given({ agent: undefined, headers: {}, transport })).not.toThrow();
  });

  test("warns of a frame that is no message", async () => {
    const { connect } = await load(file);
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    const { url } = await speak(({ peer }) => peer.write(textFrame("no message")));
    const socket = await connect(url);
    await expect.poll(() => warn.mock.calls).toHaveLength(1);
    expect(warn.mock.calls[0]?.[0]).toMatch(/^slipstream: /);
    await socket.disconnect();
  });

  test("says where it could not connect, and the code", async () => {
    const { connect } = await load(file);
    const { url } = await serve(() => deny({}));
    const error = await connect(url, { params: { token: "s3cr3t" }, reconnect: false }).then(
      () => null,
      (error: unknown) => error as Error,
    );
    expect(error).toMatchObject({ name: "ConnectError", code: "connectFailed" });
    expect(error?.message).toContain(new URL(url).host);
    expect(error?.message).not.toContain("s3cr3t");
  });
});
