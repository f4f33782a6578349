// Supabase's own client on ours, in place of its fork of npm phoenix, with a server that speaks as
// Supabase Realtime does.
import {
  binaryFrame,
  OPCODE,
  RawServer,
  textFrame,
  type RawPeer,
  type Sentence,
} from "@slipstream/faults";
import type { RealtimeClient as Client } from "@supabase/realtime-js";
import { beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { WebSocket } from "ws";
import { load } from "./fixtures/bundled.ts";
import { Diary } from "./fixtures/diary.ts";

let RealtimeClient: typeof Client;

beforeAll(async () => {
  ({ RealtimeClient } = await load<{ RealtimeClient: typeof Client }>(
    'export { RealtimeClient } from "@supabase/realtime-js";',
  ));
});

beforeEach(() => {
  // Each disconnect of realtime-js leaves a timer of 10 s behind, of its own.
  const { setTimeout } = globalThis;
  vi.spyOn(globalThis, "setTimeout").mockImplementation(((...args: [() => void, number]) =>
    setTimeout(...args).unref()) as typeof setTimeout);
});

const encoder = new TextEncoder();

/** What a broadcast of Supabase's looks like: kind 3 from the client, kind 4 from the server. */
function broadcast(topic: string, event: string, payload: object): Uint8Array {
  const fields = [topic, event, "", JSON.stringify(payload)].map((text) => encoder.encode(text));
  const lengths = fields.slice(0, 3).map(({ length }) => length);
  return Uint8Array.from([4, ...lengths, 1, ...fields.flatMap((bytes) => [...bytes])]);
}

function readBroadcast(frame: Uint8Array): { topic: string; event: string; payload: unknown } {
  const [, joinRef = 0, ref = 0, topic = 0, event = 0, metadata = 0] = frame;
  const text = (from: number, length?: number): string =>
    new TextDecoder().decode(
      frame.subarray(from, length === undefined ? undefined : from + length),
    );
  const at = 7 + joinRef + ref;
  return {
    topic: text(at, topic),
    event: text(at + topic, event),
    payload: JSON.parse(text(at + topic + event + metadata)),
  };
}

/** A server of Realtime, as far as one channel needs it. */
async function realtime(diary: Diary): Promise<{ url: string; server: RawServer }> {
  const server = await RawServer.listen(async (peer) => {
    const { target } = await peer.accept();
    diary.write("upgrade", new URL(target, "ws://x").searchParams.get("apikey") ?? "");
    for (;;) if (await answered(peer, diary)) return;
  });
  onTestFinished(() => server.close());
  return { url: `${server.url}/realtime/v1`, server };
}

/** Answers what comes next, and says whether it was the last. */
async function answered(peer: RawPeer, diary: Diary): Promise<boolean> {
  const { opcode, payload: bytes } = await peer.frame();
  if (opcode === OPCODE.close) {
    await peer.write({ opcode, payload: bytes });
    peer.end();
    return true;
  }
  if (opcode === OPCODE.binary) {
    const { topic, event, payload } = readBroadcast(bytes);
    diary.write("server heard", `${event} ${JSON.stringify(payload)}`);
    await peer.write(binaryFrame(broadcast(topic, event, payload as object)));
    return false;
  }
  const said = JSON.parse(Buffer.from(bytes).toString()) as Sentence;
  const [joinRef, ref, topic, event, payload] = said;
  const say = (event: string, payload: unknown, to: string | null = null): Promise<void> =>
    peer.write(textFrame(JSON.stringify([joinRef, to, topic, event, payload])));
  const reply = (response: object): Promise<void> =>
    say("phx_reply", { status: "ok", response }, ref);
  if (event === "phx_join") {
    const { config, access_token } = payload as {
      config: { postgres_changes: { event: string }[] };
      access_token?: string;
    };
    diary.write("server was asked to join", `${topic} ${access_token}`);
    const changes = config.postgres_changes.map((one, index) => ({ ...one, id: index + 1 }));
    await reply({ postgres_changes: changes });
    await say("presence_state", {});
  } else if (event === "presence") {
    const { payload: meta } = payload as { payload: object };
    await reply({});
    const joins = { ann: { metas: [{ phx_ref: "1", ...meta }] } };
    await say("presence_diff", { joins, leaves: {} });
  } else if (event === "phx_leave") {
    await reply({});
    await say("phx_close", {});
  } else if (event === "drop") {
    peer.reset();
  } else if (event === "insert") {
    await reply({});
    const data = { schema: "public", table: "todos", type: "INSERT", columns: [], record: {} };
    await say("postgres_changes", { ids: [1], data });
  } else {
    await reply({});
  }
  return false;
}

test("subscribing, broadcasts, presence, changes of a database, coming back and leaving", async () => {
  const diary = new Diary();
  const { url, server } = await realtime(diary);
  let tokens = 0;
  const client = new RealtimeClient(url, {
    params: { apikey: "key" },
    transport: WebSocket as never,
    accessToken: async () => `token ${(tokens += 1) > 1 ? "renewed" : "first"}`,
    reconnectAfterMs: () => 5,
    heartbeatIntervalMs: 5_000,
    disconnectOnEmptyChannelsAfterMs: 0,
  });
  await client.setAuth();
  diary.lines.length = 0;
  const channel = client.channel("room", { config: { broadcast: { self: true } } });
  channel
    .on("broadcast", { event: "cursor" }, ({ payload }) => {
      diary.write("broadcast", JSON.stringify(payload));
    })
    .on("presence", { event: "sync" }, () => {
      diary.write("present", Object.keys(channel.presenceState()).join());
    })
    .on("postgres_changes", { event: "INSERT", schema: "public", table: "todos" }, (change) => {
      diary.write("change", `${change.eventType} ${change.table}`);
    })
    .subscribe((status) => diary.write("status", status));
  await diary.until("status: SUBSCRIBED");
  await diary.until("present");
  expect(await channel.send({ type: "broadcast", event: "cursor", payload: { x: 1 } })).toBe("ok");
  await diary.until("broadcast");
  expect(await channel.track({ name: "Ann" })).toBe("ok");
  await diary.until("present: ann");
  await channel.send({ type: "insert" } as never);
  await diary.until("change");
  const dropped = channel.send({ type: "drop" } as never);
  await diary.until("status: SUBSCRIBED", 2);
  expect(await dropped).toBe("error");
  expect(diary.lines).toContain("server was asked to join: realtime:room token renewed");
  expect(diary.lines.filter((line) => /^(upgrade|status|broadcast|change|server heard)/.test(line)))
    .toMatchInlineSnapshot(`
      [
        "upgrade: key",
        "status: SUBSCRIBED",
        "server heard: cursor {"x":1}",
        "broadcast: {"x":1}",
        "change: INSERT todos",
        "status: CHANNEL_ERROR",
        "upgrade: key",
        "status: SUBSCRIBED",
      ]
    `);
  expect(await client.removeChannel(channel)).toBe("ok");
  await diary.until("status: CLOSED");
  expect(channel.state).toBe("closed");
  // Without channels it disconnects by itself.
  await expect.poll(() => server.live).toBe(0);
  expect(client.connectionState()).toBe("closed");
  expect(await client.disconnect()).toBe("ok");
});

test("a join that is refused, and a heartbeat", async () => {
  const diary = new Diary();
  const server = await RawServer.listen(async (peer) => {
    await peer.accept();
    for (;;) {
      const { opcode, payload } = await peer.frame();
      if (opcode === OPCODE.close) {
        await peer.write({ opcode, payload });
        return peer.end();
      }
      const [joinRef, ref, topic, event] = JSON.parse(Buffer.from(payload).toString()) as Sentence;
      const status = event === "phx_join" ? "error" : "ok";
      const response = { reason: "not allowed" };
      const answer = [joinRef, ref, topic, "phx_reply", { status, response }];
      await peer.write(textFrame(JSON.stringify(answer)));
    }
  });
  onTestFinished(() => server.close());
  const client = new RealtimeClient(`${server.url}/realtime/v1`, {
    params: { apikey: "key" },
    transport: WebSocket as never,
    heartbeatCallback: (status) => diary.write("heartbeat", status),
  });
  client.channel("room").subscribe((status, error) => {
    diary.write("status", `${status} ${error?.message}`);
  });
  await diary.until("status");
  await client.sendHeartbeat();
  await diary.until("heartbeat: ok");
  expect(diary.lines.slice(0, 3)).toEqual([
    "status: CHANNEL_ERROR not allowed",
    "heartbeat: sent",
    "heartbeat: ok",
  ]);
  expect(await client.disconnect()).toBe("ok");
});
