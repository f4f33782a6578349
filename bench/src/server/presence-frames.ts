// Frames of presence, as Phoenix writes them: who is there, and somebody's second tab that opens and
// closes again and again.
import { textFrame } from "./frames.ts";

/** The state of a topic with so many users, each with one meta. */
export function presenceState(topic: string, joinRef: string, users: number): Buffer {
  const entries = Array.from({ length: users }, (_, user) => [keyOf(user), metas(`s${user}`)]);
  return frame([joinRef, null, topic, "presence_state", Object.fromEntries(entries)]);
}

/** So many diffs, an even number: one opens a tab of some user's, and the next one closes it. */
export function presenceDiffs(topic: string, users: number, diffs: number): Buffer {
  const frames: Buffer[] = [];
  for (let diff = 0; diff < diffs; diff += 2) {
    const tab = { [keyOf((diff * STRIDE) % users)]: metas(`d${diff}`) };
    for (const payload of [
      { joins: tab, leaves: {} },
      { joins: {}, leaves: tab },
    ]) {
      frames.push(frame([null, null, topic, "presence_diff", payload]));
    }
  }
  return Buffer.concat(frames);
}

/** A prime, so that the users take turns. */
const STRIDE = 7_919;

function keyOf(user: number): string {
  return `user:${user}`;
}

function metas(ref: string): object {
  return { metas: [{ phx_ref: ref, online_at: 1_795_460_499_199, device: "desk" }] };
}

function frame(message: readonly unknown[]): Buffer {
  return textFrame(JSON.stringify(message));
}
