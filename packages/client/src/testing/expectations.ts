// What tests expect of a client, one function for each thing that it can do.
import {
  firstDifference,
  print,
  said,
  type Expectation,
  type Pattern,
} from "@slipstream/core/expectations";
import type { ConnectAttempt } from "./attempt.ts";
import {
  ReceivedClose,
  ReceivedHeartbeat,
  ReceivedJoin,
  ReceivedLeave,
  ReceivedPush,
  type ReceivedMessage,
} from "./received.ts";

/** What a test expects of an attempt to connect. What is left out may be anything. */
export interface AttemptPattern {
  readonly url?: Pattern;
  readonly params?: Pattern;
  readonly headers?: Pattern;
  readonly authToken?: Pattern;
}

/** What a test expects of a client's close. `code` is null where it resets the connection. */
export interface ClosePattern {
  readonly code?: Pattern;
  readonly reason?: Pattern;
}

export function anAttempt(
  pattern: AttemptPattern = {},
): Expectation<ConnectAttempt, ConnectAttempt> {
  const { url, params, headers, authToken } = pattern;
  const named = Object.keys(pattern).length === 0 ? "" : ` with ${print(pattern)}`;
  return {
    what: `an attempt to connect${named}`,
    isOfKind: (item): item is ConnectAttempt => item !== undefined,
    difference: (attempt) =>
      firstDifference([
        ["url", url, attempt.url],
        ["params", params, attempt.params],
        ["headers", headers, attempt.headers],
        ["authToken", authToken, attempt.authToken],
      ]),
  };
}

export function aJoin(topic: Pattern, params: Pattern): Expectation<ReceivedMessage, ReceivedJoin> {
  return {
    what: `a join${said(" of", topic)}${said(" with", params)}`,
    isOfKind: (item) => item instanceof ReceivedJoin,
    difference: (join) =>
      firstDifference([
        ["topic", topic, join.topic],
        ["params", params, join.params],
      ]),
  };
}

export function aLeave(topic: Pattern): Expectation<ReceivedMessage, ReceivedLeave> {
  return {
    what: `a leave${said(" of", topic)}`,
    isOfKind: (item) => item instanceof ReceivedLeave,
    difference: (leave) => firstDifference([["topic", topic, leave.topic]]),
  };
}

export function aPush(
  topic: Pattern,
  event: Pattern,
  payload: Pattern,
): Expectation<ReceivedMessage, ReceivedPush> {
  return {
    what: `a push${said(" of", event)}${said(" to", topic)}${said(" with", payload)}`,
    isOfKind: (item) => item instanceof ReceivedPush,
    difference: (push) =>
      firstDifference([
        ["topic", topic, push.topic],
        ["event", event, push.event],
        ["payload", payload, push.payload],
      ]),
  };
}

export function aHeartbeat(): Expectation<ReceivedMessage, ReceivedHeartbeat> {
  return {
    what: "a heartbeat",
    isOfKind: (item) => item instanceof ReceivedHeartbeat,
    difference: () => null,
  };
}

export function aClose({ code, reason }: ClosePattern = {}): Expectation<
  ReceivedMessage,
  ReceivedClose
> {
  return {
    what: `the client to disconnect${said(" with code", code)}${said(" and reason", reason)}`,
    isOfKind: (item) => item instanceof ReceivedClose,
    difference: (close) =>
      firstDifference([
        ["code", code, close.code],
        ["reason", reason, close.reason],
      ]),
  };
}
