import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { inProcess } from "./cluster/in-process.ts";
import { METRICS_TYPE, metricsText } from "./metrics.ts";
import { ok } from "./channel/results.ts";
import { ChannelsServer } from "./server.ts";
import { TestClient } from "./fixtures/client.ts";
import { until } from "./fixtures/until.ts";

/** Every sample, by its name and labels. Fails on what is no line of the format. */
function samples(text: string): Map<string, number> {
  const found = new Map<string, number>();
  const typed = new Set<string>();
  for (const line of text.trimEnd().split("\n")) {
    const type = /^# TYPE (\w+) (?:counter|gauge)$/.exec(line);
    if (type !== null) typed.add(type[1] as string);
    if (line.startsWith("# ")) continue;
    const [, name, labels = "", value] = /^(\w+)(\{\w+="\w+"\})? (\d+)$/.exec(line) ?? [];
    expect(typed).toContain(name);
    found.set(`${name}${labels}`, Number(value));
  }
  return found;
}

test("what was counted, scraped from beside the sockets", async () => {
  const server = new ChannelsServer({ logger: false, cluster: inProcess() });
  onTestFinished(() => server.close());
  server.socket("/socket", { channels: { "room:*": { join: () => ok() } } });
  const http = createServer((request, response) => {
    if (request.url === "/metrics") {
      response.setHeader("Content-Type", METRICS_TYPE).end(metricsText(server.stats()));
    }
  });
  server.attach(http);
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  const { port } = http.address() as AddressInfo;
  const [first, second] = [await TestClient.connect(port), await TestClient.connect(port)];
  onTestFinished(() => first.close());
  await first.join("room:1");
  await second.join("elsewhere");
  await second.close(4000);
  await until(() => server.stats().live.websocket === 1);
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  expect(response.headers.get("content-type")).toBe(METRICS_TYPE);
  const found = samples(await response.text());
  for (const [name, value] of [
    ['slipstream_connections{transport="websocket"}', 1],
    ["slipstream_channels", 1],
    ["slipstream_connections_opened_total", 2],
    ['slipstream_connections_ended_total{reason="closedByRemote"}', 1],
    ['slipstream_connections_ended_total{reason="drained"}', 0],
    ['slipstream_joins_total{outcome="ok"}', 1],
    ['slipstream_joins_total{outcome="unmatched"}', 1],
    ["slipstream_cluster_up", 1],
  ] as const) {
    expect([name, found.get(name)]).toEqual([name, value]);
  }
});
