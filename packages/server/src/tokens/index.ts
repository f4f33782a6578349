// @slipstream/server/tokens: tokens that a server signs for its users and knows again, for what
// Phoenix.Token is for. They are JWTs (RFC 7519) with HMAC, by the library `jose`, and not readable
// by Phoenix.Token.
import { OptionError } from "../errors.ts";
import { checkKnown } from "../option-checks.ts";
import { errors, jwtVerify, SignJWT } from "jose";

export interface TokensOptions {
  /**
   * What signs: at least 32 bytes that nobody can guess, such as `randomBytes(32)`. Of several, the
   * first one signs and each may have signed, so that a secret can be replaced without turning
   * anybody away.
   */
  readonly secrets: readonly [Secret, ...Secret[]];
  /** What tokens are for, such as "user socket": those for something else are not accepted. */
  readonly purpose: string;
  /** For how long a token is accepted, in ms from when it was signed. Default: 2 weeks. */
  readonly maxAge?: number;
}

export type Secret = string | Uint8Array;

/** Why a token is not accepted. */
export type TokenRefusal =
  /** It is none, was signed by another secret, or is for something else. */
  | "invalid"
  /** It is older than `maxAge`. */
  | "expired";

export type Verified<T> =
  | { readonly type: "valid"; readonly data: T }
  | { readonly type: "refused"; readonly why: TokenRefusal };

export interface Tokens<T> {
  /** @param data a JSON value that is no secret: whoever has the token can read it. */
  sign(data: T): Promise<string>;
  /** Never rejects: whatever a client sends is valid or refused. */
  verify(token: unknown): Promise<Verified<T>>;
}

const TWO_WEEKS = 14 * 24 * 60 * 60 * 1_000;
const MIN_SECRET = 32;
/** Longer than any that was signed for a sensible purpose. */
const MAX_TOKEN = 8_192;
const ALGORITHM = "HS256";

/**
 * @typeParam T What a token says about its user.
 * @throws {OptionError} A secret that is missing or too short, no purpose, a `maxAge` that is no time.
 * @example
 * ```ts
 * const secret = process.env["TOKEN_SECRET"] ?? ""; // refused at once where it is not set
 * const tokens = createTokens<{ user: string }>({
 *   secrets: [secret],
 *   purpose: "user socket",
 * });
 *
 * server.socket("/socket", {
 *   async connect({ authToken }) {
 *     const verified = await tokens.verify(authToken);
 *     return verified.type === "valid" ? accept(verified.data) : refuse(401);
 *   },
 *   channels,
 * });
 * ```
 */
export function createTokens<T>(options: TokensOptions): Tokens<T> {
  checkKnown(options, ["secrets", "purpose", "maxAge"]);
  const { secrets, purpose, maxAge = TWO_WEEKS } = options;
  if (!Array.isArray(secrets)) throw new OptionError("secrets", secrets, "an array of secrets");
  const [signing, ...others] = secrets.map(keyOf);
  if (signing === undefined) throw new OptionError("secrets", secrets, "at least one secret");
  if (typeof purpose !== "string" || purpose === "") {
    throw new OptionError("purpose", purpose, 'what tokens are for, such as "user socket"');
  }
  if (!(maxAge > 0)) throw new OptionError("maxAge", maxAge, "a number of ms above 0");
  const keys = [signing, ...others];
  return {
    sign: (data) =>
      new SignJWT({ data })
        .setProtectedHeader({ alg: ALGORITHM })
        .setIssuedAt()
        .setAudience(purpose)
        .sign(signing),
    async verify(token) {
      if (typeof token !== "string" || token.length > MAX_TOKEN) return refused("invalid");
      let why: TokenRefusal = "invalid";
      for (const key of keys) {
        const outcome = await verifyBy<T>(key, token, purpose, maxAge);
        if (outcome.type === "valid") return outcome;
        if (outcome.why === "expired") why = "expired";
      }
      return refused(why);
    },
  };
}

async function verifyBy<T>(
  key: Uint8Array,
  token: string,
  purpose: string,
  maxAge: number,
): Promise<Verified<T>> {
  try {
    const { payload } = await jwtVerify(token, key, { algorithms: [ALGORITHM], audience: purpose });
    const { iat, data } = payload;
    if (typeof iat !== "number" || !(iat >= 0)) return refused("invalid");
    // One from the future is as young as can be: clocks differ, and this one may have been set back.
    const age = Math.floor(Date.now() / 1_000) - iat;
    return age > maxAge / 1_000 ? refused("expired") : { type: "valid", data: data as T };
  } catch (error) {
    return refused(error instanceof errors.JWTExpired ? "expired" : "invalid");
  }
}

function refused(why: TokenRefusal): { readonly type: "refused"; readonly why: TokenRefusal } {
  return { type: "refused", why };
}

function keyOf(secret: Secret, index: number): Uint8Array {
  const key = typeof secret === "string" ? new TextEncoder().encode(secret) : secret;
  if (key instanceof Uint8Array && key.length >= MIN_SECRET) return key;
  throw new OptionError(`secrets[${index}]`, secret, `at least ${MIN_SECRET} bytes`);
}
