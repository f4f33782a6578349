// Presence as a channel has it: its own keys on its own topic.
import type { PresenceMeta } from "./meta.ts";
import type { Presences, Tracker } from "./presences.ts";
import type { PresenceList } from "./presence-table.ts";

/** Whose presences these are. */
export interface PresenceOwner extends Tracker {
  readonly topic: string;
  readonly phase: { readonly type: "joining" | "joined" | "leaving" | "ended" };
}

/**
 * Who is here. What is tracked is told to all members of the topic on every node, as `presence_diff`,
 * and ends with the channel.
 *
 * @example
 * ```ts
 * join() {
 *   this.sendInfo("afterJoin");
 *   return ok();
 * }
 * handleInfo() {
 *   this.presence.track(this.assigns.user, { onlineAt: Date.now() });
 *   this.push("presence_state", this.presence.list());
 * }
 * ```
 */
export class ChannelPresence {
  readonly #presences: Presences;
  readonly #owner: PresenceOwner;

  constructor(presences: Presences, owner: PresenceOwner) {
    this.#presences = presences;
    this.#owner = owner;
  }

  /**
   * Says that `key` (a user, mostly) is here. The same key tracked by two channels is one key with
   * two metas; tracked again by this channel, it has the new meta.
   * @param meta A JSON object that clients get, with a `phx_ref` added: 64,000 characters and 32
   * levels at most.
   * @throws {TypeError} The meta or the key is none, or too large. Nothing has changed.
   * @throws {Error} The join is not answered yet: track from `handleInfo`, see `sendInfo`.
   */
  track(key: string, meta: PresenceMeta = {}): void {
    if (!this.#mayTrack()) return;
    this.#presences.track(this.#owner, this.#owner.topic, key, meta);
  }

  /** Replaces the meta of a key by what `change` makes of it. False if this channel does not track it. */
  update(key: string, change: (meta: PresenceMeta) => PresenceMeta): boolean {
    if (!this.#mayTrack()) return false;
    return this.#presences.update(this.#owner, this.#owner.topic, key, change);
  }

  /** Says that a key is here no longer, as far as this channel goes. */
  untrack(key: string): void {
    this.#presences.untrack(this.#owner, key);
  }

  /** Who is here, on all nodes: what `presence_state` carries. */
  list(): PresenceList {
    return this.#presences.list(this.#owner.topic);
  }

  #mayTrack(): boolean {
    const { type } = this.#owner.phase;
    // What a callback does when its channel has ended meanwhile does no harm, and no good.
    if (type !== "joining") return type !== "ended";
    throw new Error(
      "A channel is present once it has joined. Call sendInfo in join, and track in handleInfo.",
    );
  }
}
