// Every error that Haste gives to its user. Each has a stable code and a sentence that says what
// happened and what to do; none holds a value of a row or of a filter.

/** What all errors of this package have in common. */
export abstract class HasteError extends Error {
  abstract readonly code: string;
}

/** A value that a column's type does not take. */
export class InvalidValueError extends HasteError {
  override readonly name = "InvalidValueError";
  override readonly code = "invalid_value";

  /** `takes` completes the sentence "… takes …". The value itself is never shown. */
  constructor(type: string, takes: string, value: unknown) {
    super(`${type} takes ${takes}, and not ${kindOf(value)}.`);
  }
}

/** A filter that cannot be used; `path` says where in it, such as `where[1][2]`. */
export class InvalidFilterError extends HasteError {
  override readonly name = "InvalidFilterError";
  override readonly code = "invalid_filter";
  readonly path: string;

  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`${path}: ${problem}`, options);
    this.path = path;
  }
}

/** An order that cannot be used; `path` says where in it, such as `orderBy[0].column`. */
export class InvalidOrderError extends HasteError {
  override readonly name = "InvalidOrderError";
  override readonly code = "invalid_order";
  readonly path: string;

  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
    this.path = path;
  }
}

/** What a value is, in words that do not give it away. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "an array";
  switch (typeof value) {
    case "object":
      return "an object";
    case "boolean":
      return "a boolean";
    case "string":
      return value === "" ? "an empty string" : "this string";
    case "number":
      return "this number";
    default:
      return `a ${typeof value}`;
  }
}
