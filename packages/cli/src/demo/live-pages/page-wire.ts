// Counts what reaches the demo's live pages, at the place where frames become messages.
import { V2, type Serializer } from "@slipstream/client";

/** A message of the server. */
type Received = ReturnType<Serializer["decode"]>;
/** For tests of the demo's checks: what the pages are told in place of what the server said. */
export type AlterMessage = (message: Received) => Received;

export class PageWire {
  /** Rows that were inserted, updated, moved or removed. */
  changes = 0;
  readonly #onChanges: () => void;
  readonly #alter: AlterMessage;

  /** @param onChanges called after each message that had changes. */
  constructor(onChanges: () => void, alter: AlterMessage = (message) => message) {
    this.#onChanges = onChanges;
    this.#alter = alter;
  }

  /** V2, counting. */
  readonly serializer: Serializer = {
    vsn: V2.vsn,
    encode: (message) => V2.encode(message),
    decode: ((frame: string | Uint8Array, sender: "server") => {
      const message = V2.decode(frame, sender);
      this.#count(message);
      return this.#alter(message);
    }) as Serializer["decode"],
  };

  #count(message: Received): void {
    if (!("event" in message) || message.event !== "batch") return;
    this.changes += (message.payload as { readonly ops: readonly unknown[] }).ops.length;
    this.#onChanges();
  }
}
