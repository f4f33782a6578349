// Pushes one after the other, with as many on their way as a server bears, and hands over what became of
// them in order.
import { PushError, type Channel } from "@slipstream/client";
import type { Output } from "../connection/output.ts";
import type { Replied } from "../connection/message-line.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Ask } from "./asks.ts";
import type { PushOptions } from "./options.ts";

/** Pushes on their way: enough to hide the network's latency. */
const WINDOW = 64;

export async function pushAll(
  channel: Channel,
  asks: AsyncIterable<Ask>,
  output: Output,
  { expects, timeout }: Pick<PushOptions, "expects" | "timeout">,
): Promise<ExitCode> {
  const onTheirWay: Promise<void>[] = [];
  let failed = 0;
  let told = Promise.resolve();
  const tell = async (before: Promise<void>, reply: Promise<Replied | null>): Promise<void> => {
    await before;
    const replied = await reply;
    if (replied === null) return;
    if (replied.status !== "ok") failed += 1;
    await output.reply(replied);
  };
  try {
    for await (const ask of asks) {
      told = tell(told, pushOne(channel, ask, expects, timeout));
      if (onTheirWay.push(told) >= WINDOW) await onTheirWay.shift();
    }
  } finally {
    // Also when the next one cannot be read: what was pushed has an answer to come.
    await told;
  }
  if (failed > 0) output.note(`${failed} of the pushes did not get the reply "ok"`);
  return failed === 0 ? EXIT.ok : EXIT.notPushed;
}

/** Null for what was sent and expects nothing. Never rejects for what became of a push. */
export async function pushOne(
  channel: Channel,
  { event, payload }: Ask,
  expects: PushOptions["expects"],
  timeout: number,
): Promise<Replied | null> {
  const { topic } = channel;
  try {
    if (expects === "none") {
      await channel.send(event, payload);
      return null;
    }
    const response = await channel.push(event, payload, { timeout });
    return { topic, event, status: "ok", code: null, response };
  } catch (error) {
    if (!(error instanceof PushError)) throw error;
    const { status = null, code, response } = error;
    return { topic, event, status, code, response };
  }
}
