// The server's end of one connection: it reads and writes frames by the serializer that the client
// asked for, knows who has been let in, and does by itself what the test does not want to do.
import type { ClientMessage, Frame, Ref, Serializer, ServerMessage } from "@slipstream/core";
import { Mailbox } from "@slipstream/core/expectations";
import { TestServerError } from "./errors.ts";
import type { MemoryLink, ServerEnd } from "./memory-link.ts";
import {
  ReceivedClose,
  ReceivedHeartbeat,
  ReceivedJoin,
  ReceivedLeave,
  ReceivedNonsense,
  ReceivedPush,
  type ReceivedMessage,
} from "./received.ts";
import { afterRealTime } from "./runtime.ts";
import type { Seat } from "./seat.ts";

export class Peer implements ServerEnd {
  readonly link: MemoryLink;
  readonly seat: Seat;
  /** What the client has said, for whoever asks. */
  readonly said: Mailbox<ReceivedMessage>;
  readonly #serializer: Serializer;
  /** The join_refs of those who have been let in, by topic. */
  readonly #members = new Map<string, Ref | null>();
  readonly #gone: () => void;
  #silent = false;
  /** Why nothing more can be said; null while it can. */
  #over: string | null = null;

  /** `gone` is called when nothing is left of the connection. */
  constructor(link: MemoryLink, serializer: Serializer, seat: Seat, gone: () => void) {
    this.link = link;
    this.#serializer = serializer;
    this.seat = seat;
    this.#gone = gone;
    this.said = new Mailbox("the client", afterRealTime, seat.hint);
  }

  get open(): boolean {
    return this.#over === null;
  }

  get topics(): readonly string[] {
    return [...this.#members.keys()];
  }

  // What the server says.

  send(message: ServerMessage): void {
    this.sendFrame(this.#serializer.encode(message));
  }

  sendFrame(frame: Frame): void {
    if (this.#over !== null) {
      throw new TestServerError("connectionOver", `Nothing can be sent any more. ${this.#over}`);
    }
    this.seat.active();
    this.link.deliver(frame);
  }

  /** The join_ref of the client's membership. */
  membership(topic: string): Ref | null {
    const joinRef = this.#members.get(topic);
    if (joinRef !== undefined) return joinRef;
    const { topics } = this;
    const joined =
      topics.length === 0 ? "It has joined nothing" : `It has joined ${topics.join(", ")}`;
    throw new TestServerError(
      "notJoined",
      `The client is no member of ${topic} on this connection. ${joined}. Let it in by assertJoin, or use send() or broadcast().`,
    );
  }

  /** The same, which has ended now. */
  endMembership(topic: string): Ref | null {
    const joinRef = this.membership(topic);
    this.#members.delete(topic);
    return joinRef;
  }

  /** What comes is heard, and no answer is sent, not even one that a test gives. */
  goSilent(): void {
    this.#silent = true;
  }

  /** Nothing more is said, nor expected. */
  end(why: string): void {
    if (this.#over !== null) return;
    this.#over = why;
    this.#members.clear();
    this.said.end(why);
  }

  // What the link reports.

  received(frame: Frame): void {
    this.seat.active();
    let message: ClientMessage;
    try {
      message = this.#serializer.decode(frame, "client");
    } catch (error) {
      this.said.put(new ReceivedNonsense(error));
      return;
    }
    this.#take(message);
  }

  closeReceived(code: number, reason: string): void {
    this.seat.active();
    if (this.#over !== null) return;
    const answer = (): void => this.link.answerClose(code, reason);
    const byItself = this.seat.closing === "auto" && !this.#silent;
    if (byItself) answer();
    this.said.put(new ReceivedClose(code, reason, byItself ? null : answer));
    // Whoever has no answer resets the connection in the end, which is heard as well.
    if (!this.#silent) this.end("The client has closed the connection.");
  }

  ended(by: "close" | "reset" | "cut"): void {
    this.seat.active();
    if (this.open && by === "reset") this.said.put(new ReceivedClose(null, "", null));
    this.end("The connection has ended.");
    this.#gone();
  }

  #take(message: ClientMessage): void {
    const answer = (to: ClientMessage, status: string, response: unknown): void =>
      this.#answer(to, status, response);
    switch (message.type) {
      case "join":
        this.said.put(new ReceivedJoin(message, answer));
        return;
      case "leave":
        this.said.put(new ReceivedLeave(message, answer));
        return;
      case "push":
        this.said.put(new ReceivedPush(message, answer));
        return;
      case "heartbeat": {
        const heartbeat = new ReceivedHeartbeat(message, answer);
        if (this.seat.heartbeats === "manual") this.said.put(heartbeat);
        else if (this.open) heartbeat.reply();
      }
    }
  }

  #answer(to: ClientMessage, status: string, response: unknown): void {
    if (this.#silent) return;
    const topic = to.type === "heartbeat" ? "phoenix" : to.topic;
    const joinRef = to.type === "heartbeat" ? null : to.joinRef;
    this.send({ type: "reply", topic, joinRef, ref: to.ref, status, response });
    if (status !== "ok") return;
    if (to.type === "join") this.#members.set(topic, joinRef);
    if (to.type === "leave") {
      // Phoenix ends the channel of a member that leaves, which the client is told like any end.
      this.send({ type: "close", topic, joinRef, payload: {} });
      if (this.#members.get(topic) === joinRef) this.#members.delete(topic);
    }
  }
}
