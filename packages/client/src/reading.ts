// Bounded queues for whoever reads messages or changes of state in a loop. Whoever uses handlers
// alone never reaches this file, and a bundler leaves it out.
import { Inbox, type Overflow } from "./inbox.ts";
import type { MessageRouter, RoutedMessage } from "./message-router.ts";
import type { Listeners } from "./listeners.ts";

export interface ReaderOptions {
  readonly event: string | undefined;
  readonly limit: number;
  readonly overflow: Overflow;
  /** Called when the overflow policy is to leave. */
  readonly leave: () => void;
  /** Called when the overflow policy is to close, with the name of the queue. */
  readonly close: (queue: string) => void;
}

/** A reader of what the router hands out from now on. */
export function readMessages(
  router: MessageRouter,
  { event, limit, overflow, leave, close }: ReaderOptions,
): Inbox<RoutedMessage> {
  const what = `Messages of ${router.topic}`;
  const inbox = new Inbox<RoutedMessage>({
    what,
    limit,
    overflow,
    onDropped: (count) => router.countDropped(count),
    onClosed: (why) => {
      remove();
      if (why !== "overflow") return;
      if (overflow === "leave") leave();
      if (overflow === "close") close(what);
    },
  });
  const remove = router.addReader({
    event,
    get size() {
      return inbox.size;
    },
    put: (message) => inbox.put(message),
    end: (error) => inbox.end(error),
  });
  return inbox;
}

/** How many changes may wait for a slow loop. The oldest are dropped: the newest say where things stand. */
const MAX_CHANGES = 1_000;

/** Yields `current`, then every change. */
export function readStates<S>(states: Listeners<[state: S]>, current: S): Inbox<S> {
  const inbox = openStates(current, () => remove());
  const remove = states.add(
    (state) => inbox.put(state),
    () => inbox.end(),
  );
  return inbox;
}

/** Yields `last` alone: there are no changes to come. */
export function readLastState<S>(last: S): Inbox<S> {
  const inbox = openStates(last, () => {});
  inbox.end();
  return inbox;
}

function openStates<S>(first: S, onClosed: () => void): Inbox<S> {
  const inbox = new Inbox<S>({
    what: "Changes of state",
    limit: MAX_CHANGES,
    overflow: "dropOldest",
    onClosed,
  });
  inbox.put(first);
  return inbox;
}
