// One value and one validator: what came of it, whatever the validator does.
import type { StandardIssue, StandardSchema } from "./standard-schema.ts";

/** One thing that is wrong with a value. */
export interface Issue {
  /** The validator's words. Some validators quote the value in them: keep it out of logs. */
  readonly message: string;
  /** The names and positions that lead to what is wrong, from the outside in. */
  readonly path: readonly string[];
}

/** What came of a check. */
export type Checked =
  | { readonly type: "valid"; readonly value: unknown }
  | {
      readonly type: "invalid";
      readonly issues: readonly Issue[];
      /** What the validator threw, if that is why. */
      readonly cause?: unknown;
    };

/** The value as it is, where nothing is known about it. */
export function unchecked(value: unknown): Checked {
  return { type: "valid", value };
}

/** Gives `value` to `schema`. Never throws and never rejects; a promise comes only of an async validator. */
export function check(schema: StandardSchema, value: unknown): Checked | Promise<Checked> {
  try {
    const result: unknown = schema["~standard"].validate(value);
    return isThenable(result)
      ? Promise.resolve(result).then(verdict).catch(failed)
      : verdict(result);
  } catch (cause) {
    return failed(cause);
  }
}

function verdict(result: unknown): Checked {
  const { issues, value } = result as { issues?: unknown; value?: unknown };
  if (issues === undefined) return { type: "valid", value };
  return { type: "invalid", issues: (issues as readonly StandardIssue[]).map(issueOf) };
}

function issueOf({ message, path = [] }: StandardIssue): Issue {
  const keys = path.map((step) => (typeof step === "object" ? step.key : step));
  return { message, path: keys.map(String) };
}

function failed(cause: unknown): Checked {
  return { type: "invalid", issues: [], cause };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}
