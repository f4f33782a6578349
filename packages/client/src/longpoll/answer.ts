// What a request was answered, read with distrust: Phoenix answers with HTTP's 200 and says the status
// that counts in the body, and what is on the way to it answers as it likes. Pure.
// Source: Phoenix 1.7 `transports/long_poll.ex`, as it was seen on the wire.

/** An answer of HTTP's, its body read. */
export interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The same as one of long polling. */
export interface Answer {
  readonly status: number;
  /** The session's token from now on; null if it stays as it is. */
  readonly token: string | null;
  readonly messages: readonly string[];
  /** With 410: the close code with which the server ended the session, if it says so. Ours does. */
  readonly code: number | null;
  /** Whether bytes are sent, as base64. Ours does so, Phoenix has no way to send any. */
  readonly sendsBase64: boolean;
  /** Whether the server ends a session when it is asked to by DELETE. Ours does, Phoenix does not. */
  readonly takesDelete: boolean;
}

/** Null if it is none: what answered speaks something else. */
export function readAnswer(response: Response): Answer | null {
  const body = readObject(response.body);
  const status = body?.["status"];
  if (body === null || !Number.isInteger(status)) {
    // A refusal of something on the way. That all is well is nothing that it can say.
    return response.status >= 300 ? { ...NOTHING, status: response.status } : null;
  }
  const { token, messages = [], code } = body;
  if (!Array.isArray(messages) || !messages.every((message) => typeof message === "string")) {
    return null;
  }
  return {
    status: status as number,
    token: typeof token === "string" && token !== "" ? token : null,
    messages,
    code: Number.isInteger(code) ? (code as number) : null,
    sendsBase64: body["binary"] === "base64",
    takesDelete: body["delete"] === true,
  };
}

const NOTHING: Answer = {
  status: 0,
  token: null,
  messages: [],
  code: null,
  sendsBase64: false,
  takesDelete: false,
};

function readObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
