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

/**
 * Standard Schema knows two answers: a value, or issues. Whatever is neither has let nothing pass,
 * so that a validator with a bug (`validate: (value) => isUser(value)`) does not switch the check off.
 */
function verdict(result: unknown): Checked {
  if (typeof result !== "object" || result === null) return failed(nonsense());
  const { issues } = result as { issues?: unknown };
  if (Array.isArray(issues)) {
    return { type: "invalid", issues: (issues as readonly StandardIssue[]).map(issueOf) };
  }
  if (issues !== undefined || !Object.hasOwn(result, "value")) return failed(nonsense());
  return { type: "valid", value: (result as { value: unknown }).value };
}

function nonsense(): TypeError {
  return new TypeError(
    "The validator answered neither { value } nor { issues }, which Standard Schema asks for.",
  );
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
