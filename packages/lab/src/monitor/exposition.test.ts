import { ChannelsServer, metricsText } from "@slipstream/server";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readExposition, type Exposition } from "./exposition.ts";
import { readingOf } from "./reading.ts";

function read(text: string): Exposition {
  const exposition = readExposition(text);
  if (exposition === null) throw new Error("It cannot be read.");
  return exposition;
}

test("metrics of Prometheus: plain ones, and those with labels by their labels", () => {
  const found = read(
    [
      "# HELP up Whether it is up.",
      "# TYPE up gauge",
      "up 1",
      'ends_total{reason="a \\"quoted\\" one"} 3 1700000000000',
      'ends_total{reason="other",node="b"} 4',
      "not_a_number NaN",
      "# EOF",
    ].join("\n"),
  );
  expect(found.find("up")).toBe(1);
  expect({ ...(found.find("ends_total") as object) }).toEqual({
    'a "quoted" one': 3,
    "other b": 4,
  });
  expect(found.find("not_a_number")).toBeUndefined();
  expect(found.find("missing")).toBeUndefined();
});

test("JSON: by paths, and objects of numbers", () => {
  const found = read('{"live": {"websocket": 3, "name": "x"}, "list": [1], "__proto__": {"a": 1}}');
  expect(found.find("live.websocket")).toBe(3);
  expect({ ...(found.find("live") as object) }).toEqual({ websocket: 3 });
  for (const name of ["live.name", "list", "constructor", "live.toString", "missing.deep"]) {
    expect(found.find(name)).toBeUndefined();
  }
  expect(({} as { a?: number }).a).toBeUndefined();
});

test.each(["", "<html></html>", "{broken", "hello world how are you"])("%j is neither", (text) => {
  expect(readExposition(text)).toBeNull();
});

test("whatever comes is read or is not, and never throws", () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom("up 1", 'a{b="c"} 2', "# x", '__proto__{constructor="toString"} 3'),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.array(line).map((lines) => lines.join("\n")),
      ),
      (text) => {
        const exposition = readExposition(text);
        if (exposition !== null) readingOf(exposition, {}, 0);
      },
    ),
  );
});

test("what our server says is known in both languages, and means the same", async () => {
  const server = new ChannelsServer({ logger: false });
  server.socket("/socket", { channels: {} });
  const stats = server.stats();
  await server.close();
  const json = readingOf(read(JSON.stringify({ ...stats, memory: 5 })), {}, 7);
  const metrics = readingOf(read(`${metricsText(stats)}process_resident_memory_bytes 5\n`), {}, 7);
  expect(json?.figures).toEqual(metrics?.figures);
  expect(Object.keys(json?.figures ?? {}).toSorted()).toEqual([
    "bytesReceived",
    "bytesSent",
    "channels",
    "connections",
    "memory",
    "queued",
  ]);
  expect(json?.ends).toEqual(metrics?.ends);
  expect(json?.ends).toEqual({ ...stats.endsByReason });
});

test("other names lead to the same figures", () => {
  const text = 'sockets{node="a"} 2\nsockets{node="b"} 3\nends{why="lost"} 4\n';
  const reading = readingOf(read(text), { connections: "sockets", ends: "ends" }, 0);
  expect(reading).toMatchObject({ figures: { connections: 5 }, ends: { lost: 4 } });
  expect(readingOf(read("other 1"), {}, 0)).toBeNull();
});

test("reasons and handlers have a bound", () => {
  const endsByReason = Object.fromEntries(
    Array.from({ length: 100 }, (_, n) => [`reason ${n}`, 1]),
  );
  const handler = { channel: "room:*", event: "e", calls: 1, mean: 2, longest: 3 };
  const slowestHandlers = [null, { channel: 7 }, ...Array.from({ length: 50 }, () => handler)];
  const reading = readingOf(read(JSON.stringify({ endsByReason, slowestHandlers })), {}, 0);
  expect(Object.keys(reading?.ends ?? {})).toHaveLength(25);
  expect(reading?.ends["others"]).toBe(76);
  expect(reading?.slowestHandlers).toHaveLength(22);
});
