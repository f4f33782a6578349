import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { SignJWT, UnsecuredJWT } from "jose";
import { expect, onTestFinished, test, vi } from "vitest";
import { OptionError } from "../errors.ts";
import { createTokens } from "./index.ts";

const secret = randomBytes(32);
const purpose = "user socket";
const tokens = createTokens<unknown>({ secrets: [secret], purpose });
const refused = (why: string): unknown => ({ type: "refused", why });

test("what was signed is known again", async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (data) => {
      const verified = await tokens.verify(await tokens.sign(data));
      expect(verified).toEqual({ type: "valid", data: JSON.parse(JSON.stringify(data)) });
    }),
    { numRuns: 50 },
  );
});

test("whatever else comes is refused", async () => {
  await fc.assert(
    fc.asyncProperty(fc.anything(), async (token) => {
      expect(await tokens.verify(token)).toEqual(refused("invalid"));
    }),
  );
});

test.each([
  ["another secret", () => createTokens({ secrets: [randomBytes(32)], purpose }).sign(1)],
  ["another purpose", () => createTokens({ secrets: [secret], purpose: "reset" }).sign(1)],
  ["no signature", () => new UnsecuredJWT({ data: 1 }).setIssuedAt().setAudience(purpose).encode()],
  [
    "another algorithm",
    () =>
      new SignJWT({ data: 1 })
        .setProtectedHeader({ alg: "HS512" })
        .setIssuedAt()
        .setAudience(purpose)
        .sign(secret),
  ],
  [
    "no time",
    () =>
      new SignJWT({ data: 1 })
        .setProtectedHeader({ alg: "HS256" })
        .setAudience(purpose)
        .sign(secret),
  ],
  [
    "a changed letter",
    async () => (await tokens.sign(1)).replace(/\.(.)/, (_, c) => `.${c === "a" ? "b" : "a"}`),
  ],
  ["too much", async () => await tokens.sign("x".repeat(9_000))],
])("%s is refused", async (_, make) => {
  expect(await tokens.verify(await make())).toEqual(refused("invalid"));
});

test("a token is accepted for maxAge, and then said to be expired", async () => {
  vi.useFakeTimers({ now: 1_000_000, toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const short = createTokens<number>({ secrets: [secret], purpose, maxAge: 60_000 });
  const token = await short.sign(1);
  vi.setSystemTime(1_000_000 + 59_000);
  expect((await short.verify(token)).type).toBe("valid");
  vi.setSystemTime(1_000_000 + 62_000);
  expect(await short.verify(token)).toEqual(refused("expired"));
});

test("clocks that differ, or are set back, turn nobody away", async () => {
  vi.useFakeTimers({ now: 1_000_000_999, toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const short = createTokens<number>({ secrets: [secret], purpose, maxAge: 60_000 });
  const token = await short.sign(1);
  for (const back of [1, 1_000, 3_600_000]) {
    vi.setSystemTime(1_000_000_999 - back);
    expect(await short.verify(token)).toEqual({ type: "valid", data: 1 });
  }
});

test.each(["1000", -1, null, {}])("a time of %s is none", async (iat) => {
  const forged = new SignJWT({ data: 1, iat: iat as never }).setProtectedHeader({ alg: "HS256" });
  const token = await forged.setAudience(purpose).sign(secret);
  expect((await tokens.verify(token)).type).toBe("refused");
});

test("a secret is replaced without turning anybody away", async () => {
  const next = randomBytes(32);
  const rotated = createTokens({ secrets: [next, secret], purpose });
  expect((await rotated.verify(await tokens.sign(1))).type).toBe("valid");
  expect(await tokens.verify(await rotated.sign(1))).toEqual(refused("invalid"));
});

test("secrets that are too short, or missing, are refused at once", () => {
  expect(() => createTokens({ secrets: ["short"], purpose })).toThrow("at least 32 bytes");
  const missing = () => createTokens({ secrets: [undefined as never], purpose });
  expect(missing).toThrow("The option secrets[0] cannot be left out");
  expect(() => createTokens({ secrets: [] as never, purpose })).toThrow(OptionError);
  expect(() => createTokens({ secret, purpose } as never)).toThrow("There is no option secret.");
  expect(() => createTokens({ secrets: [secret] } as never)).toThrow("purpose");
  expect(() => createTokens({ secrets: [secret], purpose: "" })).toThrow("purpose");
  expect(() => createTokens({ secrets: [secret], purpose, max_age: 1 } as never)).toThrow(
    "There is no option max_age",
  );
  expect(() => createTokens({ secrets: [secret], purpose, maxAge: Number.NaN })).toThrow("maxAge");
});
