// Metrics: what is counted and measured, under names and units of OpenTelemetry's conventions. Topics
// and events are on no metric: clients choose them, and there may be any number.
import type { Attributes, BatchObservableResult, Meter, Observable } from "@opentelemetry/api";
import type { ServerStats } from "../server-options.ts";
import type { CallbackName } from "../telemetry/index.ts";
import * as names from "./attributes.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** Bounds of histograms of what crosses a network, in s, as the HTTP conventions give them. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

const CALLBACKS: readonly CallbackName[] = [
  "join",
  "handleIn",
  "handleInfo",
  "handleOut",
  "terminate",
];

/** How things stand: what `stats` says, and what only a look at every connection shows. */
export interface Standing {
  readonly stats: ServerStats;
  /** Connections by transport and whether they are open or closing. */
  readonly connections: readonly {
    readonly transport: string;
    readonly state: "open" | "closing";
    readonly count: number;
  }[];
  /** Bytes that wait to be sent. */
  readonly buffered: number;
  /** Callbacks at work. */
  readonly working: number;
}

type Values = readonly (readonly [attributes: Attributes, value: number])[];
type Reading = readonly [observable: Observable, read: (standing: Standing) => Values];

/** Makes the instruments and keeps them up to date until the subscriptions are released. */
export function measure(meter: Meter, subscriptions: Subscriptions, look: () => Standing): void {
  measureDurations(meter, subscriptions);
  const readings = [...ofConnections(meter), ...ofMessages(meter)];
  if (look().stats.cluster !== null) readings.push(...ofCluster(meter));
  const observe = (result: BatchObservableResult): void => {
    const standing = look();
    for (const [observable, read] of readings) {
      for (const [attributes, value] of read(standing)) {
        result.observe(observable, value, attributes);
      }
    }
  };
  const all = readings.map(([observable]) => observable);
  meter.addBatchObservableCallback(observe, all);
  subscriptions.onRelease(() => meter.removeBatchObservableCallback(observe, all));
}

function measureDurations(meter: Meter, subscriptions: Subscriptions): void {
  const histogram = (name: string, description: string) =>
    meter.createHistogram(`slipstream.server.${name}.duration`, {
      description,
      unit: "s",
      advice: { explicitBucketBoundaries: SECONDS },
    });
  const connect = histogram("connect", "How long clients wait for whether they may come in");
  subscriptions.trace("slipstream.server.connect", {
    asyncEnd({ path, duration = 0, error }) {
      connect.record(duration / 1_000, {
        [names.PATH]: path,
        ...(error !== undefined && { [names.ERROR_TYPE]: error.code }),
      });
    },
  });
  const callback = histogram("callback", "How long callbacks of channels take");
  for (const name of CALLBACKS) {
    subscriptions.trace(`slipstream.server.${name}`, {
      asyncEnd({ channel, outcome, duration = 0, error }) {
        callback.record(duration / 1_000, {
          [names.CALLBACK]: name,
          [names.CHANNEL]: channel,
          ...(outcome !== undefined && { [names.OUTCOME]: outcome }),
          ...(error !== undefined && { [names.ERROR_TYPE]: error.code }),
        });
      },
    });
  }
}

function ofConnections(meter: Meter): Reading[] {
  const { level, count } = instruments(meter);
  return [
    [
      level("connections", "{connection}", "Connections that live, by transport and state"),
      ({ connections }) =>
        connections.map(({ transport, state, count: many }) => [
          { [names.TRANSPORT]: transport, [names.STATE]: state },
          many,
        ]),
    ],
    [
      count("connection.opened", "{connection}", "Connections that were opened"),
      ({ stats }) => one(stats.opened),
    ],
    [
      count("connection.ends", "{connection}", "Ends of connections, by reason"),
      ({ stats }) => by(names.END_REASON, stats.endsByReason),
    ],
    [
      count("upgrades.refused", "{request}", "Handshakes that were refused, by reason"),
      ({ stats }) => by(names.REFUSAL, stats.upgradesRefused),
    ],
    [
      level("channels", "{channel}", "Channels that are joined"),
      ({ stats }) => one(stats.live.channel),
    ],
    [
      count("channel.ends", "{channel}", "Ends of channels, by reason"),
      ({ stats }) => by(names.CHANNEL_END_REASON, stats.channelEndsByReason),
    ],
    [
      count("joins", "{join}", "Joins, by how they were answered"),
      ({ stats }) => by(names.OUTCOME, stats.joins),
    ],
    [
      count("callbacks.failed", "{callback}", "Callbacks of channels that have failed"),
      ({ stats }) => by(names.CALLBACK, stats.callbacksFailed),
    ],
    [
      count("callbacks.overdue", "{callback}", "Callbacks of channels that exceed handlerTimeout"),
      ({ stats }) => by(names.CALLBACK, stats.callbacksOverdue),
    ],
  ];
}

