// Where requests go and with which headers; and what cannot be sent.
import { expect, test } from "vitest";
import { tokenProtocols } from "../credentials.ts";
import type { DialRequest } from "../transport.ts";
import { LongPollError } from "./long-poll-error.ts";
import { targetOf, withToken } from "./target.ts";

const request = (url: string, more: Partial<DialRequest> = {}): DialRequest => ({
  url,
  headers: {},
  protocols: [],
  maxPayload: 1_000,
  ...more,
});

test.each([
  ["ws://h/socket/websocket?vsn=2.0.0", "http://h/socket/longpoll?vsn=2.0.0"],
  ["wss://h:8443/socket/websocket/?a=b", "https://h:8443/socket/longpoll/?a=b"],
  ["ws://h/socket/longpoll?vsn=2.0.0", "http://h/socket/longpoll?vsn=2.0.0"],
  ["ws://h/websocket/websocket", "http://h/websocket/longpoll"],
  ["https://h/websocket", "https://h/longpoll"],
])("%s", (url, target) => {
  expect(targetOf(request(url)).url).toBe(target);
});

test("the session's token goes into the query, in place of one of that name, or into a header", () => {
  const target = targetOf(request("ws://h/websocket?vsn=2.0.0&token=mine"));
  const Accept = "application/json;slipstream=1;session=1";
  expect(withToken(target, "a+b/c=", "query")).toEqual({
    url: "http://h/longpoll?vsn=2.0.0&token=a%2Bb%2Fc%3D",
    headers: { Accept },
  });
  expect(withToken(target, "a+b", "header")).toEqual({
    url: target.url,
    headers: { Accept, "X-Phoenix-Longpoll-Token": "a+b" },
  });
});

test("an Accept header of the program's stays what it is", () => {
  const headers = { Accept: "application/json" };
  const target = targetOf(request("ws://h/websocket", { headers }));
  expect(withToken(target, "a", "query").headers).toEqual(headers);
});

test("headers of the program's go along", () => {
  const { headers } = targetOf(request("ws://h/websocket", { headers: { "x-trace": "1" } }));
  expect(headers).toMatchObject({ "x-trace": "1" });
});

test("the auth token is a header whose bytes are the token's", () => {
  const token = "ab~é\u{1f680}?>";
  const { headers } = targetOf(request("ws://h/websocket", { protocols: tokenProtocols(token) }));
  const sent = headers["X-Phoenix-AuthToken"] ?? "";
  expect(Buffer.from(sent, "latin1").toString("utf8")).toBe(token);
});

test("an auth token with a line end is refused, and not shown", () => {
  const secret = "s3cr3t\n";
  expect(() =>
    targetOf(request("ws://h/websocket", { protocols: tokenProtocols(secret) })),
  ).toThrow(
    expect.objectContaining({
      code: "unsendable_token",
      message: expect.not.stringContaining("s3"),
    }),
  );
});

test("a user in the URL becomes the header that says the same, unless there is one", () => {
  const url = "wss://j%C3%B6:p%40ss@h/websocket";
  const basic = `Basic ${Buffer.from("jö:p@ss").toString("base64")}`;
  expect(targetOf(request(url))).toMatchObject({
    url: "https://h/longpoll",
    headers: { Authorization: basic },
  });
  const own = targetOf(request(url, { headers: { Authorization: "Bearer t" } }));
  expect(own.headers).toMatchObject({ Authorization: "Bearer t" });
});

test.each(["", "h/socket", "ftp://h/websocket", "ws://h:70000/websocket?token=s3cr3t"])(
  "a URL that cannot be dialled: %j",
  (url) => {
    expect(() => targetOf(request(url))).toThrow(LongPollError);
  },
);
