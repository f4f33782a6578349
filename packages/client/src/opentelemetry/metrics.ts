// Metrics: what is counted and measured, under names and units of OpenTelemetry's conventions.
// Topics are on no metric: there may be any number of them.
import type { Attributes, BatchObservableResult, Meter } from "@opentelemetry/api";
import type { SocketProbe, Trace } from "../telemetry/index.ts";
import * as names from "./attributes.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** Bounds of histograms of what crosses a network, in s, as the HTTP conventions give them. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** All states of sockets that live, told also while no socket is in them. */
const STATES = ["connecting", "open", "closing", "waiting"] as const;

const RECEIVED: Attributes = { [names.DIRECTION]: "receive" };
const SENT: Attributes = { [names.DIRECTION]: "transmit" };

/** Makes the instruments and keeps them up to date until the subscriptions are released. */
export function measure(meter: Meter, subscriptions: Subscriptions): void {
  measureSpans(meter, subscriptions);
  measureEnds(meter, subscriptions);
  measureTraffic(meter, subscriptions);
  observeSockets(meter, subscriptions);
}

/** How long things take, and what becomes of them. */
function measureSpans(meter: Meter, subscriptions: Subscriptions): void {
  const duration = (
    name: string,
    description: string,
  ): ((ms: number, about: Attributes) => void) => {
    const histogram = meter.createHistogram(`slipstream.client.${name}.duration`, {
      description,
      unit: "s",
      advice: { explicitBucketBoundaries: SECONDS },
    });
    return (ms, about) => histogram.record(ms / 1_000, about);
  };
  const settled = (record: (ms: number, about: Attributes) => void) => ({
    asyncEnd: ({ duration = 0, error }: Trace): void => {
      record(duration, error === undefined ? {} : { [names.ERROR_TYPE]: error.code });
    },
  });
  const connect = duration("connect", "How long attempts to connect take");
  subscriptions.trace("slipstream.client.connect", settled(connect));
  const join = duration("join", "How long attempts to join take, params included");
  subscriptions.trace("slipstream.client.join", settled(join));
  const leave = duration("leave", "How long leaves take");
  subscriptions.trace("slipstream.client.leave", settled(leave));

  const push = duration("push", "How long pushes take from the call to their outcome");
  const pushes = meter.createCounter("slipstream.client.pushes", {
    description: "Pushes by their outcome",
    unit: "{push}",
  });
  subscriptions.trace("slipstream.client.push", {
    asyncEnd: ({ event, outcome, duration = 0, error }) => {
      const about = { [names.EVENT]: event, [names.OUTCOME]: outcome };
      pushes.add(1, about);
      push(duration, error === undefined ? about : { ...about, [names.ERROR_TYPE]: error.code });
    },
  });

  const ping = duration("ping", "How long the server takes to give a sign of life");
  subscriptions.event("slipstream.connection.ping", ({ by, latency }) => {
    ping(latency, { [names.PING_BY]: by });
  });
}

/** Why connections end, and how often they come back. */
function measureEnds(meter: Meter, subscriptions: Subscriptions): void {
  const ends = meter.createCounter("slipstream.client.connection.ends", {
    description: "Ends of connections, and of attempts to make one, by reason",
    unit: "{connection}",
  });
  subscriptions.trace("slipstream.connection.connect", {
    asyncEnd: ({ reason }) => ends.add(1, { [names.END_REASON]: reason }),
  });
  const attempts = meter.createCounter("slipstream.client.connection.attempts", {
    description: "Attempts to connect; those of sockets that were open before are reconnects",
    unit: "{attempt}",
  });
  subscriptions.trace("slipstream.client.connect", {
    start: ({ again }) => attempts.add(1, { [names.AGAIN]: again }),
  });
}

/** What goes in and out, and what gets lost. */
function measureTraffic(meter: Meter, subscriptions: Subscriptions): void {
  const io = meter.createCounter("slipstream.client.io", {
    description: "Bytes of messages, as the frames carry them",
    unit: "By",
  });
  const messages = meter.createCounter("slipstream.client.messages", {
    description: "Messages, replies and heartbeats included",
    unit: "{message}",
  });
  subscriptions.trace("slipstream.connection.handle", {
    end: ({ bytes }) => {
      io.add(bytes, RECEIVED);
      messages.add(1, RECEIVED);
    },
  });
  subscriptions.event("slipstream.connection.send", ({ bytes }) => {
    io.add(bytes, SENT);
    messages.add(1, SENT);
  });
  const dropped = meter.createCounter("slipstream.client.messages.dropped", {
    description: "Messages that reached nobody",
    unit: "{message}",
  });
  subscriptions.event("slipstream.client.dropped", ({ count, why }) => {
    dropped.add(count, { [names.DROP_REASON]: why });
  });
  const ignored = meter.createCounter("slipstream.client.frames.ignored", {
    description: "Frames that were received and not used",
    unit: "{frame}",
  });
  subscriptions.event("slipstream.connection.ignored", ({ why }) => {
    ignored.add(1, { [names.IGNORE_REASON]: why });
  });
}

/** How things stand whenever the metrics are collected. */
function observeSockets(meter: Meter, subscriptions: Subscriptions): void {
  const live = new Set<SocketProbe>();
  subscriptions.event("slipstream.client.state", ({ socket, state }) => {
    if (state === "ended") live.delete(socket);
    else live.add(socket);
  });
  const gauge = (name: string, unit: string, description: string) =>
    meter.createObservableUpDownCounter(`slipstream.client.${name}`, { unit, description });
  const sockets = gauge("sockets", "{socket}", "Sockets that have not ended, by state");
  const channels = gauge("channels", "{channel}", "Channels that the server knows of or soon will");
  const queued = gauge("pushes.queued", "{push}", "Pushes that wait for their channels to join");
  const inFlight = gauge("pushes.in_flight", "{push}", "Pushes that wait for a reply");
  const waiting = gauge("messages.waiting", "{message}", "Messages that wait for readers");
  const buffered = gauge("io.buffered", "By", "Bytes that wait to be handed to the system");
  const all = [sockets, channels, queued, inFlight, waiting, buffered];
  const observe = (result: BatchObservableResult): void => {
    const states = new Map<string, number>();
    const sum = { channels: 0, queued: 0, inFlight: 0, waiting: 0, buffered: 0 };
    for (const socket of live) {
      states.set(socket.state, (states.get(socket.state) ?? 0) + 1);
      const lengths = socket.queues();
      sum.channels += socket.channels;
      sum.queued += lengths.queued;
      sum.inFlight += lengths.inFlight;
      sum.waiting += lengths.waiting;
      sum.buffered += socket.bufferedAmount;
    }
    for (const state of STATES) {
      result.observe(sockets, states.get(state) ?? 0, { [names.STATE]: state });
    }
    result.observe(channels, sum.channels);
    result.observe(queued, sum.queued);
    result.observe(inFlight, sum.inFlight);
    result.observe(waiting, sum.waiting);
    result.observe(buffered, sum.buffered);
  };
  meter.addBatchObservableCallback(observe, all);
  subscriptions.onRelease(() => meter.removeBatchObservableCallback(observe, all));
}
