// Every error that the server gives to its user. Each has a stable code and a sentence that says
// what happened and what to do; none holds a query, a header, a token or a payload.

/** What all errors of this package have in common. */
export abstract class ChannelsServerError extends Error {
  abstract readonly code: string;
}

/** An option or an argument that cannot be used. Thrown before anything is done. */
export class OptionError extends ChannelsServerError {
  override readonly name = "OptionError";
  override readonly code = "invalid_option";
  /** Its name, such as "limits.maxPayload". */
  readonly option: string;

  /** `accepts` completes the sentence "It must be …". The value itself is never shown. */
  constructor(option: string, value: unknown, accepts: string) {
    super(`The option ${option} cannot be ${describe(value)}. It must be ${accepts}.`);
    this.option = option;
  }

  /** For a name that is none of those that are known. */
  static unknown(name: string, known: readonly string[]): OptionError {
    const error = new OptionError(name, undefined, "");
    error.message = `There is no option ${name}. There are ${known.join(", ")}.`;
    return error;
  }
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "left out";
  if (Array.isArray(value)) return "this array";
  if (typeof value === "object" || typeof value === "function") return `this ${typeof value}`;
  return `a value of type ${typeof value}`;
}

/** The server cannot listen: the port is taken, or may not be used. The cause says which. */
export class ListenError extends ChannelsServerError {
  override readonly name = "ListenError";
  override readonly code = "listen_failed";
}

/** The server was closed, and a closed server cannot be used again. */
export class ServerClosedError extends ChannelsServerError {
  override readonly name = "ServerClosedError";
  override readonly code = "server_closed";

  constructor() {
    super("The server was closed and cannot be used again. Make a new ChannelsServer.");
  }
}

/** A push came with an event that the channel does not handle. It crashes the channel, as in Phoenix. */
export class UnhandledEventError extends ChannelsServerError {
  override readonly name = "UnhandledEventError";
  override readonly code = "unhandled_event";

  constructor() {
    super(
      "handleIn has no answer to this event. Handle it, and return reply(), noreply() or stop().",
    );
  }
}

/** A callback returned something else than its results, which crashes the channel. */
export class InvalidResultError extends ChannelsServerError {
  override readonly name = "InvalidResultError";
  override readonly code = "invalid_result";

  constructor(callback: string, accepts: string, cause?: unknown) {
    super(
      `${callback} returned something else than ${accepts}.`,
      cause === undefined ? undefined : { cause },
    );
  }
}

/** A channel was about to send what its schema does not accept. Nothing was sent. */
export class InvalidMessageError extends ChannelsServerError {
  override readonly name = "InvalidMessageError";
  override readonly code = "invalid_message";
  readonly event: string;

  constructor(event: string, why: "refused" | "async", cause?: unknown) {
    super(
      why === "refused"
        ? `The payload of ${event} is not what the channel's schema says. Nothing was sent.`
        : `The validator of ${event} is async, and a server sends at once. Use one that is not.`,
      cause === undefined ? undefined : { cause },
    );
    this.event = event;
  }
}

/** An event that only the protocol may send was pushed or broadcast. Nothing was sent. */
export class ReservedEventError extends ChannelsServerError {
  override readonly name = "ReservedEventError";
  override readonly code = "reserved_event";

  constructor(event: string) {
    super(
      `The event ${event} is the protocol's own, and clients would believe it: nothing was sent. ` +
        "Choose another name; where a client chooses it, list those that it may choose.",
    );
  }
}
