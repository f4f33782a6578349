// One membership from its client's side: what was heard in it, and whether it lives.
import { V2, type ServerMessage } from "@slipstream/core";
import { Mailbox, print } from "@slipstream/core/expectations";
import type { Broadcast } from "../broadcast/broadcast.ts";
import { fromWire } from "../frame.ts";
import type { Subscriber } from "../broadcast/pub-sub.ts";
import { HeardEnd, HeardMessage, HeardReply, type Heard } from "./heard.ts";
import type { Failure } from "./last-failure.ts";
import { afterRealTime } from "./runtime.ts";

export class Membership implements Subscriber {
  readonly topic: string;
  readonly joinRef: string;
  readonly heard: Mailbox<Heard> = new Mailbox("the server", afterRealTime);
  /** What was broadcast on the topic, whoever got it. */
  readonly broadcasts: Mailbox<HeardMessage> = new Mailbox("the server", afterRealTime);
  readonly #onBroadcast: () => void;
  /** What has been asked, in words, by ref. */
  readonly #asked = new Map<string, string>();
  #over: string | null = null;
  #failure: Failure | null = null;

  /** @param onBroadcast something was broadcast: whoever waits for rest waits on. */
  constructor(topic: string, joinRef: string, onBroadcast: () => void) {
    this.topic = topic;
    this.joinRef = joinRef;
    this.#onBroadcast = onBroadcast;
  }

  /** Why it has ended, in a sentence; null while it lives. */
  get over(): string | null {
    return this.#over;
  }

  /** What crashed it, or its join. */
  get failure(): Failure | null {
    return this.#failure;
  }

  asked(ref: string, what: string): void {
    this.#asked.set(ref, what);
  }

  /** Whether a message is for it. Answers where there is no channel name no membership. */
  isFor(message: ServerMessage): boolean {
    if (message.type === "broadcast") return this.#over === null && message.topic === this.topic;
    if (message.joinRef !== null) return message.joinRef === this.joinRef;
    return message.type === "reply" && this.#asked.has(String(message.ref));
  }

  /** @param failure what has failed on the server just now. */
  hear(message: ServerMessage, failure: Failure | null): void {
    switch (message.type) {
      case "reply": {
        const ref = String(message.ref);
        const what = this.#asked.get(ref) ?? "nothing";
        if (message.status !== "ok" && ref === this.joinRef) this.#failure = failure;
        this.heard.put(new HeardReply(ref, what, message.status, message.response));
        return;
      }
      case "serverPush":
        return this.heard.put(new HeardMessage("push", message.event, message.payload));
      case "broadcast":
        return this.heard.put(new HeardMessage("broadcast", message.event, message.payload));
      case "close":
        this.heard.put(new HeardEnd("phx_close"));
        return this.end(`The channel ${print(this.topic)} has ended with phx_close.`);
      case "error":
        this.#failure = failure;
        this.heard.put(new HeardEnd("phx_error"));
        return this.end(
          failure?.sentence ?? `The channel ${print(this.topic)} has ended with phx_error.`,
        );
    }
  }

  /** As the members' clients will read it. */
  deliver(broadcast: Broadcast): void {
    const wire = broadcast.wire(V2);
    const frame = wire instanceof Error ? null : fromWire(wire);
    if (frame === null) return;
    const message = V2.decode(frame, "server");
    if (message.type !== "broadcast") return;
    this.#onBroadcast();
    this.broadcasts.put(new HeardMessage("broadcast", message.event, message.payload));
  }

  /** The membership is over: nothing more is heard in it, though its topic may hear more. */
  end(why: string): void {
    if (this.#over !== null) return;
    this.#over = why;
    this.heard.end(why);
  }
}
