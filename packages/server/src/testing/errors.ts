// What the kit throws besides an ExpectationError: refusals, and uses of the kit that mean nothing.
import { print } from "@slipstream/core/expectations";
import type { UpgradeRefusal } from "../end-reason.ts";
import { ChannelsServerError } from "../errors.ts";

const WHY: Record<UpgradeRefusal, string> = {
  unknownPath: "the server has no socket of that path",
  badRequest: "the headers are not those of a WebSocket handshake",
  forbiddenOrigin: "pages of that origin may not connect",
  full: "it has maxConnections",
  addressLimited: "the address has maxConnectionsPerAddress, or connects too often",
  unsupportedVersion: "the params ask for a vsn that it does not speak",
  badParams: "the params cannot be read, or are too many or too deep",
  refused: "connect said so",
  connectFailed: "connect threw, or returned neither accept() nor refuse()",
  connectTimeout: "connect took longer than connectTimeout",
  closing: "the server is closing",
  abandoned: "the client went away",
};

/** A socket did not accept the connection. `reason` is the one under which the server counts it. */
export class ConnectRefusedError extends ChannelsServerError {
  override readonly name = "ConnectRefusedError";
  override readonly code = "connect_refused";
  readonly reason: UpgradeRefusal;
  /** What the HTTP request would have been answered. */
  readonly status: number;

  constructor(path: string, reason: UpgradeRefusal, status: number, cause?: unknown) {
    super(
      `The socket ${path} refused the connection with ${status}: ${WHY[reason]}.${said(cause)}`,
      cause === undefined ? undefined : { cause },
    );
    this.reason = reason;
    this.status = status;
  }
}

/** A channel did not let the client in. The cause is what its `join` threw, if it did. */
export class JoinRefusedError extends ChannelsServerError {
  override readonly name = "JoinRefusedError";
  override readonly code = "join_refused";
  readonly topic: string;
  /** What the client was answered: "error", and what `deny` was given. */
  readonly status: string;
  readonly response: unknown;

  constructor(topic: string, status: string, response: unknown, cause?: unknown) {
    super(
      `The join of ${print(topic)} was answered ${print(status)} with ${print(response)}.${said(cause)}`,
      cause === undefined ? undefined : { cause },
    );
    this.topic = topic;
    this.status = status;
    this.response = response;
  }
}

/** What a test cannot do where things stand. */
export type TestSocketErrorCode =
  /** The first argument of `connect` is no server of this copy of the package. */
  | "noServer"
  /** The connection has ended. */
  | "connectionOver"
  /** The channel was left, or has ended. */
  | "channelOver";

/** The test told its client to do what it cannot do. */
export class TestSocketError extends ChannelsServerError {
  override readonly name = "TestSocketError";
  override readonly code: TestSocketErrorCode;

  constructor(code: TestSocketErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A cause in a sentence of its own, since not every runner prints causes. */
export function said(cause: unknown): string {
  if (cause === undefined) return "";
  return ` It said: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : print(cause)}`;
}
