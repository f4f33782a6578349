import { expect, test } from "vitest";
import { PageError } from "../errors.ts";
import { Quota } from "./quota.ts";

const limits = { maxPagesPerConnection: 3, maxPagesPerUser: 4, maxOpenRate: 10 };

function code(action: () => unknown): string | null {
  try {
    action();
    return null;
  } catch (error) {
    return error instanceof PageError ? error.code : "other";
  }
}

test("bounds the pages of a view, of a connection and of a user, and takes them back", () => {
  const quota = new Quota(limits, () => 0);
  const [one, two] = [{}, {}];
  const close = quota.open(one, "ann", "a", 2);
  quota.open(one, "ann", "a", 2);
  expect(code(() => quota.open(one, "ann", "a", 2))).toBe("too_many_pages");
  quota.open(one, "ann", "b", 2);
  expect(code(() => quota.open(one, "ann", "c", 2))).toBe("too_many_pages");
  quota.open(two, "ann", "a", 2);
  expect(code(() => quota.open(two, "ann", "b", 2))).toBe("too_many_pages");
  close();
  close();
  quota.open(two, "ann", "b", 2);
  expect(code(() => quota.open(two, "ann", "c", 2))).toBe("too_many_pages");
});

test("bounds how fast a connection asks, and lets it ask again later", () => {
  let now = 0;
  const quota = new Quota(limits, () => now);
  const connection = {};
  for (let asked = 0; asked < 20; asked += 1) quota.ask(connection);
  expect(code(() => quota.ask(connection))).toBe("too_fast");
  expect(code(() => quota.ask({}))).toBe(null);
  now = 100;
  expect(code(() => quota.ask(connection))).toBe(null);
  expect(code(() => quota.ask(connection))).toBe("too_fast");
});
