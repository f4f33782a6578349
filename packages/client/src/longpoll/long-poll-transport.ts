// The transport over long polling: one request that waits for messages, and one at a time that carries
// ours. A request that fails ends the connection, since what it carried may be lost, or may not be.
// Source: Phoenix 1.7 `transports/long_poll.ex`, as it was seen on the wire.
import type { Frame } from "@slipstream/core";
import { byteLength } from "../telemetry/byte-length.ts";
import type { DialRequest, Transport, TransportClosed, TransportEvents } from "../transport.ts";
import { readAnswer, type Answer, type Response } from "./answer.ts";
import { fromBase64, isBase64 } from "./base64.ts";
import type { FetchInit } from "./fetch.ts";
import { LongPollError } from "./long-poll-error.ts";
import type { LongPollSettings } from "./long-poll-options.ts";
import { Outbox } from "./outbox.ts";
import { PollInbox } from "./poll-inbox.ts";
import { PollRequest, type Outcome } from "./poll-request.ts";
import { targetOf, withToken, type Target } from "./target.ts";

const UNCLEAN: TransportClosed = { code: null, reason: "", clean: false };
/** The close code for a message that is too large (RFC 6455 7.4.1). */
const MESSAGE_TOO_BIG = 1009;
/** What is kept of a refusal's body, in characters. */
const MAX_REFUSAL = 16 * 1024;

export class LongPollTransport implements Transport {
  readonly kind: string = "longpoll";
  readonly #events: TransportEvents;
  readonly #settings: LongPollSettings;
  readonly #maxPayload: number;
  #phase: "dialling" | "open" | "closing" | "ended" = "dialling";
  #target: Target | null = null;
  #token = "";
  /** What the server can do beyond Phoenix, as it said when the session began. */
  #offers: Pick<Answer, "sendsBase64" | "takesDelete"> | null = null;
  #poll: PollRequest | null = null;
  #post: PollRequest | null = null;
  readonly #outbox = new Outbox();
  #bytesPosted = 0;
  /** Whether a batch is to be taken once all that is sent in one go has been added. */
  #gathering = false;
  readonly #inbox: PollInbox;

