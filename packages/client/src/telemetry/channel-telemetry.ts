// Telemetry that publishes to named channels. Whoever wants to know subscribes; while nobody does,
// each event costs a look at whether somebody does, and nothing is made or kept.
import type {
  ChannelState,
  ClientMessage,
  ConnectionEnd,
  Event,
  Frame,
  IgnoredFrame,
  Push,
  PushOutcome,
  ServerMessage,
  SessionState,
} from "@slipstream/core";
import type { Dropped } from "../message-router.ts";
import { byteLength } from "./byte-length.ts";
import { CallbackChannels } from "./callback-channels.ts";
import { channel, type NamedChannel } from "./emitter.ts";
import type { Events, HandleTrace, Traces } from "./events.ts";
import { endFailure, joinFailure, pushFailure } from "./failures.ts";
import {
  SocketProbe,
  type Observed,
  type ObservedChannel,
  type ObservedMachine,
  type ObservedPush,
} from "./probe.ts";
import { Spans, type Begun } from "./spans.ts";
import type { BegunCallback, JudgedPush, Telemetry } from "./telemetry.ts";
import { TracingChannel, type Trace } from "./trace.ts";

type Channels = { readonly [Name in keyof Events]: NamedChannel<Events[Name]> };
type Tracings = { readonly [Name in keyof Traces]: TracingChannel<Traces[Name]> };

let connections = 0;

