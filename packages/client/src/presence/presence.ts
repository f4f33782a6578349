// Who is present on a channel. It listens to the channel as any program could, and a program that
// has no use for it does not carry it.
import { PresenceState, type ChannelState, type PresenceChange as Change } from "@slipstream/core";
import type { PresenceEntry, PresenceMeta } from "@slipstream/core";
import { BaseChannel } from "../channel.ts";
import type { ChannelCore } from "../channel-core.ts";
import { ChannelEndedError, OptionError } from "../errors.ts";
import { Inbox } from "../inbox.ts";
import { Listeners } from "../listeners.ts";
import { checkEvent, checkFunction, checkOptions } from "../option-checks.ts";
import { messagesOptions, type Messages, type MessagesOptions } from "../readable-channel.ts";
import { Enrichment, type FetchPresences } from "./enrichment.ts";

export type { FetchPresences } from "./enrichment.ts";

export interface PresenceOptions<D = undefined> {
  /** What the server calls its events. Default: `presence_state` and `presence_diff`. */
  readonly events?: { readonly state: string; readonly diff: string };
  /**
   * Tells more of those who are present, such as their names. It is called with many keys at once, and
   * not again before it has answered; each key once for as long as it is present. If it fails the
   * logger is told, and these keys stay without.
   */
  readonly fetch?: FetchPresences<D>;
}

/** Somebody who is present. The object stays the same until something about it changes. */
export interface Present<M extends PresenceMeta = PresenceMeta, D = undefined> {
  readonly key: string;
  /** Each place where the key is present, the newest last. */
  readonly metas: readonly M[];
  /** What the option `fetch` told; undefined until it has, and where there is none. */
  readonly data: D | undefined;
  /** As the server sent it, with whatever its own `fetch` added to the metas. */
  readonly sent: PresenceEntry<M>;
}

/** One change of who is present. */
export type PresenceChange<M extends PresenceMeta = PresenceMeta, D = undefined> =
  | {
      readonly type: "joined";
      readonly key: string;
      /** What was known before; undefined if the key was not present. */
      readonly before: Present<M, D> | undefined;
      readonly joined: readonly M[];
      readonly now: Present<M, D>;
    }
  | {
      readonly type: "left";
      readonly key: string;
      readonly left: readonly M[];
      /** What is still there: without metas, the key is gone. */
      readonly now: Present<M, D>;
    }
  /** The option `fetch` has told more of it. */
  | { readonly type: "enriched"; readonly key: string; readonly now: Present<M, D> };

/** Any channel, whatever travels on it. */
export type AnyChannel = Pick<BaseChannel, "topic" | "state" | "onState">;

const CHANNEL =
  "what socket.channel or socket.join returned. A client in module style has no channels: give what handleMessage is told to a PresenceState of @slipstream/core";

/**
 * Who is present on a channel, as Phoenix.Presence tells it. Make it before the channel is joined or
 * right after: it is told everything once, by the server's first message.
 *
 * At a rejoin it is compared with what the server says then: who went meanwhile is told by `onLeave`.
 * While the channel is not joined it keeps what it knew last.
 *
 * @example
 * ```ts
 * const presence = new Presence(room);
 * presence.onSync(() => console.log(presence.list().map(({ key, metas }) => `${key}: ${metas.length}`)));
 * ```
 */
export class Presence<M extends PresenceMeta = PresenceMeta, D = undefined> {
  readonly #core: ChannelCore;
  readonly #state = new PresenceState<M>();
  readonly #present = new Map<string, Present<M, D>>();
  /** Made when asked for, and again after a change. */
  #list: readonly Present<M, D>[] | null = null;
  readonly #enrichment: Enrichment<D> | null;
  readonly #joins: Listeners<
    [key: string, current: Present<M, D> | undefined, joined: PresenceEntry<M>]
  >;
  readonly #leaves: Listeners<[key: string, current: Present<M, D>, left: PresenceEntry<M>]>;
  readonly #syncs: Listeners<[]>;
  #readers: readonly Inbox<PresenceChange<M, D>>[] = [];
  #release: (() => void)[];

