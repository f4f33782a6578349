// The checks of what an adapter is given. The libraries take nearly anything, and go to a broker of this
// machine where they were told of none.
import { OptionError } from "../errors.ts";

/** @throws {OptionError} No text, or an empty one. */
export function checkText(option: string, value: unknown, accepts: string): void {
  if (typeof value !== "string" || value === "") throw new OptionError(option, value, accepts);
}

/** @throws {OptionError} */
export function checkMaxBuffered(value: number): void {
  if (typeof value === "number" && value > 0) return;
  throw new OptionError("maxBuffered", value, "a number of bytes above 0");
}
