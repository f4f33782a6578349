// Both serializers, and decoding by a sender that is only known when the test runs.
import type { Message } from "../message.ts";
import type { Frame, Peer, Serializer } from "../serializer/serializer.ts";
import { V1 } from "../serializer/v1.ts";
import { V2 } from "../serializer/v2.ts";

export const SERIALIZERS: readonly [name: string, Serializer][] = [
  ["V1", V1],
  ["V2", V2],
];

export function decode(serializer: Serializer, frame: Frame, sender: Peer): Message {
  return sender === "client" ? serializer.decode(frame, sender) : serializer.decode(frame, sender);
}

/** What `action` throws. For values that are too deep for `expect` to walk through. */
export function thrown(action: () => unknown): object {
  try {
    action();
  } catch (error) {
    return error as object;
  }
  throw new Error("Nothing was thrown.");
}
