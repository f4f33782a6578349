// What waits for a client's callbacks. Each source has a bound of its own, so that a flood on one
// topic costs no other its messages, and nobody his replies.
import type { Overflow } from "../inbox.ts";
import { Lane } from "./lane.ts";
import type { ControlMail, Mail, MessageMail, ProgramMail } from "./mail.ts";

export interface MailboxOptions {
  /** How many messages of one topic may wait, and how much of what the program sends. */
  readonly limit: number;
  /** What happens when the server sends more. */
  readonly overflow: Overflow;
  /** Called for each message that the policy drops. */
  readonly onDropped: (topic: string) => void;
  /** Called when more came than may wait, and the policy is to leave, to close or to fail. */
  readonly onOverflow: (topic: string, policy: "leave" | "close" | "fail") => void;
}

export class Mailbox {
  readonly #options: MailboxOptions;
  readonly #control = new Lane<Mail>();
  readonly #program = new Lane<Mail>();
  /** By topic. Those in which nothing waits are not kept. */
  readonly #topics = new Map<string, Lane<Mail>>();
  #place = 0;

  constructor(options: MailboxOptions) {
    this.#options = options;
  }

  /** How much waits. */
  get size(): number {
    let size = this.#control.size + this.#program.size;
    for (const lane of this.#topics.values()) size += lane.size;
    return size;
  }

  /** Takes in what the server sent, as far as the policy lets it. */
  putMessage(mail: MessageMail): void {
    const lane = this.#topics.get(mail.topic);
    if (lane === undefined) this.#push(this.#newLane(mail.topic), mail);
    else if (lane.size < this.#options.limit) this.#push(lane, mail);
    else this.#overflow(lane, mail);
  }

  /** Takes in what became of something: however full it is. */
  putControl(mail: ControlMail): void {
    this.#push(this.#control, mail);
  }

  /** Takes in what the program sent, and says whether there was room for it. */
  putProgram(mail: ProgramMail): boolean {
    if (this.#program.size >= this.#options.limit) return false;
    this.#push(this.#program, mail);
    return true;
  }

  /**
   * Takes out what is next: what came first, of all sources. While a source is at its bound, what
   * became of the connection, channels and pushes goes first, so that it does not wait for a flood.
   */
  take(): Mail | undefined {
    let next = this.#control;
    let full = false;
    for (const lane of this.#lanes()) {
      if (lane.size >= this.#options.limit) full = true;
      if (placeOf(lane) < placeOf(next)) next = lane;
    }
    if (full && this.#control.size > 0) next = this.#control;
    const mail = next.shift();
    if (mail?.type === "message") this.#forgetIfEmpty(mail.topic);
    return mail;
  }

  /** Offers what became of things, in order, and takes out the first that is wanted. */
  claimControl(wants: (mail: Mail) => boolean): void {
    for (const slot of this.#control) {
      if (wants(slot.item)) return this.#control.remove(slot);
    }
  }

  /** Offers the messages that wait, in order, and takes out the first that is wanted. */
  claimMessage(wants: (mail: Mail) => boolean): void {
    const slots = [...this.#topics.values()].flatMap((lane) => [...lane]);
    slots.sort((a, b) => a.place - b.place);
    const slot = slots.find(({ item }) => wants(item));
    if (slot?.item.type !== "message") return;
    const { topic } = slot.item;
    this.#topics.get(topic)?.remove(slot);
    this.#forgetIfEmpty(topic);
  }

  /** Takes out everything. */
  clear(): Mail[] {
    const all: Mail[] = [];
    for (let mail = this.take(); mail !== undefined; mail = this.take()) all.push(mail);
    return all;
  }

  *#lanes(): Iterable<Lane<Mail>> {
    yield this.#program;
    yield* this.#topics.values();
  }

  #newLane(topic: string): Lane<Mail> {
    const lane = new Lane<Mail>();
    this.#topics.set(topic, lane);
    return lane;
  }

  #push(lane: Lane<Mail>, item: Mail): void {
    this.#place += 1;
    lane.push({ place: this.#place, item });
  }

  #overflow(lane: Lane<Mail>, mail: MessageMail): void {
    const { overflow, onDropped, onOverflow } = this.#options;
    onDropped(mail.topic);
    if (overflow === "dropOldest") {
      lane.shift();
      this.#push(lane, mail);
    } else if (overflow !== "dropNewest") {
      onOverflow(mail.topic, overflow);
    }
  }

  #forgetIfEmpty(topic: string): void {
    if (this.#topics.get(topic)?.size === 0) this.#topics.delete(topic);
  }
}

function placeOf(lane: Lane<Mail>): number {
  return lane.first?.place ?? Infinity;
}
