// Tests of what only some transports are able to do. Where one is not, there is nothing to be tested:
// the test is not skipped, it is not there.
import { describe, test } from "vitest";

const nothing = Object.assign(() => {}, { each: () => () => {} });

/** Vitest's `test`, for transports that are able to. */
export function testWhere(able: boolean): typeof test {
  return able ? test : (nothing as unknown as typeof test);
}

/** The same for `describe`. */
export function describeWhere(able: boolean): typeof describe {
  return able ? describe : (nothing as unknown as typeof describe);
}
