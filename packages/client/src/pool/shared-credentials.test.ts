// Attempts at the same time share one call; what is asked for later is asked anew.
import { describe, expect, test } from "vitest";
import { failureOf } from "../fixtures/failure.ts";
import { SharedCredentials } from "./shared-credentials.ts";

type Ask = () => Promise<string>;

function asks(authToken: () => string | Promise<string>, sockets: number): Ask[] {
  const credentials = new SharedCredentials({ authToken });
  return Array.from({ length: sockets }, () => credentials.forSocket().authToken as Ask);
}

describe("functions", () => {
  test("one call for all who ask while it is under way, another afterwards", async () => {
    let calls = 0;
    const [a, b, c] = asks(() => `token ${(calls += 1)}`, 3) as [Ask, Ask, Ask];
    expect(await Promise.all([a(), b(), c()])).toEqual(["token 1", "token 1", "token 1"]);
    expect(await Promise.all([b(), c()])).toEqual(["token 2", "token 2"]);
    expect(calls).toBe(2);
  });

  test("one that fails, or throws, fails for all who asked, and is called again", async () => {
    let calls = 0;
    const [a, b] = asks(() => {
      calls += 1;
      if (calls === 1) throw new Error("no token");
      return "token";
    }, 2) as [Ask, Ask];
    const failures = await Promise.all([failureOf(a()), failureOf(b())]);
    expect(failures).toMatchObject([{ message: "no token" }, { message: "no token" }]);
    expect(await a()).toBe("token");
  });

  test("who asks again has given up on a call that is never answered", async () => {
    let calls = 0;
    const never = new Promise<string>(() => {});
    const [a, b] = asks(() => ((calls += 1) === 1 ? never : "token"), 2) as [Ask, Ask];
    void a();
    void b();
    expect(calls).toBe(1);
    expect(await Promise.all([a(), b()])).toEqual(["token", "token"]);
    expect(calls).toBe(2);
  });
});

test("values stay values, so that a socket knows that they cannot change", () => {
  const headers = { a: "1" };
  const credentials = new SharedCredentials({ params: { b: 2 }, headers });
  expect(credentials.forSocket()).toEqual({ params: { b: 2 }, headers });
});
