// Traces: connects, joins, leaves and pushes as client spans, callbacks as internal ones. What was
// called is a child of the active span; what a socket does by itself later begins a trace of its own.
import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Attributes,
  type Span,
  type Tracer,
} from "@opentelemetry/api";
import type { CallbackName, Trace, TraceSubscribers } from "../telemetry/index.ts";
import * as names from "./attributes.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** How one kind of trace is told. */
interface Telling<T extends Trace> {
  readonly kind: SpanKind;
  readonly name: (trace: T) => string;
  readonly attributes: (trace: T) => Attributes;
  /** What is known only at the end. */
  readonly atEnd?: (trace: T) => Attributes;
  /** Whether nobody called: the socket does it by itself, long after whoever made it. */
  readonly unasked?: (trace: T) => boolean;
}

/** Ends only once, whether the trace ended with its call or later. */
class Spans {
  readonly #tracer: Tracer;
  readonly #open = new Map<Trace, Span>();

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  of<T extends Trace>(telling: Telling<T>): TraceSubscribers<T> {
    const end = (trace: T): void => this.#end(telling, trace);
    return {
      start: (trace) => this.#start(telling, trace),
      // Of what is settled later, the duration is not known yet.
      end: (trace) => {
        if (trace.duration !== undefined) end(trace);
      },
      asyncEnd: end,
    };
  }

  #start<T extends Trace>(telling: Telling<T>, trace: T): void {
    const { kind, name, attributes, unasked } = telling;
    const parent = unasked?.(trace) === true ? ROOT_CONTEXT : context.active();
    const options = { kind, attributes: attributes(trace), startTime: trace.startTime };
    this.#open.set(trace, this.#tracer.startSpan(name(trace), options, parent));
  }

  #end<T extends Trace>({ atEnd }: Telling<T>, trace: T): void {
    const span = this.#open.get(trace);
    if (span === undefined) return;
    this.#open.delete(trace);
    if (atEnd !== undefined) span.setAttributes(atEnd(trace));
    if (trace.error !== undefined) {
      span.setAttributes(names.failureAttributes(trace.error));
      span.setStatus({ code: SpanStatusCode.ERROR, message: trace.error.code });
    }
    span.end(trace.startTime + (trace.duration ?? 0));
  }

  /** Ends what has not ended: nobody will tell of it any more. */
  endAll(): void {
    for (const span of this.#open.values()) span.end();
    this.#open.clear();
  }
}

/** The callbacks of the module style. */
const CALLBACKS: readonly CallbackName[] = [
  "slipstream.client.init",
  "slipstream.client.handleConnect",
  "slipstream.client.handleDisconnect",
  "slipstream.client.handleJoin",
  "slipstream.client.handleTopicClose",
  "slipstream.client.handleLeave",
  "slipstream.client.handleMessage",
  "slipstream.client.handleReply",
  "slipstream.client.handleInfo",
  "slipstream.client.handleCast",
  "slipstream.client.handleCall",
  "slipstream.client.handleContinue",
  "slipstream.client.terminate",
];

/** Makes spans until the subscriptions are released. */
export function traceAll(tracer: Tracer, subscriptions: Subscriptions): void {
  const spans = new Spans(tracer);
  const kind = SpanKind.CLIENT;
  subscriptions.trace(
    "slipstream.client.connect",
    spans.of({
      kind,
      name: () => "slipstream connect",
      attributes: ({ socket, connection, attempt, again }) => ({
        ...names.serverAttributes(socket),
        [names.CONNECTION]: connection,
        [names.ATTEMPT]: attempt,
        [names.AGAIN]: again,
      }),
      atEnd: ({ transport }) => (transport === undefined ? {} : { [names.TRANSPORT]: transport }),
      unasked: ({ attempt, again }) => again || attempt > 0,
    }),
  );
  subscriptions.trace(
    "slipstream.client.join",
    spans.of({
      kind,
      name: () => "slipstream join",
      attributes: ({ socket, topic, attempt, again }) => ({
        ...names.serverAttributes(socket),
        [names.TOPIC]: topic,
        [names.ATTEMPT]: attempt,
        [names.AGAIN]: again,
      }),
      unasked: ({ attempt, again }) => again || attempt > 0,
    }),
  );
  subscriptions.trace(
    "slipstream.client.leave",
    spans.of({
      kind,
      name: () => "slipstream leave",
      attributes: ({ socket, topic }) => ({
        ...names.serverAttributes(socket),
        [names.TOPIC]: topic,
      }),
    }),
  );
  subscriptions.trace(
    "slipstream.client.push",
    spans.of({
      kind,
      name: ({ event }) => `slipstream push ${event}`,
      attributes: ({ socket, topic, event, queued }) => ({
        ...names.serverAttributes(socket),
        [names.TOPIC]: topic,
        [names.EVENT]: event,
        [names.QUEUED]: queued,
      }),
      atEnd: ({ outcome }) => ({ [names.OUTCOME]: outcome }),
    }),
  );
  for (const callback of CALLBACKS) {
    subscriptions.callback(
      callback,
      spans.of({
        kind: SpanKind.INTERNAL,
        name: ({ client, callback }) => `${client}.${callback}`,
        attributes: ({ client, callback, topic, event }) => ({
          [names.CLIENT]: client,
          [names.CALLBACK]: callback,
          [names.TOPIC]: topic,
          [names.EVENT]: event,
        }),
      }),
    );
  }
  subscriptions.onRelease(() => spans.endAll());
}
