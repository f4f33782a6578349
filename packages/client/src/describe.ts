// The reasons in words: what happened, what it means, what to do. Used by errors and by the log.
import type { ChannelEndReason, EndReason, FailedPush, PushFailure } from "@slipstream/core";
import { SlipstreamError } from "./slipstream-error.ts";

/** A sentence on why a connection ended. */
export function describeEnd(reason: EndReason): string {
  switch (reason.type) {
    case "requested":
      return "disconnect() was called.";
    case "closedByRemote":
      return `the server closed the connection with code ${reason.code}${reason.reason === "" ? "" : ` (${quote(reason.reason)})`}.`;
    case "connectionLost":
      return `the connection was lost${because(reason.cause)}.`;
    case "heartbeatTimeout":
      return "the server gave no sign of life within the heartbeat's timeout.";
    case "upgradeRejected":
      return rejected(reason.status);
    case "connectFailed":
      return unconnected(reason.cause);
    case "connectTimeout":
      return "the server did not complete the handshake within connectTimeout.";
    case "credentialsFailed":
      return `a function for params, headers or authToken failed${asCauseTells(reason.cause)}.`;
    case "protocolError":
      return `the server broke the WebSocket protocol or a limit, and was told so with code ${reason.code}.${reason.code === 1009 ? " A message was larger than maxPayload." : ""}`;
    case "overflow":
      return `the bound of ${reason.queue} was reached, and its policy is to close the connection.`;
    case "pageHidden":
      return "the page was hidden.";
    case "ownerGone":
      return "what the connection was opened for is gone.";
  }
}

function unconnected(cause: unknown): string {
  // A platform's WebSocket says nothing: to it, a refused upgrade is no connection either.
  return cause === undefined
    ? "no connection could be made, or the server refused it: the platform does not say which. Check that the server runs, that host, port and path are right, and params, authToken and the origin."
    : `no connection could be made${because(cause)}. Check that the server runs and that host and port are right.`;
}

function rejected(status: number | undefined): string {
  const answered = `the server answered the upgrade with ${status ?? "a refusal"}`;
  switch (status) {
    case 401:
    case 403:
      return `${answered}. Phoenix does so when the socket's connect refuses, when the origin is not allowed, or when it does not speak this vsn: check params, authToken and headers.`;
    case 404:
      return `${answered}. Check the URL: it is the path of the socket macro, such as /socket, to which /websocket is added.`;
    case 502:
    case 503:
    case 504:
      return `${answered}. A proxy or load balancer says so when it does not reach the server.`;
    default:
      return `${answered}.`;
  }
}

/** A sentence on why a membership ended or a join failed. */
export function describeChannelEnd(reason: ChannelEndReason): string {
  switch (reason.type) {
    case "refused":
      return `the server answered with the status ${quote(reason.status)}${serverReason(reason.response)}.`;
    case "timeout":
      return "the server did not answer within joinTimeout.";
    case "crashed":
      return "the channel crashed on the server.";
    case "closed":
      return "the server ended the channel.";
    case "disconnected":
      if (reason.reason === null) return "the connection ended.";
      return reason.reason.type === "requested"
        ? "disconnect() was called. Call connect() first to join again."
        : describeEnd(reason.reason);
    case "paramsFailed":
      return `the function for its params failed${asCauseTells(reason.cause)}.`;
    case "unsendable":
      return `its params cannot be sent${asCauseTells(reason.cause)}.`;
    case "duplicate":
      return "another channel of this socket has the topic. Use that one: socket.channel(topic) returns it.";
  }
}

/** A phrase on why a push failed without a reply; it follows the push's event and topic. */
export function describePushFailure({
  code,
  sent,
  cause,
}: Pick<FailedPush, "code" | "sent" | "cause">): string {
  const lost = sent ? describeLost(code) : null;
  if (lost === null) return describeUnsent(code, cause);
  return `${lost} The server may or may not have acted on it.`;
}

/** Null for what is known before anything is sent. */
function describeLost(code: PushFailure): string | null {
  switch (code) {
    case "timeout":
      return "had no reply within its timeout.";
    case "disconnected":
      return "had no reply before the connection ended.";
    case "channelCrashed":
      return "had no reply before the channel crashed on the server, perhaps because of it.";
    case "channelClosed":
      return "had no reply before the server ended the channel.";
    case "left":
      return "had no reply before the channel was left.";
    case "aborted":
      return "was given up, as its signal asked, before its reply was handed over.";
    case "notJoined":
    case "queueFull":
    case "invalidPayload":
    case "unsendable":
      return null;
  }
}

function describeUnsent(code: PushFailure, cause: unknown): string {
  switch (code) {
    case "timeout":
      return "was not sent: the channel was not joined within the push's timeout.";
    case "disconnected":
      return "was not sent: there is no connection. Call connect() first, then join().";
    case "channelCrashed":
    case "channelClosed":
    case "notJoined":
      return "was not sent: the channel is not joined. Call join() first.";
    case "queueFull":
      return "was not sent: maxQueued pushes are waiting for the channel to join, maxInFlight for their replies, or more than maxBuffered bytes for the network.";
    case "left":
      return "was not sent: the channel was left. Call join() first.";
    case "aborted":
      return "was not sent: its signal was aborted.";
    case "invalidPayload":
      return `was not sent${why(cause) ?? ": its payload does not match the schema."}`;
    case "unsendable":
      return `was not sent${why(cause) ?? ": its payload cannot be written as a frame."}`;
  }
}

/** Phoenix channels say why as `{ reason: "…" }`. */
export function serverReason(response: unknown): string {
  if (typeof response !== "object" || response === null || !("reason" in response)) return "";
  return typeof response.reason === "string" ? ` (${quote(response.reason)})` : "";
}

const LONGEST_QUOTE = 200;

/** A text that a peer chose, fit for a line of a log: not too long, and without control characters. */
export function quote(text: string): string {
  const cut = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
  return JSON.stringify(cut).replaceAll(/[\u007f-\u009f\u2028\u2029]/g, "\u{fffd}");
}

/** A cause whose message is a whole sentence of ours; null where there is none. */
function why(cause: unknown): string | null {
  return cause instanceof Error && cause.message !== "" ? `. ${cause.message}` : null;
}

function because(cause: unknown): string {
  // A sentence of its own, or what Node says of it.
  return cause instanceof Error && cause.message !== ""
    ? `: ${cause.message.replace(/\.$/, "")}`
    : "";
}

/** What a function of the program's throws may quote a token: its words stay in the cause, and ours do not. */
function asCauseTells(cause: unknown): string {
  return cause instanceof SlipstreamError ? because(cause) : ", as the cause tells";
}