  constructor(request: DialRequest, events: TransportEvents, settings: LongPollSettings) {
    this.#events = events;
    this.#settings = settings;
    this.#maxPayload = request.maxPayload;
    this.#inbox = new PollInbox(settings.clock, {
      take: (message) => this.#received(message),
      emptied: () => this.#pollNext(),
    });
    try {
      this.#target = targetOf(request);
      this.#poll = this.#request("GET", this.#target, (outcome) => this.#begun(outcome));
    } catch (cause) {
      queueMicrotask(() => this.#fail(cause));
    }
  }

  get bufferedAmount(): number {
    return this.#outbox.bytes + this.#bytesPosted;
  }

  send(frame: Frame): void {
    if (this.#phase !== "open") return;
    this.#outbox.add(frame);
    if (this.#gathering || this.#post !== null) return;
    this.#gathering = true;
    queueMicrotask(() => {
      this.#gathering = false;
      this.#postNext();
    });
  }

  /** The present poll is still answered; what it brings waits here, and the server keeps the rest. */
  pause(): void {
    if (this.#phase === "open") this.#inbox.pause();
  }

  resume(): void {
    this.#inbox.resume();
  }

  /** Long polling has no closing handshake: what was sent is delivered, and the polls end. */
  close(): void {
    if (this.#phase === "dialling") return this.reset();
    if (this.#phase !== "open") return;
    this.#phase = "closing";
    this.#stopReceiving();
    if (!this.#gathering && this.#post === null) queueMicrotask(() => this.#postNext());
  }

  reset(): void {
    if (this.#phase === "ended") return;
    this.#release();
    queueMicrotask(() => this.#events.closed(UNCLEAN));
  }

  #begun(outcome: Outcome): void {
    this.#poll = null;
    const answer = this.#answerOf(outcome);
    if (answer === null) return;
    const { status, token } = answer;
    if (status === 410 && token !== null) {
      this.#token = token;
      this.#offers = answer;
      this.#phase = "open";
      this.#events.opened();
      this.#inbox.put([]);
    } else if (status < 300) {
      this.#fail(new LongPollError("bad_answer"));
    } else if (outcome.type === "answered") {
      this.#end({ ...UNCLEAN, rejected: rejection(status, outcome.response) });
    }
  }

  #pollNext(): void {
    if (this.#phase !== "open" || this.#poll !== null) return;
    this.#poll = this.#ask("GET", (outcome) => this.#polled(outcome));
  }

  #polled(outcome: Outcome): void {
    this.#poll = null;
    const answer = this.#answerOf(outcome);
    if (answer === null) return;
    const { status, token, messages, code } = answer;
    if (status === 200 || status === 204) {
      this.#token = token ?? this.#token;
      this.#inbox.put(messages);
    } else if (status === 410 && code !== null) {
      this.#end({ code, reason: "", clean: true });
    } else {
      this.#fail(refusal(status));
    }
  }

  #received(message: string): void {
    if (byteLength(message) > this.#maxPayload) return this.#fail(new LongPollError("too_much"));
    const isBytes = this.#offers?.sendsBase64 === true && isBase64(message);
    this.#events.received(isBytes ? fromBase64(message) : message);
  }

  #postNext(): void {
    if (this.#phase === "ended") return;
    if (this.#outbox.isEmpty) {
      if (this.#phase === "closing") this.#sayGoodbye();
      return;
    }
    const { contentType, body, bytes } = this.#outbox.take();
    this.#bytesPosted = bytes;
    this.#post = this.#ask("POST", (outcome) => this.#posted(outcome), contentType, body);
  }

  #posted(outcome: Outcome): void {
    this.#post = null;
    this.#bytesPosted = 0;
    const answer = this.#answerOf(outcome);
    if (answer === null) return;
    if (answer.status === 200) this.#postNext();
    else this.#fail(refusal(answer.status));
  }

  /** A server of ours is told, and ends the session at once. Phoenix has to notice that nobody polls. */
  #sayGoodbye(): void {
    if (this.#offers?.takesDelete !== true) return this.#end(UNCLEAN);
    this.#post = this.#ask("DELETE", (outcome) => {
      const answer = this.#answerOf(outcome);
      if (answer !== null) this.#end({ ...UNCLEAN, clean: answer.status === 410 });
    });
  }

  /** Asks on behalf of the session. */
  #ask(
    method: FetchInit["method"],
    done: (outcome: Outcome) => void,
    contentType?: string,
    body?: string,
  ): PollRequest {
    const { url, headers } = withToken(this.#target as Target, this.#token, this.#settings.token);
    const typed = contentType === undefined ? headers : { ...headers, "Content-Type": contentType };
    return this.#request(method, { url, headers: typed }, done, body);
  }

  #request(
    method: FetchInit["method"],
    target: Target,
    done: (outcome: Outcome) => void,
    body?: string,
  ): PollRequest {
    const { fetch, requestTimeout: timeout, clock } = this.#settings;
    // Inside the JSON of an answer, a message that is JSON itself takes up to twice its size.
    const bounds = { clock, timeout, maxBody: 2 * this.#maxPayload + 1_024 };
    const what = { method, ...(body !== undefined && { body }) };
    return new PollRequest(fetch, target, what, bounds, done);
  }

  /** Null if there is none: then it has been dealt with. */
  #answerOf(outcome: Outcome): Answer | null {
    if (outcome.type === "failed") {
      this.#fail(outcome.cause);
      return null;
    }
    const answer = readAnswer(outcome.response);
    if (answer === null) this.#fail(new LongPollError("bad_answer"));
    return answer;
  }

  #fail(cause: unknown): void {
    const tooMuch = cause instanceof LongPollError && cause.code === "too_much";
    const error = tooMuch ? { cause, protocol: MESSAGE_TOO_BIG } : { cause };
    this.#end({ ...UNCLEAN, error });
  }

  #end(end: TransportClosed): void {
    if (this.#phase === "ended") return;
    this.#release();
    this.#events.closed(end);
  }

  #release(): void {
    this.#phase = "ended";
    this.#stopReceiving();
    this.#post?.abort();
    this.#outbox.clear();
    this.#bytesPosted = 0;
  }

  #stopReceiving(): void {
    this.#poll?.abort();
    this.#poll = null;
    this.#inbox.close();
  }
}

/** The cause of an end by the answer to a request of the session. */
function refusal(status: number): LongPollError {
  if (status === 410) return new LongPollError("session_gone", status);
  if (status === 413) return new LongPollError("too_large", status);
  return new LongPollError("refused", status);
}

function rejection(
  status: number,
  { headers, body }: Response,
): NonNullable<TransportClosed["rejected"]> {
  return { status, headers, body: body.slice(0, MAX_REFUSAL) };
}