export class ChannelTelemetry implements Telemetry {
  readonly #traces: Tracings = {
    "slipstream.client.connect": new TracingChannel("slipstream.client.connect"),
    "slipstream.client.join": new TracingChannel("slipstream.client.join"),
    "slipstream.client.leave": new TracingChannel("slipstream.client.leave"),
    "slipstream.client.push": new TracingChannel("slipstream.client.push"),
    "slipstream.connection.connect": new TracingChannel("slipstream.connection.connect"),
    "slipstream.connection.handle": new TracingChannel("slipstream.connection.handle"),
  };
  readonly #events: Channels = {
    "slipstream.client.state": channel("slipstream.client.state"),
    "slipstream.client.dropped": channel("slipstream.client.dropped"),
    "slipstream.connection.send": channel("slipstream.connection.send"),
    "slipstream.connection.ping": channel("slipstream.connection.ping"),
    "slipstream.connection.ignored": channel("slipstream.connection.ignored"),
  };
  readonly #connect = new Spans(this.#traces["slipstream.client.connect"]);
  readonly #connection = new Spans(this.#traces["slipstream.connection.connect"]);
  readonly #join = new Spans(this.#traces["slipstream.client.join"]);
  readonly #leave = new Spans(this.#traces["slipstream.client.leave"]);
  readonly #push = new Spans(this.#traces["slipstream.client.push"]);
  readonly #handle = this.#traces["slipstream.connection.handle"];
  readonly #callbacks = new CallbackChannels();
  readonly #probes = new WeakMap<Observed, SocketProbe>();

  told(socket: Observed, event: Event<ObservedChannel, ObservedPush>): void {
    switch (event.type) {
      case "sessionChanged":
        this.#sessionChanged(socket, event.state);
        return;
      case "connectionEnded":
        this.#connectionEnded(socket, event.end);
        return;
      case "channelChanged":
        this.#channelChanged(socket, event.channel, event.state);
        return;
      case "pushSettled":
        this.#pushSettled(socket, event.push, event.outcome);
        return;
      case "frameIgnored":
        this.#frameIgnored(socket, event.why);
        return;
      case "heartbeatAnswered":
        this.answered(socket, "heartbeat", event.latency);
        return;
      case "messageReceived":
      case "readingChanged":
      // Of a message, the frame that brought it is told of.
    }
  }

  #sessionChanged(socket: Observed, state: SessionState): void {
    const { "slipstream.client.state": states } = this.#events;
    if (states.hasSubscribers) {
      const transport = state.type === "open" ? state.transport : undefined;
      states.publish({ socket: this.#probe(socket), state: state.type, transport });
    }
    if (state.type === "connecting" && state.step === "credentials") {
      this.#connecting(socket, state.attempt);
    } else if (state.type === "open") {
      const { transport } = state;
      const attempt = this.#connect.of(socket);
      if (attempt !== undefined) attempt.transport = transport;
      this.#connect.settle(socket, socket, null);
      const connection = this.#connection.of(socket);
      if (connection !== undefined) Object.assign(connection, { opened: true, transport });
    }
  }

  #connecting(socket: Observed, attempt: number): void {
    if (!this.#connect.wanted && !this.#connection.wanted) return;
    connections += 1;
    const about = { connection: connections, transport: undefined, ...this.#about(socket) };
    const again = socket.session.counters.opened > 0;
    this.#connect.begin(socket, socket, { ...about, attempt, again });
    const atEnd = { reason: undefined, code: undefined, clean: undefined };
    this.#connection.begin(socket, socket, { ...about, opened: false, ...atEnd });
  }

  #connectionEnded(socket: Observed, { reason, code, clean }: ConnectionEnd): void {
    this.#connect.settle(socket, socket, endFailure(reason));
    const connection = this.#connection.of(socket);
    if (connection === undefined) return;
    Object.assign(connection, { reason: reason.type, code, clean });
    const failure = reason.type === "requested" ? null : endFailure(reason);
    this.#connection.settle(socket, socket, failure);
  }

  #channelChanged(socket: Observed, channel: ObservedChannel, state: ChannelState): void {
    const { topic } = channel;
    if (state.type === "joining") {
      if (state.step === "params" && this.#join.wanted) {
        const { attempt, again } = state;
        this.#join.begin(socket, channel, { ...this.#about(socket), topic, attempt, again });
      }
      return;
    }
    this.#join.settle(socket, channel, joinFailure(state));
    if (state.type === "leaving") {
      if (this.#leave.wanted && this.#leave.of(channel) === undefined) {
        this.#leave.begin(socket, channel, { ...this.#about(socket), topic });
      }
      return;
    }
    const unconfirmed = state.type === "left" && state.by === "leave" && !state.confirmed;
    this.#leave.settle(socket, channel, unconfirmed ? { code: "timeout" } : null);
  }

  pushBegan(
    socket: Observed,
    { topic, state }: ObservedMachine,
    { owner, event, expectsReply }: Push<object>,
  ): void {
    if (!this.#push.wanted) return;
    const queued = state.type === "waiting" || state.type === "joining";
    this.#push.begin(socket, owner, {
      socket: this.#probe(socket),
      topic,
      event,
      queued,
      expects: expectsReply,
      startTime: Date.now(),
      duration: undefined,
      error: undefined,
      outcome: undefined,
    });
  }

  pushJudged(socket: Observed, push: object, outcome: JudgedPush): void {
    const trace = this.#push.of(push);
    if (trace === undefined) return;
    trace.outcome = outcome;
    this.#push.settle(socket, push, outcome === "ok" ? null : { code: outcome });
  }

  #pushSettled(socket: Observed, pending: ObservedPush, outcome: PushOutcome): void {
    const trace = this.#push.of(pending);
    if (outcome.type === "ok" && pending.judge !== null) return;
    if (trace === undefined) return;
    trace.outcome = outcome.type === "failed" ? outcome.code : outcome.type;
    this.#push.settle(socket, pending, pushFailure(outcome));
  }

  frameReceived(socket: Observed, frame: Frame): Begun<HandleTrace> | null {
    if (!this.#handle.hasSubscribers) return null;
    // Written out, with all that it will hold: this is made for every frame.
    const trace: HandleTrace = {
      socket: this.#probe(socket),
      encoding: encodingOf(frame),
      bytes: sizeOf(frame),
      startTime: Date.now(),
      duration: undefined,
      error: undefined,
      type: undefined,
      topic: undefined,
      event: undefined,
    };
    const begun = { trace, at: socket.options.clock.now() };
    this.#handle.start.publish(trace);
    return begun;
  }

  frameHandled(
    socket: Observed,
    { trace, at }: Begun<HandleTrace>,
    message: ServerMessage | null,
  ): void {
    if (message !== null) {
      trace.type = message.type;
      trace.topic = message.topic;
      if ("event" in message) trace.event = message.event;
    }
    const failure = message === null ? { code: "undecodable" } : null;
    this.#handle.finish(trace, socket.options.clock.now() - at, failure);
  }

  frameSent(socket: Observed, frame: Frame, message: ClientMessage): void {
    const { "slipstream.connection.send": sent } = this.#events;
    if (!sent.hasSubscribers) return;
    sent.publish({
      socket: this.#probe(socket),
      encoding: encodingOf(frame),
      bytes: sizeOf(frame),
      type: message.type,
      topic: message.type === "heartbeat" ? "phoenix" : message.topic,
      event: message.type === "push" ? message.event : undefined,
    });
  }

  #frameIgnored(socket: Observed, why: IgnoredFrame): void {
    const { "slipstream.connection.ignored": ignored } = this.#events;
    if (ignored.hasSubscribers) ignored.publish({ socket: this.#probe(socket), why });
  }

  answered(socket: Observed, by: "heartbeat" | "ping", latency: number): void {
    const { "slipstream.connection.ping": pings } = this.#events;
    if (pings.hasSubscribers) pings.publish({ socket: this.#probe(socket), by, latency });
  }

  dropped(socket: Observed, topic: string, count: number, counted: Dropped): void {
    const { "slipstream.client.dropped": dropped } = this.#events;
    if (!dropped.hasSubscribers) return;
    const why = counted === "droppedMessages" ? "overflow" : "unclaimed";
    dropped.publish({ socket: this.#probe(socket), topic, count, why });
  }

  hears(callback: string): boolean {
    return this.#callbacks.of(callback).hasSubscribers;
  }

  callback(begun: BegunCallback, run: () => unknown): unknown {
    return this.#callbacks.call(begun, run);
  }

  /** What every trace begins with. */
  #about(socket: Observed): Trace & { readonly socket: SocketProbe } {
    return {
      socket: this.#probe(socket),
      startTime: Date.now(),
      duration: undefined,
      error: undefined,
    };
  }

  #probe(socket: Observed): SocketProbe {
    const known = this.#probes.get(socket);
    if (known !== undefined) return known;
    const probe = new SocketProbe(socket);
    this.#probes.set(socket, probe);
    return probe;
  }
}

function encodingOf(frame: Frame): "text" | "binary" {
  return typeof frame === "string" ? "text" : "binary";
}

function sizeOf(frame: Frame): number {
  return typeof frame === "string" ? byteLength(frame) : frame.byteLength;
}
