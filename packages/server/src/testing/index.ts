// The whole of @slipstream/server/testing: a test in the client's seat, for any runner.
export {
  ExpectationError,
  type ExpectationErrorCode,
  type Pattern,
} from "@slipstream/core/expectations";
export { connect } from "./connect.ts";
export {
  ConnectRefusedError,
  JoinRefusedError,
  TestSocketError,
  type TestSocketErrorCode,
} from "./errors.ts";
export type { ClosePattern } from "./heard.ts";
export type { Joined } from "./joined.ts";
export type { ConnectOptions, QueryValue } from "./request.ts";
export type { TestChannel } from "./test-channel.ts";
export type { AssertOptions, RefuteOptions } from "./test-line.ts";
export type { TestPush } from "./test-push.ts";
export type { TestSocket } from "./test-socket.ts";
