// What the kit throws besides an ExpectationError: for a use of it that means nothing.
import { SlipstreamError } from "../errors.ts";

/** What a test cannot do where things stand. */
export type TestServerErrorCode =
  /** The attempt was accepted, refused or failed before, or the client has given it up. */
  | "attemptOver"
  /** The connection has ended, or is closing. */
  | "connectionOver"
  /** The client is not a member of the topic on this connection. */
  | "notJoined"
  /** The message was answered before, or it carries no ref to answer to. */
  | "notAnswerable";

/** The test told the server to do what it cannot do. */
export class TestServerError extends SlipstreamError {
  override readonly name = "TestServerError";
  override readonly code: TestServerErrorCode;

  constructor(code: TestServerErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Why a clock gave up. */
export type RestErrorCode = "neverDone" | "neverIdle" | "restless";

const SENTENCES: Record<RestErrorCode, string> = {
  neverDone:
    "What was waited for did not happen within the limit, or nothing is left that could make it happen: no timer is due. Check that the client was given this clock, and answer what it waits for.",
  neverIdle:
    "Timers go on being set within the limit, as a client does that is connected. Disconnect it, or use advance().",
  restless:
    "The program does not come to rest: it goes on doing something for ten seconds without letting time pass. Look for a loop that never waits.",
};

/** A TestClock did not reach what it was told to reach. */
export class RestError extends SlipstreamError {
  override readonly name = "RestError";
  override readonly code: RestErrorCode;

  /** @param now the test's time in ms. */
  constructor(code: RestErrorCode, now: number) {
    super(`${SENTENCES[code]} The test's time is ${now} ms.`);
    this.code = code;
  }
}
