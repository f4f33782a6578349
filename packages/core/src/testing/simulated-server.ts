// What Phoenix does on one connection, as far as clients can see it: members by topic, answers, and
// on request what goes wrong. It tells when a client makes it keep two memberships of one topic.
import type { ClientMessage, Ref, ServerMessage } from "../message.ts";

/** How it treats the next message: as it should, with a refusal, without an answer, or by crashing. */
export type Mood = "kind" | "refusing" | "silent" | "crashing";

export class SimulatedServer {
  /** The live membership of each topic. */
  readonly members = new Map<string, Ref>();
  /** Everything that was ever written here, for duplicates. */
  readonly written: ServerMessage[] = [];
  readonly #write: (message: ServerMessage) => void;

  constructor(write: (message: ServerMessage) => void) {
    this.#write = (message) => {
      this.written.push(message);
      write(message);
    };
  }

  handle(message: ClientMessage, mood: Mood): void {
    switch (message.type) {
      case "heartbeat":
        if (mood !== "silent") this.#reply("phoenix", null, message.ref, "ok");
        return;
      case "join":
        this.#join(message.topic, message.joinRef, mood);
        return;
      case "leave":
        this.#leave(message.topic, message.joinRef, message.ref, mood);
        return;
      case "push":
        this.#push(message.topic, message.ref, mood);
    }
  }

  #join(topic: string, joinRef: Ref | null, mood: Mood): void {
    if (joinRef === null) throw new Error("A join without a join_ref.");
    if (this.members.has(topic)) {
      throw new Error(`C3: a second membership of ${topic} (${joinRef}), the first being alive.`);
    }
    if (mood === "refusing" || mood === "crashing") {
      this.#reply(topic, joinRef, joinRef, "error");
      return;
    }
    this.members.set(topic, joinRef);
    if (mood === "kind") this.#reply(topic, joinRef, joinRef, "ok");
  }

  #leave(topic: string, joinRef: Ref | null, ref: Ref | null, mood: Mood): void {
    const current = this.members.get(topic);
    // A stale leave is not answered; one of a topic without members is.
    if (current !== undefined && current !== joinRef) return;
    this.members.delete(topic);
    if (mood === "silent") return;
    this.#reply(topic, joinRef, ref, "ok");
    if (current !== undefined) this.#write({ type: "close", topic, joinRef: current, payload: {} });
  }

  #push(topic: string, ref: Ref | null, mood: Mood): void {
    const joinRef = this.members.get(topic) ?? null;
    if (joinRef === null) this.#reply(topic, null, ref, "error");
    else if (mood === "crashing") this.end(topic, "error");
    else if (mood !== "silent") this.#reply(topic, joinRef, ref, mood === "kind" ? "ok" : "error");
  }

  #reply(topic: string, joinRef: Ref | null, ref: Ref | null, status: string): void {
    this.#write({ type: "reply", topic, joinRef, ref, status, response: {} });
  }

  /** Ends a membership by itself. */
  end(topic: string, type: "close" | "error"): void {
    const joinRef = this.members.get(topic);
    if (joinRef === undefined) return;
    this.members.delete(topic);
    this.#write({ type, topic, joinRef, payload: {} });
  }

  /** Sends an event to the member of a topic, or to the topic. */
  send(topic: string, event: string, to: "member" | "topic"): void {
    const joinRef = this.members.get(topic);
    if (to === "topic") this.#write({ type: "broadcast", topic, event, payload: {} });
    else if (joinRef !== undefined) {
      this.#write({ type: "serverPush", topic, joinRef, event, payload: {} });
    }
  }

  /** Writes what was written before, once more. */
  repeat(which: number): void {
    const message = this.written.at(which % Math.max(1, this.written.length));
    if (message !== undefined) this.#write({ ...message });
  }

  /** Writes something about a membership that never was. */
  invent(topic: string, which: number): void {
    const joinRef = `never${which}`;
    const inventions: ServerMessage[] = [
      { type: "close", topic, joinRef, payload: {} },
      { type: "error", topic, joinRef, payload: {} },
      { type: "serverPush", topic, joinRef, event: "stale", payload: {} },
      { type: "reply", topic, joinRef, ref: joinRef, status: "ok", response: {} },
      { type: "reply", topic, joinRef: null, ref: null, status: "ok", response: {} },
      { type: "reply", topic: "phoenix", joinRef: null, ref: joinRef, status: "ok", response: {} },
      { type: "broadcast", topic: `unknown:${topic}`, event: "e", payload: {} },
      { type: "close", topic: `unknown:${topic}`, joinRef, payload: {} },
    ];
    const invention = inventions.at(which % inventions.length);
    if (invention !== undefined) this.#write(invention);
  }
}
