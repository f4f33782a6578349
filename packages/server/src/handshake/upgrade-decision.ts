// What the head of an upgrade request says: refuse it, or ask `connect`. Pure.
import type { Serializer } from "@slipstream/core";
import { BadParamsError, parseConnectParams, type ConnectParams } from "./connect-params.ts";
import type { UpgradeRefusal } from "../end-reason.ts";
import type { Endpoint } from "../endpoint.ts";
import { hostFlaw, type RequestHost } from "./request-host.ts";
import { negotiate } from "./vsn.ts";

/** The parts of a request that decide. */
export interface RequestHead extends RequestHost {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly type?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type UpgradeDecision =
  | { readonly type: "refuse"; readonly reason: UpgradeRefusal; readonly answer: HttpAnswer }
  | {
      readonly type: "ask";
      readonly endpoint: Endpoint;
      readonly serializer: Serializer;
      readonly params: ConnectParams;
    };

/** The path under which a socket takes WebSockets, as Phoenix has it. */
const WEBSOCKET = "/websocket";
/** And the one for long polling. */
const LONGPOLL = "/longpoll";

export function decideUpgrade(
  head: RequestHead,
  endpoints: ReadonlyMap<string, Endpoint>,
): UpgradeDecision {
  const { path, query } = splitTarget(head.url);
  const endpoint = findEndpoint(path, endpoints);
  if (endpoint === undefined) {
    return isWebSocket(head) ? refuse("unknownPath", NOT_FOUND) : refuse("badRequest", NO_OTHERS);
  }
  const flaw = handshakeFlaw(head);
  if (flaw !== null) return refuse("badRequest", flaw);
  let params: ConnectParams;
  try {
    params = parseConnectParams(query);
  } catch (error) {
    if (!(error instanceof BadParamsError)) throw error;
    return refuse("badParams", { status: 400, type: "text/plain", body: error.message });
  }
  const serializer = negotiate(params["vsn"]);
  if (serializer === null) return refuse("unsupportedVersion", { status: 403 });
  return { type: "ask", endpoint, serializer, params };
}

export const NOT_FOUND: HttpAnswer = { status: 404, type: "text/plain", body: "not found" };
const NO_OTHERS = badRequest(
  "There is no other upgrade here than websocket: leave the header out.",
);

/** To a request to the path of a WebSocket that asks for none, in the words of Phoenix's server. */
export function noUpgrade({ headers }: Pick<RequestHead, "headers">): HttpAnswer {
  const had = JSON.stringify([headers["connection"] ?? ""]);
  return badRequest(`'connection' header must contain 'upgrade', got ${had}`);
}

/** Does it ask for a WebSocket, and not, say, for h2c? */
export function isWebSocket({ headers }: Pick<RequestHead, "headers">): boolean {
  const upgrade = headers["upgrade"];
  return typeof upgrade === "string" && upgrade.toLowerCase() === "websocket";
}

function refuse(reason: UpgradeRefusal, answer: HttpAnswer): UpgradeDecision {
  return { type: "refuse", reason, answer };
}

export function splitTarget(target = "/"): { path: string; query: string } {
  const mark = target.indexOf("?");
  return mark === -1
    ? { path: target, query: "" }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

export function findEndpoint(
  path: string,
  endpoints: ReadonlyMap<string, Endpoint>,
): Endpoint | undefined {
  return findBelow(WEBSOCKET, path, endpoints);
}

/** The same for long polling. */
export function findLongPoll(
  path: string,
  endpoints: ReadonlyMap<string, Endpoint>,
): Endpoint | undefined {
  return findBelow(LONGPOLL, path, endpoints);
}

function findBelow(
  transport: string,
  path: string,
  endpoints: ReadonlyMap<string, Endpoint>,
): Endpoint | undefined {
  const plain = withoutEmptyParts(path);
  return plain.endsWith(transport) ? endpoints.get(plain.slice(0, -transport.length)) : undefined;
}

/**
 * As Phoenix reads paths: "/socket//websocket", which phoenix.js makes of "/socket/", is no other. What
 * begins with two slashes stays apart, since to a URL it begins with a host.
 */
function withoutEmptyParts(path: string): string {
  return path.startsWith("//") ? path : path.replace(/\/+(?=\/|$)/gu, "");
}

/** What is wrong with the handshake (RFC 6455 4.2.1), if anything is. */
function handshakeFlaw(head: RequestHead): HttpAnswer | null {
  const { method, headers, httpVersion } = head;
  if (method !== "GET") return { status: 405, headers: { Allow: "GET" } };
  if (httpVersion === "1.0") return badRequest("The request must be of HTTP/1.1.");
  const host = hostFlaw(head);
  if (host !== null) return badRequest(host);
  // To Node all that follows the head is the WebSocket's; whoever stands in front may see a body there.
  if ((headers["content-length"] ?? "0") !== "0" || headers["transfer-encoding"] !== undefined) {
    return badRequest("The request must have no body.");
  }
  if (!isWebSocket({ headers })) return badRequest("The upgrade header must be websocket.");
  const key = headers["sec-websocket-key"];
  if (typeof key !== "string" || !/^[+/0-9A-Za-z]{22}==$/.test(key)) {
    return badRequest("The sec-websocket-key header must be 16 bytes in base64.");
  }
  if (headers["sec-websocket-version"] !== "13") {
    return {
      ...badRequest("The sec-websocket-version header must be 13."),
      headers: { "Sec-WebSocket-Version": "13" },
    };
  }
  return null;
}

function badRequest(body: string): HttpAnswer {
  return { status: 400, type: "text/plain", body };
}
