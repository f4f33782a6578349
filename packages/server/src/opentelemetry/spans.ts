// Traces: connects, joins and pushes as server spans, a channel's other callbacks as internal ones.
// While a callback runs its span is the active one, so that what it calls is traced below it.
import {
  context,
  SpanKind,
  SpanStatusCode,
  trace as traces,
  type Attributes,
  type Span,
  type Tracer,
} from "@opentelemetry/api";
import type { CallbackName, CallbackTrace, ConnectTrace, Trace } from "../telemetry/index.ts";
import * as names from "./attributes.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** How one kind of trace is told. */
interface Telling<T extends Trace> {
  readonly kind: SpanKind;
  readonly name: (trace: T) => string;
  readonly attributes: (trace: T) => Attributes;
  /** What is known only at the end. */
  readonly atEnd: (trace: T) => Attributes;
}

const CONNECT: Telling<ConnectTrace> = {
  kind: SpanKind.SERVER,
  name: () => "slipstream connect",
  attributes: ({ path }) => ({ [names.PATH]: path }),
  atEnd: ({ error }) => (error?.status === undefined ? {} : { [names.STATUS_CODE]: error.status }),
};

const KINDS: Readonly<Record<CallbackName, SpanKind>> = {
  join: SpanKind.SERVER,
  handleIn: SpanKind.SERVER,
  handleInfo: SpanKind.INTERNAL,
  handleOut: SpanKind.INTERNAL,
  terminate: SpanKind.INTERNAL,
};

function callback(name: CallbackName): Telling<CallbackTrace> {
  return {
    kind: KINDS[name],
    // The pattern and not the topic, the callback and not the event: there are as many as are written.
    name: ({ channel }) => `slipstream ${name} ${channel}`,
    attributes: ({ path, channel, topic, event }) => ({
      [names.PATH]: path,
      [names.CHANNEL]: channel,
      [names.TOPIC]: topic,
      ...(event !== undefined && { [names.EVENT]: event }),
    }),
    atEnd: ({ outcome, status }) => ({
      ...(outcome !== undefined && { [names.OUTCOME]: outcome }),
      ...(status !== undefined && { [names.STATUS]: status }),
    }),
  };
}

/** Makes spans until the subscriptions are released. */
export function traceAll(tracer: Tracer, subscriptions: Subscriptions): void {
  const open = new Map<Trace, Span>();
  const tell = <T extends Trace>(telling: Telling<T>) => ({
    start(trace: T): void {
      const options = { kind: telling.kind, attributes: telling.attributes(trace) };
      const span = tracer.startSpan(telling.name(trace), {
        ...options,
        startTime: trace.startTime,
      });
      open.set(trace, span);
      const { around } = trace;
      const current = traces.setSpan(context.active(), span);
      trace.around = (call) => context.with(current, () => around(call));
    },
    asyncEnd(trace: T): void {
      const span = open.get(trace);
      if (span === undefined) return;
      open.delete(trace);
      span.setAttributes(telling.atEnd(trace));
      if (trace.error !== undefined) {
        span.setAttribute(names.ERROR_TYPE, trace.error.code);
        if (isOurs(trace))
          span.setStatus({ code: SpanStatusCode.ERROR, message: trace.error.code });
      }
      span.end(trace.startTime + (trace.duration ?? 0));
    },
  });
  subscriptions.trace("slipstream.server.connect", tell(CONNECT));
  for (const name of Object.keys(KINDS) as CallbackName[]) {
    subscriptions.trace(`slipstream.server.${name}`, tell(callback(name)));
  }
  // Nobody will tell of these any more.
  subscriptions.onRelease(() => {
    for (const span of open.values()) span.end();
    open.clear();
  });
}

/** A client that is refused is no failure of the server (see the HTTP conventions on 4xx). */
function isOurs({ error }: Trace): boolean {
  return error?.status === undefined ? error?.code !== "abandoned" : error.status >= 500;
}