  /** @throws {OptionError} naming the first option that cannot be used. */
  constructor(channel: AnyChannel, options: PresenceOptions<D> = {}) {
    checkOptions(options, ["events", "fetch"]);
    const { events = { state: "presence_state", diff: "presence_diff" }, fetch } = options;
    checkOptions(events, ["state", "diff"]);
    checkEvent(events.state);
    checkEvent(events.diff);
    if (fetch !== undefined) checkFunction("fetch", fetch);
    if (!(channel instanceof BaseChannel)) throw new OptionError("channel", channel, CHANNEL);
    const core = BaseChannel.coreOf(channel as BaseChannel);
    const what = `presence on ${core.topic}`;
    this.#core = core;
    this.#joins = new Listeners(`a handler of joins of ${what}`, core.host.options.logger);
    this.#leaves = new Listeners(`a handler of leaves of ${what}`, core.host.options.logger);
    this.#syncs = new Listeners(`a handler of syncs of ${what}`, core.host.options.logger);
    const apply = (fetched: ReadonlyMap<string, D>): void => this.#enriched(fetched);
    this.#enrichment =
      fetch === undefined
        ? null
        : new Enrichment({
            fetch,
            apply,
            reporter: core.host.options.logger,
            what: `fetch of ${what}`,
          });
    this.#release = [
      core.states.add((state) => this.#channelChanged(state)),
      core.messages.on(events.state, (payload) => this.#changed(this.#state.sync(payload))),
      core.messages.on(events.diff, (payload) => this.#changed(this.#state.diff(payload))),
    ];
  }

  /** How many keys are present. */
  get size(): number {
    return this.#present.size;
  }

  /** Whether the server has said who is present since the channel was last joined. */
  get synced(): boolean {
    return this.#state.synced;
  }

  /** Entries of the server's that have not the shape of one and were left out. */
  get malformed(): number {
    return this.#state.malformed;
  }

  /** What is known of a key; undefined if it is not present. */
  get(key: string): Present<M, D> | undefined {
    return this.#present.get(key);
  }

  /**
   * Everybody who is present, in the order in which they came: the same array until somebody comes,
   * goes or changes. With `choose`, what it makes of each.
   */
  list(): readonly Present<M, D>[];
  list<T>(choose: (key: string, present: Present<M, D>) => T): T[];
  list<T>(choose?: (key: string, present: Present<M, D>) => T): readonly Present<M, D>[] | T[] {
    this.#list ??= [...this.#present.values()];
    return choose === undefined
      ? this.#list
      : this.#list.map((present) => choose(present.key, present));
  }

  /**
   * Calls `handler` for each key that comes, or comes once more: `current` is what was known before,
   * undefined for the first time, and `joined` what is new. When it is called, `list()` is true already.
   * @returns the function that removes the handler.
   */
  onJoin(
    handler: (key: string, current: Present<M, D> | undefined, joined: PresenceEntry<M>) => unknown,
  ): () => void {
    checkFunction("handler", handler);
    return this.#joins.add(handler);
  }

  /** Calls `handler` for each key that goes somewhere: `current` is what is left of it, without metas if nothing is. */
  onLeave(
    handler: (key: string, current: Present<M, D>, left: PresenceEntry<M>) => unknown,
  ): () => void {
    checkFunction("handler", handler);
    return this.#leaves.add(handler);
  }

  /** Calls `handler` when what one message of the server, or one `fetch`, has changed was told. */
  onSync(handler: () => unknown): () => void {
    checkFunction("handler", handler);
    return this.#syncs.add(handler);
  }

  /**
   * Changes from now on, for a loop. It ends when the channel is left or `close()` is called, and
   * throws a ChannelEndedError when the channel ends for another reason.
   * At most `limit` changes wait for a slow loop; then `overflow` decides, as with `channel.messages`.
   *
   * @example
   * ```ts
   * for await (const { type, key } of presence.changes({ limit: 100, overflow: "dropOldest" })) {
   *   console.log(key, type);
   * }
   * ```
   */
  changes(options: MessagesOptions = {}): Messages<PresenceChange<M, D>> {
    const { limit, overflow } = messagesOptions(options);
    const { host, machine, topic } = this.#core;
    const inbox = new Inbox<PresenceChange<M, D>>({
      what: `Changes of presence on ${topic}`,
      limit,
      overflow,
      onDropped: (count) => {
        host.droppedMessages += count;
      },
      onClosed: (why) => {
        this.#readers = this.#readers.filter((reader) => reader !== inbox);
        if (why === "overflow" && overflow === "leave") void this.#core.leave();
        if (why === "overflow" && overflow === "close") {
          this.#core.overflow(`changes of presence on ${topic}`);
        }
      },
    });
    this.#readers = [...this.#readers, inbox];
    if (this.#release.length === 0) inbox.end();
    else this.#endIfOver(inbox, machine.state);
    return inbox;
  }

  [Symbol.asyncIterator](): Messages<PresenceChange<M, D>> {
    return this.changes();
  }

  /** Stops listening. What is known stays, and is not kept true any more. */
  close(): void {
    for (const release of this.#release) release();
    this.#release = [];
    this.#enrichment?.clear();
    for (const reader of this.#readers) reader.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  #channelChanged(state: ChannelState): void {
    if (state.type === "joined") this.#state.begin();
    for (const reader of this.#readers) this.#endIfOver(reader, state);
  }

  #endIfOver(reader: Inbox<PresenceChange<M, D>>, state: ChannelState): void {
    if (state.type === "left") reader.end();
    if (state.type === "errored") {
      reader.end(new ChannelEndedError(this.#core.topic, state.reason));
    }
  }

  /** First everything is true, then it is told. */
  #changed(changes: readonly Change<M>[] | null): void {
    if (changes === null) return;
    const told = changes.map((change) => this.#take(change));
    if (told.length > 0) this.#list = null;
    for (const [index, change] of changes.entries()) {
      const { key } = change;
      const ours = told[index] as PresenceChange<M, D>;
      if (change.type === "joined") {
        const before = ours.type === "joined" ? ours.before : undefined;
        this.#joins.call(key, before, change.joined);
      } else {
        this.#leaves.call(key, ours.now, change.left);
      }
      for (const reader of this.#readers) reader.put(ours);
    }
    this.#syncs.call();
  }

  #take(change: Change<M>): PresenceChange<M, D> {
    const { type, key, entry } = change;
    const before = this.#present.get(key);
    const data = before?.data;
    const now = before?.sent === entry ? before : { key, metas: entry.metas, data, sent: entry };
    if (entry.metas.length > 0) this.#present.set(key, now);
    else this.#present.delete(key);
    if (type === "joined") {
      if (before === undefined) this.#enrichment?.want(key);
      return { type, key, before, joined: change.joined.metas, now };
    }
    if (entry.metas.length === 0) this.#enrichment?.forget(key);
    return { type, key, left: change.left.metas, now };
  }

  #enriched(fetched: ReadonlyMap<string, D>): void {
    const told: PresenceChange<M, D>[] = [];
    for (const [key, data] of fetched) {
      const before = this.#present.get(key);
      if (before === undefined) continue;
      const now = { ...before, data };
      this.#present.set(key, now);
      told.push({ type: "enriched", key, now });
    }
    this.#list = null;
    for (const change of told) for (const reader of this.#readers) reader.put(change);
    this.#syncs.call();
  }
}
