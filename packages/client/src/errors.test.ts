// Errors and the sentences in them: each reason has one, and what a peer wrote is bounded and harmless.
import { inspect } from "node:util";
import type { ChannelEndReason, EndReason, PushFailure } from "@slipstream/core";
import { describe, expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { serve } from "./fixtures/servers.ts";
import { openSocket } from "./fixtures/sockets.ts";
import { describeChannelEnd, describeEnd, describePushFailure } from "./describe.ts";
import type { SlipstreamError } from "./errors.ts";
import { ChannelEndedError, ConnectError, JoinError, PushError } from "./errors.ts";

const PLACE = "ws://host/socket/websocket";

const ENDS: EndReason[] = [
  { type: "requested" },
  { type: "closedByRemote", code: 1012, reason: "drain" },
  { type: "connectionLost", cause: new Error("read ECONNRESET") },
  { type: "heartbeatTimeout" },
  { type: "upgradeRejected" },
  { type: "upgradeRejected", status: 403, headers: { "set-cookie": "s3cr3t" }, body: "s3cr3t" },
  { type: "upgradeRejected", status: 404 },
  { type: "connectFailed", cause: new Error("connect ECONNREFUSED") },
  { type: "connectFailed", cause: undefined },
  { type: "connectTimeout" },
  { type: "credentialsFailed", cause: "not even an error" },
  { type: "protocolError", code: 1009 },
  { type: "overflow", queue: "maxBuffered" },
  { type: "pageHidden" },
  { type: "ownerGone" },
];

const CHANNEL_ENDS: ChannelEndReason[] = [
  { type: "refused", status: "error", response: { reason: "unauthorized" } },
  { type: "timeout" },
  { type: "crashed" },
  { type: "closed" },
  { type: "disconnected", reason: null },
  { type: "disconnected", reason: { type: "heartbeatTimeout" } },
  { type: "paramsFailed", cause: new Error("no params") },
  { type: "unsendable", cause: null },
  { type: "duplicate" },
];

const FAILURES: PushFailure[] = [
  "timeout",
  "disconnected",
  "channelCrashed",
  "channelClosed",
  "notJoined",
  "queueFull",
  "left",
  "aborted",
  "unsendable",
];

describe("sentences", () => {
  test("each reason, each end of a channel and each failure has its own, and it ends in a stop", () => {
    const all = [
      ...ENDS.map(describeEnd),
      ...CHANNEL_ENDS.map(describeChannelEnd),
      ...FAILURES.map((code) => describePushFailure({ code, sent: true })),
    ];
    for (const sentence of all) expect(sentence).toMatch(/^[a-z].*\.$/s);
    // A channel that was disconnected says why the connection ended.
    expect(new Set(all).size).toBe(all.length - 1);
  });

  test("a push that was sent may have been acted on, and one that was not says so", () => {
    for (const code of FAILURES) {
      expect(describePushFailure({ code, sent: false })).toMatch(/^was not sent: .*\.$/);
      if (["notJoined", "queueFull", "unsendable"].includes(code)) continue;
      expect(describePushFailure({ code, sent: true })).toMatch(
        / may or may not have acted on it\.$/,
      );
    }
  });

  test("a push that could not be sent says why, in its cause's words", async () => {
    const { url } = await serve();
    const room = await (await openSocket(url)).join("room:a");
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    const because = async (payload: unknown): Promise<string> =>
      ((await failureOf(room.push("e", payload))) as PushError).message;
    expect(await because({ n: 1n })).toMatch(/cannot be written as JSON: it holds a BigInt/);
    expect(await because(cycle)).toMatch(
      /cannot be written as JSON: it holds itself, in a cycle\.$/,
    );
    const cause = new Error(
      'The payload of the push "e" on room:a does not match the schema at "n".',
    );
    expect(describePushFailure({ code: "invalidPayload", sent: false, cause })).toContain(
      'at "n".',
    );
  });

  test("they say what to do", () => {
    expect(new ConnectError({ type: "upgradeRejected", status: 404 }, PLACE).message).toContain(
      "Check the URL",
    );
    expect(describeEnd({ type: "protocolError", code: 1009 })).toContain("maxPayload");
    expect(describePushFailure({ code: "notJoined", sent: false })).toContain("Call join() first");
    expect(describePushFailure({ code: "disconnected", sent: false })).toContain("Call connect()");
  });
});

describe("what a peer wrote", () => {
  const nasty = `a\nb\r\u001b[31m\u009b31m\u2028"${"x".repeat(1_000_000)}`;

  test("is cut and escaped in each message", () => {
    const refused = { type: "refused", status: nasty, response: { reason: nasty } } as const;
    const errors: SlipstreamError[] = [
      new ConnectError({ type: "closedByRemote", code: 4000, reason: nasty }, PLACE),
      new JoinError("room:a", refused),
      new PushError("room:a", "e", refused),
      new ChannelEndedError("room:a", refused),
    ];
    for (const { message } of errors) {
      expect(message.length).toBeLessThan(1_000);
      // oxlint-disable-next-line no-control-regex -- these are what must not be there
      expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    }
  });

  test("a reason that is no text, or no property of the response itself, is left out", () => {
    for (const response of [null, "text", 5, { reason: { deep: 1 } }, [], {}]) {
      const error = new JoinError("room:a", { type: "refused", status: "error", response });
      expect(error.message).toBe(
        'Did not join room:a: the server answered with the status "error".',
      );
    }
  });
});

describe("errors", () => {
  test("have a stable code, a name, and what the server answered", () => {
    const response = { reason: "unauthorized" };
    const refused = { type: "refused", status: "error", response } as const;
    const details = { code: "refused", status: "error", response, topic: "room:a" };
    expect(new JoinError("room:a", refused)).toMatchObject({ name: "JoinError", ...details });
    expect(new PushError("room:a", "e", refused)).toMatchObject({ name: "PushError", ...details });
    expect(new JoinError("room:a", { type: "timeout" })).toMatchObject({
      code: "timeout",
      status: undefined,
      response: undefined,
    });
  });

  test("keep the cause", () => {
    const cause = new Error("read ECONNRESET");
    const lost: EndReason = { type: "connectionLost", cause };
    expect(new ConnectError(lost, PLACE).cause).toBe(cause);
    expect(new JoinError("room:a", { type: "aborted", cause }).cause).toBe(cause);
    expect(new ChannelEndedError("room:a", { type: "paramsFailed", cause }).cause).toBe(cause);
    expect("cause" in new ConnectError({ type: "requested" }, PLACE)).toBe(false);
  });

  test("a refusal's body and headers can be read, and are not shown when the error is logged", () => {
    for (const reason of ENDS) {
      const error = new ConnectError(reason, PLACE);
      const ended = new ChannelEndedError("room:a", { type: "disconnected", reason });
      expect(error.reason).toBe(reason);
      expect(ended.reason).toEqual({ type: "disconnected", reason });
      for (const shown of [error, ended]) {
        expect(inspect(shown, { depth: null })).not.toContain("s3cr3t");
        expect(JSON.stringify(shown)).not.toContain("s3cr3t");
      }
    }
  });
});
