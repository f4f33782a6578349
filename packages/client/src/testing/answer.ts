// What a test's server answers to a join, a leave or a push. Plain values.

/** An answer, or the decision to give none for now. */
export type Answer =
  | { readonly type: "reply"; readonly status: string; readonly response: unknown }
  | { readonly type: "noreply" };

/** The status "ok". The response is a JSON value, or bytes in answer to a push. */
export function ok(response: unknown = {}): Answer {
  return { type: "reply", status: "ok", response };
}

/** The status "error": a join is refused, a push fails as "refused". */
export function error(response: unknown = {}): Answer {
  return { type: "reply", status: "error", response };
}

/** Any status. */
export function reply(status: string, response: unknown = {}): Answer {
  return { type: "reply", status, response };
}

/** No answer, unless the test calls `reply` of what it received later on. */
export function noreply(): Answer {
  return { type: "noreply" };
}
