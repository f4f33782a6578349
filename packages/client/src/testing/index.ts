// The whole of @slipstream/client/testing: a test in the server's seat, for any runner.
export {
  ExpectationError,
  type ExpectationErrorCode,
  type Pattern,
} from "@slipstream/core/expectations";
export { error, noreply, ok, reply, type Answer } from "./answer.ts";
export { type ConnectAttempt, type Refusal } from "./attempt.ts";
export { type AssertOptions, type RefuteOptions, type TestConnection } from "./connection.ts";
export {
  RestError,
  TestServerError,
  type RestErrorCode,
  type TestServerErrorCode,
} from "./errors.ts";
export type { AttemptPattern, ClosePattern } from "./expectations.ts";
export { Faults, type Fault, type FaultOptions } from "./faults.ts";
export { CutByFault, type Direction } from "./faulty-transport.ts";
export type { QueryParams, QueryValue } from "./query.ts";
export type {
  ReceivedClose,
  ReceivedHeartbeat,
  ReceivedJoin,
  ReceivedLeave,
  ReceivedPush,
} from "./received.ts";
export type { Conduct } from "./seat.ts";
export { TestClock } from "./test-clock.ts";
export { TestServer, type TestServerOptions } from "./test-server.ts";
