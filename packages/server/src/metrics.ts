// What a server has counted, in the text format that Prometheus scrapes (version 0.0.4). Pure.
import type { ServerStats } from "./server-options.ts";

/** The Content-Type that goes with the text. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

type Value = number | Readonly<Record<string, number>>;
type Row = readonly [
  name: string,
  type: "counter" | "gauge",
  help: string,
  value: Value,
  label?: string,
];

/**
 * @example
 * ```ts
 * http.on("request", (request, response) => {
 *   if (request.url !== "/metrics") return;
 *   response.setHeader("Content-Type", METRICS_TYPE).end(metricsText(server.stats()));
 * });
 * ```
 */
export function metricsText(stats: ServerStats): string {
  return rowsOf(stats).map(textOf).join("");
}

function rowsOf({ live, cluster, ...stats }: ServerStats): readonly Row[] {
  return [
    [
      "connections",
      "gauge",
      "Connections that live, by transport.",
      without(live, "channel"),
      "transport",
    ],
    ["channels", "gauge", "Channels that are joined.", live.channel],
    ["connections_opened_total", "counter", "Connections that were opened.", stats.opened],
    [
      "connections_ended_total",
      "counter",
      "Connections that have ended, by reason.",
      stats.endsByReason,
      "reason",
    ],
    ["channels_opened_total", "counter", "Channels that were joined.", stats.channelsOpened],
    [
      "channels_ended_total",
      "counter",
      "Channels that have ended, by reason.",
      stats.channelEndsByReason,
      "reason",
    ],
    [
      "upgrades_refused_total",
      "counter",
      "Handshakes that were refused, by reason.",
      stats.upgradesRefused,
      "reason",
    ],
    ["joins_total", "counter", "Joins, by how they were answered.", stats.joins, "outcome"],
    [
      "callbacks_failed_total",
      "counter",
      "Callbacks of channels that threw, or returned what cannot be used.",
      stats.callbacksFailed,
      "callback",
    ],
    [
      "callbacks_overdue_total",
      "counter",
      "Callbacks of channels that took longer than handlerTimeout.",
      stats.callbacksOverdue,
      "callback",
    ],
    ["messages_queued", "gauge", "Messages that wait for their channel.", stats.queued.messages],
    ["bytes_queued", "gauge", "Bytes of the messages that wait so.", stats.queued.bytes],
    ["messages_received_total", "counter", "Messages of clients.", stats.messagesReceived],
    [
      "messages_sent_total",
      "counter",
      "Messages to clients: a broadcast to ten is ten.",
      stats.messagesSent,
    ],
    ["bytes_received_total", "counter", "Bytes of clients' messages.", stats.bytesReceived],
    [
      "bytes_sent_total",
      "counter",
      "Bytes of messages to clients, before compression.",
      stats.bytesSent,
    ],
    [
      "broadcasts_total",
      "counter",
      "Broadcasts to members of their topic on this node.",
      stats.broadcasts,
    ],
    ["messages_dropped_total", "counter", "Messages that were thrown away.", stats.messagesDropped],
    [
      "messages_undeliverable_total",
      "counter",
      "Broadcasts that a client's protocol version cannot carry.",
      stats.undeliverable,
    ],
    ...(cluster === null
      ? []
      : ([
          [
            "cluster_up",
            "gauge",
            "Whether the cluster's broker is there.",
            cluster.state === "up" ? 1 : 0,
          ],
          ["cluster_nodes", "gauge", "Other nodes that live.", cluster.nodes],
          ["cluster_losses_total", "counter", "How often the broker was lost.", cluster.losses],
          ["cluster_published_total", "counter", "Messages to other nodes.", cluster.published],
          [
            "cluster_lost_total",
            "counter",
            "Messages to other nodes that the broker did not take.",
            cluster.lost,
          ],
          ["cluster_received_total", "counter", "Messages of other nodes.", cluster.received],
          [
            "cluster_rejected_total",
            "counter",
            "Messages of other nodes that made no sense.",
            cluster.rejected,
          ],
        ] as const)),
  ];
}

function without(values: Readonly<Record<string, number>>, name: string): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => key !== name));
}

function textOf([name, type, help, value, label = ""]: Row): string {
  const full = `slipstream_${name}`;
  const samples =
    typeof value === "number"
      ? [`${full} ${value}`]
      : Object.entries(value).map(([key, count]) => `${full}{${label}="${key}"} ${count}`);
  return [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...samples, ""].join("\n");
}
