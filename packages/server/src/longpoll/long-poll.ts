// Long polling for one endpoint, over HTTP: sessions that begin with a GET, messages by POST, and
// polls that wait. Answers are JSON with status 200; the status that counts is in the body.
// Source: Phoenix 1.7 `transports/long_poll.ex`, as it was seen on the wire.
import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { V1, V2, type Serializer } from "@slipstream/core";
import { Connection } from "../connection/connection.ts";
import { connectRequest } from "../handshake/connect-request.ts";
import {
  BadParamsError,
  parseConnectParams,
  type ConnectParams,
} from "../handshake/connect-params.ts";
import type { Endpoint } from "../endpoint.ts";
import type { Entrance } from "../handshake/entrance.ts";
import { OptionError } from "../errors.ts";
import type { ServerScope } from "../server-scope.ts";
import type { Registry } from "../connection/registry.ts";
import { answerPlainly } from "../handshake/plain-answer.ts";
import { hostFlaw } from "../handshake/request-host.ts";
import { negotiate } from "../handshake/vsn.ts";
import { authTokenOf, isBatch, isInSession, isOurs, tokenOf } from "./poll-request.ts";
import { readBody } from "./read-body.ts";
import { PollSession, type PollAnswer } from "./poll-session.ts";
import { textOnly } from "./text-serializer.ts";

interface Serializers {
  /** For Phoenix's own clients. */
  readonly noBytes: Serializer;
  readonly base64: Serializer;
}

const SERIALIZERS: ReadonlyMap<Serializer, Serializers> = new Map(
  [V1, V2].map((serializer) => [
    serializer,
    { noBytes: textOnly(serializer, "noBytes"), base64: textOnly(serializer, "base64") },
  ]),
);

type Refusal = 400 | 403 | 413 | 429 | 500 | 503;
type Body =
  | PollAnswer
  | { readonly status: 200 | Refusal }
  | ({ readonly status: 410 } & typeof OFFERS);

/** A session can be ended by DELETE, and its messages may be bytes. */
const OFFERS = { delete: true, binary: "base64" } as const;

const CLOSED_BY_CLIENT = 1000;

export class LongPoll {
  readonly #scope: ServerScope;
  readonly #registry: Registry;
  readonly #endpoint: Endpoint;
  readonly #entrance: Entrance;
  /** By token: whoever knows it is the session's client. */
  readonly #sessions = new Map<string, PollSession>();
  /** Whose messages are being read, and then taken, just now; null once they are read. */
  readonly #taking = new Map<PollSession, IncomingMessage | null>();

  constructor(scope: ServerScope, registry: Registry, endpoint: Endpoint, entrance: Entrance) {
    this.#scope = scope;
    this.#registry = registry;
    this.#endpoint = endpoint;
    this.#entrance = entrance;
  }

