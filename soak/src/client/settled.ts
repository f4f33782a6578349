// How promises end, as data.
import type { Settled } from "../model/observation.ts";

type Rejected = Extract<Settled, { type: "rejected" }>;

/** What a rejection says. */
export function settledOf(error: unknown): Rejected {
  if (!(error instanceof Error))
    return { type: "rejected", code: String(error), response: undefined };
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  const response = "response" in error ? error.response : undefined;
  const sent = "sent" in error ? error.sent : undefined;
  return { type: "rejected", code, response, sent };
}

/** Calls `tell` once the promise is settled. */
export function watchPromise(
  promise: PromiseLike<unknown>,
  tell: (settled: Settled) => void,
): void {
  promise.then(
    (value) => tell({ type: "resolved", value }),
    (error: unknown) => tell(settledOf(error)),
  );
}
