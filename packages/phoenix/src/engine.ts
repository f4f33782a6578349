// What runs the session of one Socket, and tells it and its channels what happens. The protocol, the
// closing, the retries and the bounds are the session's, in core; nothing of them is decided here.
import {
  clientEnvelope,
  clientV2,
  Session,
  V1,
  type ClientMessage,
  type ClientSerializer,
  type ConnectionEnd,
  type Event,
  type Frame,
  type ServerMessage,
  type SessionState,
} from "@slipstream/core";
import {
  Endpoint,
  Interpreter,
  settingsOf,
  type Dial,
  type SocketOptions as ClientOptions,
} from "@slipstream/client/engine";
import { decodeBy, decodedDial, encodeBy } from "./codec.ts";
import { Connection } from "./connection.ts";
import type { Member } from "./member.ts";
import { handedOver, toMessage } from "./message.ts";
import type { Pending } from "./pending.ts";
import type { Decode, Encode } from "./serializer.ts";

/** What an engine is made with. */
export interface EngineOptions extends ClientOptions {
  readonly url: string;
  readonly vsn: string;
  /** A program's own codec; null for that of `vsn`. */
  readonly codec: { readonly encode: Encode; readonly decode: Decode } | null;
  /** What dials, asked for at each dial. */
  readonly dial: () => Dial;
}

/** What an engine tells of its socket. */
export interface EngineListener {
  /** A connection is being made. */
  dialled(connection: Connection): void;
  changed(state: SessionState): void;
  ended(end: ConnectionEnd): void;
  /** A message has come and is about to be handed over. Returns it, as the program wants it. */
  arriving(message: ServerMessage, member: Member | undefined): ServerMessage;
  /** A message has been handed over to its channel, if it has one. */
  arrived(message: ServerMessage, member: Member | undefined): void;
  /** A message is about to be sent. */
  sending(message: ClientMessage): void;
  heartbeatAnswered(latency: number): void;
  /** A frame could not be read. */
  undecodable(error: unknown): void;
}

export class Engine extends Interpreter<Member, Pending> {
  /** Channels that are to have a topic when the one that is leaving it has left, by topic. */
  readonly heirs: Map<string, Member> = new Map();
  readonly #listener: EngineListener;
  readonly #wire: Wire;

  constructor(options: EngineOptions, listener: EngineListener) {
    const { url, vsn: _vsn, codec, dial: chosen, ...rest } = options;
    const wire = new Wire(options, listener);
    const settings = settingsOf({ ...rest, serializer: wire });
    super(new Session(settings), new Endpoint(url, rest, settings), settings, (...args) =>
      this.#dial(chosen(), codec)(...args),
    );
    this.#listener = listener;
    this.#wire = wire;
    wire.memberOf = (topic) => this.holder(topic);
  }

  /** The channel that has a topic on the server, or soon will. */
  holder(topic: string): Member | undefined {
    return this.session.channels.get(topic)?.owner;
  }

  get now(): number {
    return this.options.clock.now();
  }

  /** Whether so much waits for the network that pushes are refused. */
  get isCongested(): boolean {
    return this.bufferedAmount > this.options.maxBuffered;
  }

  /** The payload of the message that is being handled. */
  get said(): unknown {
    const message = this.#wire.current;
    return message !== null && "payload" in message ? handedOver(message.payload) : undefined;
  }

  /** Sends a message that is no push of a channel. Throws what the serializer does. */
  send(message: ClientMessage): void {
    this.transport?.send(this.options.serializer.encode(message));
    this.session.counters.messagesSent += 1;
  }

  /** Nobody has the topic any more: who has waited for it joins. */
  freed(topic: string): void {
    const heir = this.heirs.get(topic);
    if (heir === undefined || this.holder(topic) !== undefined) return;
    this.heirs.delete(topic);
    heir.join(heir.channel.timeout);
  }

  override received(frame: Frame): void {
    const wire = this.#wire;
    wire.current = null;
    super.received(frame);
    const message = wire.current as ServerMessage | null;
    if (message !== null) this.#listener.arrived(message, wire.member);
    wire.current = null;
    wire.member = undefined;
  }

  override tell(event: Event<Member, Pending>): void {
    switch (event.type) {
      case "messageReceived": {
        const { event: name, payload, joinRef } = { joinRef: null, ...event.message };
        event.channel.heard(name, handedOver(payload), joinRef);
        return;
      }
      case "pushSettled":
        event.push.settle(event.outcome);
        return;
      case "channelChanged":
        event.channel.changed(event.state);
        return;
      case "sessionChanged":
        this.#listener.changed(event.state);
        return;
      case "connectionEnded":
        this.#listener.ended(event.end);
        return;
      case "heartbeatAnswered":
        this.#listener.heartbeatAnswered(event.latency);
        return;
      case "readingChanged":
      case "frameIgnored":
    }
  }

  override undecodable(error: unknown): void {
    this.#listener.undecodable(error);
  }

  #dial(dial: Dial, codec: EngineOptions["codec"]): Dial {
    const failed = (error: unknown): void => {
      if (error === null) return this.handle({ type: "queueOverflowed", queue: "decode" });
      this.handle({ type: "frameRejected" });
      this.undecodable(error);
    };
    return Connection.watched(
      codec === null ? dial : decodedDial(dial, codec.decode, failed),
      (connection) => this.#listener.dialled(connection),
      // The end is awaited for `closeTimeout`, as where the server has closed.
      () => this.handle({ type: "closeReceived" }),
    );
  }
}

/** The wire format, and which message is being read. */
class Wire implements ClientSerializer {
  readonly vsn: string;
  current: ServerMessage | null = null;
  member: Member | undefined = undefined;
  memberOf: (topic: string) => Member | undefined = () => undefined;
  readonly #base: ClientSerializer;
  readonly #encode: Encode | null;
  readonly #listener: EngineListener;

  constructor({ vsn, codec }: EngineOptions, listener: EngineListener) {
    this.vsn = vsn;
    this.#base = vsn.startsWith("1.") ? V1 : clientV2;
    this.#encode = codec?.encode ?? null;
    this.#listener = listener;
  }

  encode(message: ClientMessage): Frame {
    this.#listener.sending(message);
    if (this.#encode === null) return this.#base.encode(message);
    return encodeBy(this.#encode, toMessage(clientEnvelope(message)));
  }

  decode(frame: Frame): ServerMessage {
    const message = decodeBy(this.#base, frame);
    this.member = this.memberOf(message.topic);
    this.current = this.#listener.arriving(message, this.member);
    return this.current;
  }
}
