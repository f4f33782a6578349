// @slipstream/server/tokens: tokens that a server signs for its users and knows again, as
// Phoenix.Token is. They are JWTs (RFC 7519) with HMAC, by the library `jose`.
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
 * @throws {TypeError} A secret that is too short, or a `maxAge` that is no time.
 * @example
 * ```ts
 * const tokens = createTokens<{ user: string }>({
 *   secrets: [process.env.TOKEN_SECRET],
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
export function createTokens<T>({
  secrets,
  purpose,
  maxAge = TWO_WEEKS,
}: TokensOptions): Tokens<T> {
  const [signing, ...others] = secrets.map(keyOf);
  if (signing === undefined) throw new TypeError("createTokens needs at least one secret.");
  if (!(maxAge > 0)) throw new TypeError("maxAge must be a number of ms above 0.");
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
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      audience: purpose,
      maxTokenAge: maxAge / 1_000,
    });
    return { type: "valid", data: payload["data"] as T };
  } catch (error) {
    return refused(error instanceof errors.JWTExpired ? "expired" : "invalid");
  }
}

function refused(why: TokenRefusal): { readonly type: "refused"; readonly why: TokenRefusal } {
  return { type: "refused", why };
}

function keyOf(secret: Secret): Uint8Array {
  const key = typeof secret === "string" ? new TextEncoder().encode(secret) : secret;
  if (key instanceof Uint8Array && key.length >= MIN_SECRET) return key;
  throw new TypeError(`A secret must have at least ${MIN_SECRET} bytes.`);
}
