// Each server does what the benches take for granted, and the raw clients understand it.
import { expect, onTestFinished, test } from "vitest";
import { dialectOf } from "../load/dialect.ts";
import { Load } from "../load/load.ts";
import { RawClient } from "../load/raw-client.ts";
import { serverSides, startSide } from "./start-side.ts";
import { PAYLOAD, TOPIC } from "./server-side.ts";

test("the payload is 1 KB", () => {
  expect(JSON.stringify(PAYLOAD).length).toBe(1_024);
});

test.each(serverSides)(
  "%s sends a broadcast to all members, once, and to nobody else",
  async (name) => {
    const side = await startSide(name);
    onTestFinished(async () => void (await side.close()));
    const dialect = dialectOf(name);
    const load = new Load(side.port, dialect);
    await load.perform({ type: "open", count: 3, topics: [TOPIC] });
    await load.perform({ type: "talk", speakers: 2, rounds: 3 });
    await load.perform({ type: "open", count: 2, topics: ["room:other"] });
    side.broadcast();
    const arrivals = await load.perform({ type: "time", frames: 3 });
    expect(arrivals).toHaveLength(3);
    await load.perform({ type: "echoes", count: 7, atOnce: 3 });
    await load.perform({ type: "joinsAndLeaves", times: 2 });
    await load.perform({ type: "connects", count: 3, atOnce: 2 });
    let heard = 0;
    const client = await RawClient.open(side.port, dialect, (frames) => (heard += frames));
    await client.exchange(dialect.join(TOPIC));
    await client.exchange(dialect.leave(TOPIC));
    side.broadcast();
    await load.perform({ type: "count", frames: 3 });
    await client.exchange(dialect.join(TOPIC));
    expect(heard).toBe(0);
    load.close();
    client.reset();
  },
);
