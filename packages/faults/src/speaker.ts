// A server's side of a connection that speaks Phoenix Channels, version 2, sentence by sentence: right
// or wrong, as its script says.
import { closeFrame, OPCODE, textFrame } from "./frames.ts";
import { PeerGoneError, type RawPeer } from "./raw-peer.ts";

/** A message as it stands on the wire. */
export type Sentence = [
  joinRef: string | null,
  ref: string | null,
  topic: string,
  event: string,
  payload: unknown,
];

/**
 * Speaks with the client of a connection whose upgrade was accepted.
 *
 * @example
 * ```ts
 * const server = await RawServer.listen(async (peer) => {
 *   await peer.accept();
 *   const speaker = new Speaker(peer);
 *   await speaker.letIn({ members: 1 });
 *   await speaker.listen();
 * });
 * ```
 */
export class Speaker {
  readonly peer: RawPeer;

  constructor(peer: RawPeer) {
    this.peer = peer;
  }

  /**
   * What the client says next.
   * @throws {PeerGoneError} at its close frame, which is answered: that is the end of the script.
   */
  async hear(): Promise<Sentence> {
    const { opcode, payload } = await this.peer.frame();
    if (opcode !== OPCODE.close) return JSON.parse(Buffer.from(payload).toString()) as Sentence;
    await this.peer.write({ opcode, payload });
    this.peer.end();
    throw new PeerGoneError("The client closed.");
  }

  /** Hears what comes and says nothing, until the client closes. */
  async listen(): Promise<never> {
    for (;;) await this.hear();
  }

  async say(...sentence: Sentence): Promise<void> {
    await this.peer.write(textFrame(JSON.stringify(sentence)));
  }

  /** Answers what the client has said. */
  async reply(to: Sentence, status = "ok", response: unknown = {}): Promise<void> {
    const [joinRef, ref, topic] = to;
    await this.say(joinRef, ref, topic, "phx_reply", { status, response });
  }

  /**
   * Lets the client into the topic that it asks for next.
   * @throws {Error} if it says something else.
   */
  async letIn(response: unknown = {}): Promise<Sentence> {
    const join = await this.hear();
    if (join[3] !== "phx_join") throw new Error(`The client said ${join[3]}, and no phx_join.`);
    await this.reply(join, "ok", response);
    return join;
  }

  /** Starts the closing handshake. */
  async close(code: number, reason: string): Promise<void> {
    await this.peer.write(closeFrame(code, reason));
  }
}
