// What comes on a channel, handed to the output in order: its messages, and who is present.
import { Presence, type Channel } from "@slipstream/client";
import type { Output } from "./output.ts";

/** Messages that may wait for the output. */
const MAX_WAITING = 10_000;

const PRESENCE_EVENTS = new Set(["presence_state", "presence_diff"]);

/**
 * To be called before the channel is joined.
 * @returns what reads on until the channel is left, and rejects when it ends for another reason.
 */
export function reader(
  channel: Channel,
  output: Output,
  { presence }: { readonly presence: boolean },
): () => Promise<void> {
  const messages = channel.messages(undefined, { limit: MAX_WAITING });
  const present = presence ? new Presence(channel) : null;
  let begin = (): void => {};
  let shown = new Promise<void>((resolve) => {
    begin = resolve;
  });
  let isWaiting = false;
  present?.onSync(() => {
    // While the output takes its time, changes add up: the next table has them all.
    if (isWaiting) return;
    isWaiting = true;
    shown = shown.then(() => {
      isWaiting = false;
      return output.presence(channel.topic, present.list());
    });
  });
  return async () => {
    begin();
    for await (const { event, payload } of messages) {
      if (present !== null && PRESENCE_EVENTS.has(event)) continue;
      await output.message({ topic: channel.topic, event, payload });
    }
  };
}
