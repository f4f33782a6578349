// The monitor's own server, on loopback: the page, and what it is sent.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { History } from "./history.ts";
import { frameOf, monitorPage } from "./page.ts";
import { ask, placeOf, type Answer, type Source } from "./source.ts";

export interface MonitorOptions extends Source {
  /** 0 for any that is free. */
  readonly port: number;
  /** Ms between readings. */
  readonly interval: number;
  /** Ms that are shown. */
  readonly span: number;
}

export interface Monitor {
  readonly url: string;
  close(): Promise<void>;
}

const HOSTS = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** Reads the endpoint again and again and serves what it says. Rejects if the port cannot be had. */
export async function startMonitor(options: MonitorOptions): Promise<Monitor> {
  const { port, interval, span } = options;
  const place = placeOf(options.url);
  const history = new History(span);
  const viewers = new Set<ServerResponse>();
  let last: Answer | null = null;

  const frame = (): string => `data: ${JSON.stringify(frameOf(history.readings, last, span))}\n\n`;
  const http = createServer((request, response) => {
    // A page of another site may know this port; it must not read what is behind it by a name of its own.
    if (!HOSTS.test(request.headers.host ?? ""))
      return answer(response, 403, "text/plain", "Open it by 127.0.0.1.");
    switch (pathOf(request)) {
      case "/":
        return answer(response, 200, "text/html; charset=utf-8", monitorPage(place));
      case "/frames":
        response.writeHead(200, {
          "Content-Type": "text/event-stream",
          "Cache-Control": "no-store",
        });
        response.write(frame());
        viewers.add(response);
        response.on("close", () => viewers.delete(response));
        return;
      case "/readings.json":
        return answer(response, 200, "application/json", JSON.stringify(history.readings));
    }
    answer(response, 404, "text/plain", "not found");
  });
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen(port, "127.0.0.1", () => {
      http.off("error", reject);
      resolve();
    });
  });

  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  const read = async (): Promise<void> => {
    last = await ask(options);
    if (last.type === "reading") history.add(last.reading);
    if (closed) return;
    const text = viewers.size === 0 ? "" : frame();
    for (const viewer of viewers) {
      // Who does not keep up misses a frame.
      if (viewer.writableLength === 0) viewer.write(text);
    }
    timer = setTimeout(() => void read(), interval);
  };
  const first = read();
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async close() {
      closed = true;
      await first;
      clearTimeout(timer);
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

function pathOf({ url = "" }: IncomingMessage): string {
  return url.split("?")[0] ?? "";
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response
    .writeHead(status, { "Content-Type": type, "X-Content-Type-Options": "nosniff" })
    .end(body);
}
