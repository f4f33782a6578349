// What the test kits of both ends have in common: partial matching, and mailboxes whose failures say
// what came instead. It knows nothing of channels, and has its time from outside.
export { ExpectationError, type ExpectationErrorCode } from "./expectation-error.ts";
export { firstDifference, said, type Expectation } from "./expectation.ts";
export { Mailbox } from "./mailbox.ts";
export type { Pattern } from "./pattern.ts";
export { print } from "./print.ts";