function ofMessages(meter: Meter): Reading[] {
  const { level, count } = instruments(meter);
  return [
    [
      count("messages", "{message}", "Messages; a broadcast to ten is ten"),
      ({ stats }) => bothWays(stats.messagesReceived, stats.messagesSent),
    ],
    [
      count("io", "By", "Bytes of messages, before compression"),
      ({ stats }) => bothWays(stats.bytesReceived, stats.bytesSent),
    ],
    [
      count("broadcasts", "{broadcast}", "Broadcasts to members of their topic on this node"),
      ({ stats }) => one(stats.broadcasts),
    ],
    [
      count("messages.dropped", "{message}", "Messages that were thrown away"),
      ({ stats }) => one(stats.messagesDropped),
    ],
    [
      count(
        "messages.undeliverable",
        "{message}",
        "Broadcasts that a client's version cannot carry",
      ),
      ({ stats }) => one(stats.undeliverable),
    ],
    [
      level("messages.queued", "{message}", "Messages that wait for their channel"),
      ({ stats }) => one(stats.queued.messages),
    ],
    [
      level("io.queued", "By", "Bytes of the messages that wait so"),
      ({ stats }) => one(stats.queued.bytes),
    ],
    [level("io.buffered", "By", "Bytes that wait to be sent"), ({ buffered }) => one(buffered)],
    [
      level("callbacks.active", "{callback}", "Callbacks that are at work"),
      ({ working }) => one(working),
    ],
  ];
}

function ofCluster(meter: Meter): Reading[] {
  const { level, count } = instruments(meter);
  const of =
    (read: (cluster: NonNullable<ServerStats["cluster"]>) => number) =>
    ({ stats }: Standing): Values =>
      stats.cluster === null ? [] : one(read(stats.cluster));
  return [
    [
      level("cluster.up", "{broker}", "1 while the cluster's broker is there, otherwise 0"),
      of(({ state }) => (state === "up" ? 1 : 0)),
    ],
    [level("cluster.nodes", "{node}", "Other nodes that live"), of(({ nodes }) => nodes)],
    [
      count("cluster.losses", "{loss}", "How often the broker was lost"),
      of(({ losses }) => losses),
    ],
    [
      count("cluster.published", "{message}", "Messages to other nodes"),
      of(({ published }) => published),
    ],
    [
      count("cluster.lost", "{message}", "Messages to other nodes that the broker did not take"),
      of(({ lost }) => lost),
    ],
    [
      count("cluster.received", "{message}", "Messages of other nodes"),
      of(({ received }) => received),
    ],
    [
      count("cluster.rejected", "{message}", "Messages of other nodes that made no sense"),
      of(({ rejected }) => rejected),
    ],
  ];
}

interface Instruments {
  /** Something that goes up and down. */
  readonly level: (name: string, unit: string, description: string) => Observable;
  readonly count: (name: string, unit: string, description: string) => Observable;
}

function instruments(meter: Meter): Instruments {
  return {
    level: (name, unit, description) =>
      meter.createObservableUpDownCounter(`slipstream.server.${name}`, { unit, description }),
    count: (name, unit, description) =>
      meter.createObservableCounter(`slipstream.server.${name}`, { unit, description }),
  };
}

function one(value: number): Values {
  return [[{}, value]];
}

function by(attribute: string, values: Readonly<Record<string, number>>): Values {
  return Object.entries(values).map(([key, value]) => [{ [attribute]: key }, value]);
}

function bothWays(received: number, sent: number): Values {
  return by(names.DIRECTION, { receive: received, transmit: sent });
}
