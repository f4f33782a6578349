// One client's connection as the server sees it. It speaks as much of the Channels protocol as the
// benches need, and costs as little as it can.
import type { Writable } from "node:stream";
import { Flood, pushFrame } from "./flood.ts";
import { textFrame } from "./frames.ts";
import { presenceDiffs, presenceState } from "./presence-frames.ts";

type Message = [joinRef: string, ref: string, topic: string, event: string, payload: Request];

/** What the benches ask for: by the params of a join a greeting, by the event "flood" a flood. */
interface Request {
  /** Bytes of the one message to send right behind the answer to the join. */
  readonly greeting?: number;
  /** How many users are to be present. */
  readonly users?: number;
  /** How many messages to send, in turn to the channels in the order in which they were joined. */
  readonly count?: number;
  /** Bytes of each message's payload. */
  readonly bytes?: number;
}

export class Conversation {
  readonly #stream: Writable;
  /** The join_ref of each topic. */
  readonly #members = new Map<string, string>();
  #flood: Flood | null = null;
  /** The diffs of presence that were asked for last. */
  #diffs: { users: number; count: number; frames: Buffer } | null = null;
  /** What was said while one piece of input is read. */
  #said: Buffer[] = [];

  readonly #countConnections: () => Promise<number>;

  /** @param stream the raw socket, after the upgrade. */
  constructor(stream: Writable, countConnections: () => Promise<number>) {
    this.#stream = stream;
    this.#countConnections = countConnections;
  }

  receive(data: Buffer): void {
    const echoed = echoOf(data);
    if (echoed === null) this.#answer(data.toString());
    else this.#say(echoed);
  }

  #answer(text: string): void {
    const [joinRef, ref, topic, event, request] = JSON.parse(text) as Message;
    switch (event) {
      case "phx_join":
        this.#members.set(topic, joinRef);
        this.#flood = null;
        this.#reply(joinRef, ref, topic, {});
        if (request.greeting !== undefined) this.#say(pushFrame(topic, joinRef, request.greeting));
        return;
      case "phx_leave":
        this.#members.delete(topic);
        this.#flood = null;
        this.#reply(joinRef, ref, topic, {});
        this.#say(textFrame(JSON.stringify([joinRef, joinRef, topic, "phx_close", {}])));
        return;
      case "flood":
        this.#reply(joinRef, ref, topic, {});
        // Behind the reply.
        process.nextTick(() => this.#pour(request.count ?? 0, request.bytes ?? 0));
        return;
      case "presence_state":
        this.#reply(joinRef, ref, topic, {});
        this.#say(presenceState(topic, joinRef, request.users ?? 0));
        return;
      case "presence_diffs":
        this.#reply(joinRef, ref, topic, {});
        this.#say(this.#presenceDiffs(topic, request.users ?? 0, request.count ?? 0));
        return;
      case "connections":
        void this.#countConnections().then((connections) =>
          this.#reply(joinRef, ref, topic, { connections }),
        );
        return;
      default:
        // Heartbeats.
        this.#reply(joinRef, ref, topic, {});
    }
  }

  /** What is asked for again was encoded before. */
  #presenceDiffs(topic: string, users: number, count: number): Buffer {
    if (this.#diffs?.users !== users || this.#diffs.count !== count) {
      this.#diffs = { users, count, frames: presenceDiffs(topic, users, count) };
    }
    return this.#diffs.frames;
  }

  #reply(joinRef: string, ref: string, topic: string, response: object): void {
    const payload = { status: "ok", response };
    this.#say(textFrame(JSON.stringify([joinRef, ref, topic, "phx_reply", payload])));
  }

  #say(frame: Buffer): void {
    this.#said.push(frame);
    if (this.#said.length > 1) return;
    process.nextTick(() => {
      this.#stream.write(Buffer.concat(this.#said));
      this.#said = [];
    });
  }

  #pour(count: number, bytes: number): void {
    if (this.#flood?.bytes !== bytes) this.#flood = new Flood(this.#members, bytes);
    void this.#flood.pour(this.#stream, count);
  }
}

const ECHO = ',"echo",';

/**
 * The reply to an echo, which has what was pushed as its response, or null for everything else. The
 * client is to be slower than the server: nothing is parsed, and bytes are taken for Latin-1 there
 * and back, which changes none of them.
 */
function echoOf(data: Buffer): Buffer | null {
  const text = data.toString("latin1");
  const at = text.indexOf(ECHO);
  if (at === -1) return null;
  const response = text.slice(at + ECHO.length, -1);
  const reply = `${text.slice(0, at)},"phx_reply",{"status":"ok","response":${response}}]`;
  return textFrame(Buffer.from(reply, "latin1"));
}
