// What a page of the client says when it cannot be had, or cannot be changed as was asked.
import { HasteError } from "../errors.ts";
import { PAGE_REASONS, type PageErrorCode } from "../page-reasons.ts";

/** The reasons of PROTOCOL.md, and what the client adds to them. */
export type PageClientErrorCode =
  | PageErrorCode
  /** The connection or the channel failed: the cause tells how. */
  | "disconnected"
  /** The server has no view of this name. */
  | "no_view"
  /** It was not ready within the time that `ready` was given: the message says what it is, and why. */
  | "not_ready"
  /** The signal of a `ready` was aborted: the cause is the signal's reason. */
  | "aborted"
  /** What the server said makes no sense as PROTOCOL.md has it, or is a reason not known here. */
  | "protocol";

const REASONS: ReadonlySet<string> = new Set(PAGE_REASONS);

const TEMPORARY: ReadonlySet<string> = new Set<PageClientErrorCode>([
  "busy",
  "timeout",
  "unavailable",
  "too_fast",
  "protocol",
  "not_ready",
]);

/** A page cannot be had, or not as it was asked for. */
export class PageClientError extends HasteError {
  override readonly name = "PageClientError";
  override readonly code: PageClientErrorCode;

  constructor(code: PageClientErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  /** Whether the same may be asked for again, later. */
  get isTemporary(): boolean {
    return TEMPORARY.has(this.code);
  }
}

/** What became of a join or a push that failed: the server's reason, if it gave one. */
export function pageErrorOf(error: unknown): PageClientError {
  if (error instanceof PageClientError) return error;
  const response =
    typeof error === "object" && error !== null && "response" in error ? error.response : undefined;
  return (
    refusalOf(response) ?? new PageClientError("disconnected", sentenceOf(error), { cause: error })
  );
}

/**
 * What became of a join that failed, or was not answered in time. That no channel serves the topic is Phoenix's answer
 * (`unmatched topic`), and not one of PROTOCOL.md: it means that there is no such view.
 */
export function joinErrorOf(error: unknown, view: string): PageClientError {
  const { code, response } = (error ?? {}) as {
    readonly code?: unknown;
    readonly response?: unknown;
  };
  const { reason } = (response ?? {}) as { readonly reason?: unknown };
  // A server that is busy answers the next one.
  if (code === "timeout") return new PageClientError(code, sentenceOf(error), { cause: error });
  if (reason !== "unmatched topic") return pageErrorOf(error);
  const sentence = `There is no view "${view}" on this server. Compare its name with those that createHaste was given, and see that haste.channels are among the socket's channels.`;
  return new PageClientError("no_view", sentence, { cause: error });
}

/** A refusal as the server puts it: `{ reason, message }`. */
export function refusalOf(response: unknown): PageClientError | null {
  if (typeof response !== "object" || response === null) return null;
  const { reason, message } = response as { reason?: unknown; message?: unknown };
  if (typeof reason !== "string") return null;
  const sentence = typeof message === "string" ? message : `The server refused: ${reason}.`;
  return REASONS.has(reason)
    ? new PageClientError(reason as PageClientErrorCode, sentence)
    : new PageClientError("protocol", sentence);
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : "The connection to the server was lost.";
}

export function closedError(): PageClientError {
  return new PageClientError("closed", "The page was closed. Open another.");
}
