// What clients are told of errors.
import { PageError } from "../errors.ts";

/** The policy lets the user see nothing. */
export function forbidden(): PageError {
  return new PageError("forbidden", "You may not see this.");
}

/** Whether it may be seen still is not known. */
export function undecided(): PageError {
  const sentence = "What you may see could not be decided. Try again in a while.";
  return new PageError("unavailable", sentence);
}

/** Its client has left the page. */
export function left(): PageError {
  return new PageError("closed", "The page was left.");
}

/** What a client is told of an error that may come from the database. */
export function asPageError(error: unknown): PageError {
  if (error instanceof PageError) return error;
  const code = (error as { readonly code?: unknown } | null)?.code;
  // query_canceled: the statement timeout.
  return code === "57014"
    ? new PageError("timeout", "The page took too long to read. Ask for less of it.", {
        cause: error,
      })
    : new PageError("unavailable", "The page cannot be read at present.", { cause: error });
}