  /** @param phase Sessions that there are go on while the server closes, and none begins. */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    query: string,
    phase: "open" | "closing",
  ): void {
    const flaw = hostFlaw(request);
    if (flaw !== null) {
      this.#scope.counters.upgradesRefused.badRequest += 1;
      return answerPlainly(response, { status: 400, type: "text/plain", body: flaw });
    }
    const { origin } = request.headers;
    if (!this.#entrance.mayConnect(request.headers)) {
      this.#scope.counters.upgradesRefused.forbiddenOrigin += 1;
      return answer(response, { status: 403 }, null);
    }
    if (origin !== undefined) allow(response, origin, request);
    let params: ConnectParams;
    try {
      params = parseConnectParams(query);
    } catch (error) {
      if (!(error instanceof BadParamsError)) throw error;
      this.#scope.counters.upgradesRefused.badParams += 1;
      return answer(response, { status: isOurs(request) ? 400 : 403 }, null);
    }
    const token = tokenOf(request, params);
    const session = token === null ? undefined : this.#sessions.get(token);
    switch (request.method) {
      case "DELETE":
        // What a close frame is to a WebSocket. Phoenix has none: it notices that nobody polls.
        session?.close(CLOSED_BY_CLIENT);
        return answer(response, { status: 410 }, null);
      case "OPTIONS":
        response.writeHead(204).end();
        return;
      case "GET":
        if (session !== undefined && token !== null) return poll(session, token, request, response);
        if (isInSession(request)) return answer(response, { status: 410 }, null);
        if (phase === "closing") {
          this.#scope.counters.upgradesRefused.closing += 1;
          return answer(response, { status: bodyStatus(503, isOurs(request)) }, null);
        }
        return this.#begin(request, response, params);
      case "POST":
        // Otherwise the session would end for a message of nothing.
        if (request.readableDidRead) {
          throw new OptionError("request", request, "one whose body nobody has read");
        }
        if (session === undefined) return answer(response, { status: 410 }, null);
        // One at a time, as clients send them: what is being read is bounded by the sessions.
        if (this.#taking.has(session)) return refuseBody(response);
        this.#taking.set(session, request);
        void this.#take(session, request, response);
        return;
      default:
        response.writeHead(405, { Allow: "GET, POST, DELETE, OPTIONS" }).end();
    }
  }

  #begin(request: IncomingMessage, response: ServerResponse, params: ConnectParams): void {
    const { counters } = this.#scope;
    const asked = negotiate(params["vsn"]);
    const serializers = asked === null ? undefined : SERIALIZERS.get(asked);
    if (serializers === undefined) {
      counters.upgradesRefused.unsupportedVersion += 1;
      return answer(response, { status: 403 }, null);
    }
    const ours = isOurs(request);
    const serializer = ours ? serializers.base64 : serializers.noBytes;
    const authToken = authTokenOf(request);
    const onGone = (gone: () => void): (() => void) => {
      response.on("close", gone);
      return () => void response.off("close", gone);
    };
    this.#entrance.ask(connectRequest(request, params, authToken), onGone, (admission) => {
      switch (admission.type) {
        case "abandoned":
          counters.upgradesRefused.abandoned += 1;
          return;
        case "refused":
          counters.upgradesRefused[admission.reason] += 1;
          return answer(response, { status: bodyStatus(admission.answer.status, ours) }, null);
        case "accepted": {
          const token = randomBytes(32).toString("base64url");
          const { assigns, id, release } = admission;
          this.#open(token, { serializer, assigns, id, isOurs: ours }, release);
          // A session that begins is told as one that is gone: so clients learn their token.
          answer(response, ours ? { status: 410, ...OFFERS } : { status: 410 }, token);
        }
      }
    });
  }

  #open(
    token: string,
    admitted: {
      readonly serializer: Serializer;
      readonly assigns: unknown;
      readonly id: string | null;
      readonly isOurs: boolean;
    },
    release: () => void,
  ): void {
    const { pollWindow } = this.#endpoint.limits;
    const { isOurs, ...rest } = admitted;
    const times = { window: pollWindow, patience: pollWindow * 1.5 };
    const session = new PollSession(times, isOurs);
    const handshake = { endpoint: this.#endpoint, ...rest };
    const connection = new Connection(this.#scope, handshake, session, (gone) => {
      this.#sessions.delete(token);
      this.#taking.get(session)?.destroy();
      release();
      this.#registry.gone(gone);
    });
    session.listen(connection);
    this.#sessions.set(token, session);
    this.#registry.opened(connection);
  }

  async #take(
    session: PollSession,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const body = await readBody(request, this.#endpoint.limits.maxPayload);
    if (body.type === "whole") {
      this.#taking.set(session, null);
      const batch = isBatch(request);
      for (const message of batch ? linesOf(body.text) : [body.text]) {
        if (!session.isOpen) break;
        if (message !== "" || !batch) session.take(message);
        // A body may hold a million messages, and others have their turn.
        await this.#scope.loopTurn.rest();
      }
    }
    this.#taking.delete(session);
    switch (body.type) {
      case "aborted":
        return;
      case "tooLarge":
        return answer(response, { status: 413 }, null);
      case "whole":
        return answer(response, session.isOpen ? { status: 200 } : { status: 410 }, null);
    }
  }
}

/** One after the other, since all at once would be a list of millions. */
function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const end = text.indexOf("\n", start);
    const line = text.slice(start, end === -1 ? undefined : end);
    yield line.endsWith("\r") ? line.slice(0, -1) : line;
    start = end === -1 ? text.length : end + 1;
  }
}

function poll(
  session: PollSession,
  token: string,
  { socket }: IncomingMessage,
  response: ServerResponse,
): void {
  const answered = (body: PollAnswer): void => {
    response.off("close", gone);
    socket.off("end", finished);
    answer(response, body, token);
  };
  const gone = (): void => {
    socket.off("end", finished);
    session.abandon(answered);
  };
  // Its FIN came. The response is told later that it is closed, and what it was given by then would be lost.
  const finished = (): void => {
    gone();
    if (socket.writable) answered({ status: 204 });
  };
  response.on("close", gone);
  socket.on("end", finished);
  session.poll(answered);
}

/** The body is not read, so that the connection cannot be used again. */
function refuseBody(response: ServerResponse): void {
  if (response.req.httpVersionMajor === 1) response.setHeader("Connection", "close");
  answer(response, { status: 429 }, null);
}

/** @param token of the session, where it is a poll's answer: such have messages, if only none. */
function answer(response: ServerResponse, body: Body, token: string | null): void {
  if (response.destroyed || response.writableEnded) return;
  const text = JSON.stringify(token === null ? body : { messages: [], ...body, token });
  response
    .writeHead(200, {
      "Content-Type": "application/json; charset=utf-8",
      "Content-Length": Buffer.byteLength(text),
      "Cache-Control": "no-store",
    })
    .end(text);
}

/**
 * How a client that may not come in is told. Phoenix's comes back after 500 and not after 403; any
 * other status is an error to it that it does not get over.
 */
function bodyStatus(status: number, ours: boolean): Refusal {
  switch (status) {
    case 429:
    case 500:
    case 503:
      return ours ? status : 500;
    default:
      return 403;
  }
}

/** Its origin was checked: the page may read the answer. */
function allow(response: ServerResponse, origin: string, request: IncomingMessage): void {
  response.setHeader("Access-Control-Allow-Origin", origin);
  response.setHeader("Vary", "Origin");
  if (request.method !== "OPTIONS") return;
  response.setHeader("Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS");
  response.setHeader(
    "Access-Control-Allow-Headers",
    "content-type, x-phoenix-authtoken, x-phoenix-longpoll-token",
  );
  response.setHeader("Access-Control-Max-Age", "3600");
}
