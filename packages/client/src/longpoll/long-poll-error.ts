// What goes wrong in long polling without an error of the platform's that may be shown. It becomes the
// cause of an end reason, and holds nothing of the URL's query, the headers or the token.
import { SlipstreamError } from "../slipstream-error.ts";

/** What was found wrong. */
export type LongPollErrorCode =
  /** The URL cannot be read, or is not one for WebSockets or HTTP. */
  | "invalid_url"
  /** The request could not be made, or its answer broke off, and the platform does not say why. */
  | "unreachable"
  /** A request was not answered within `requestTimeout`. */
  | "request_timeout"
  /** What answered does not speak Phoenix's long polling. */
  | "bad_answer"
  /** The answer to one poll was larger than twice `maxPayload`, or a message in it than `maxPayload`. */
  | "too_much"
  /** The server has ended the session, or knows it no more (410). */
  | "session_gone"
  /** What was sent is more than the server takes in one request (413). */
  | "too_large"
  /** The server, or something on the way to it, refused a request of the session: see `status`. */
  | "refused"
  /** Of `withFallback`: what was tried first did not open within `openTimeout`. */
  | "not_opened"
  /** Of `withFallback`: nothing came back within `answerTimeout` of the first message. */
  | "not_answered"
  /** The auth token has a line end or another character that no header can hold. */
  | "unsendable_token";

const SENTENCES: Record<LongPollErrorCode, string> = {
  invalid_url: "The URL cannot be dialled. Give a ws:, wss:, http: or https: URL.",
  unreachable:
    "A request failed, and the platform does not say why. Check that the server runs, that it offers long polling, and that it lets pages of this origin in.",
  request_timeout:
    "The server did not answer a request within requestTimeout. It must be longer than the server holds a poll.",
  bad_answer:
    "The answer is not one of Phoenix's long polling. Check that the socket offers it, and that no proxy answers in the server's place.",
  too_much: "The server sent more than maxPayload allows.",
  session_gone:
    "The server has ended the session, or knows it no more: it was restarted, or nothing was polled for too long.",
  too_large: "What was sent is more than the server takes in one request.",
  refused: "The server, or something on the way to it, refused a request of the session",
  not_opened: "The connection did not open within openTimeout.",
  not_answered:
    "The connection opened, and nothing came back through it within answerTimeout of the first message: something on the way swallows what is sent.",
  unsendable_token: "The auth token has a character that no header can hold, such as a line end.",
};

/** The cause of an end for which the platform has no error, or none that may be shown. */
export class LongPollError extends SlipstreamError {
  override readonly name = "LongPollError";
  override readonly code: LongPollErrorCode;
  /** What was answered, if that is what it failed by. */
  readonly status: number | undefined;

  constructor(code: LongPollErrorCode, status?: number) {
    super(SENTENCES[code] + (code === "refused" ? `: ${status}.` : ""));
    this.code = code;
    this.status = status;
  }
}
