// From what the author of a channel wrote, a class or a plain object, to the one way of calling it.
import { ChannelSchema } from "@slipstream/core";
import { ChannelContext, type Seat } from "./channel-context.ts";
import type { ChannelKind } from "./channel-kind.ts";
import { Channel, type ChannelDefinition } from "./channel.ts";
import { checkedKind } from "./checked-kind.ts";
import { OptionError, UnhandledEventError } from "../errors.ts";
import { NO_REPLY } from "./results.ts";
import { isThenable } from "../thenable.ts";

const CALLBACKS: readonly string[] = [
  "join",
  "handleIn",
  "handleInfo",
  "handleOut",
  "terminate",
  "intercept",
  "schema",
];

type Callback = (this: unknown, ...args: readonly unknown[]) => unknown;
type Callbacks = Partial<
  Record<"join" | "handleIn" | "handleInfo" | "handleOut" | "terminate", unknown>
>;

/** @throws {OptionError} Neither a class that extends Channel nor an object with a `join`. */
export function kindOf<A>(pattern: string, definition: ChannelDefinition<A>): ChannelKind {
  if (typeof definition === "function" && definition.prototype instanceof Channel) {
    const Class = definition as unknown as typeof Channel & (new (seat: Seat<unknown>) => Channel);
    checkNames(pattern, Object.getOwnPropertyNames(definition.prototype));
    checkIntercept(pattern, Class.intercept, definition.prototype as Callbacks);
    return withSchema(pattern, classKind(pattern, Class, Class.intercept), Class.schema);
  }
  if ((definition as unknown) instanceof Channel) {
    const accepts = "the class itself: an instance is made for each client that joins";
    throw new OptionError(`channels["${pattern}"]`, definition, accepts);
  }
  if (
    typeof definition === "object" &&
    definition !== null &&
    typeof definition.join === "function"
  ) {
    checkNames(pattern, Object.keys(definition));
    checkIntercept(pattern, definition.intercept ?? [], definition);
    return withSchema(pattern, objectKind(pattern, definition), definition.schema);
  }
  throw new OptionError(
    `channels["${pattern}"]`,
    definition,
    "a class that extends Channel, or an object with a join function",
  );
}

function withSchema(pattern: string, kind: ChannelKind, schema: unknown): ChannelKind {
  if (schema === undefined) return kind;
  if (schema instanceof ChannelSchema) return checkedKind(kind, schema);
  throw new OptionError(`channels["${pattern}"].schema`, schema, "what defineChannel gives");
}

/**
 * A callback under another name would never be called. Channels may have members of their own, so
 * that only those are refused which can hardly be meant otherwise: `handle_in`, `handleinfo`, `onJoin`.
 */
function checkNames(pattern: string, names: readonly string[]): void {
  for (const name of names) {
    if (CALLBACKS.includes(name)) continue;
    const plain = name
      .toLowerCase()
      .replaceAll("_", "")
      .replace(/^on(?=join|terminate)/, "");
    const meant = CALLBACKS.find((callback) => callback.toLowerCase() === plain);
    if (meant === undefined) continue;
    throw new OptionError(`channels["${pattern}"].${name}`, name, `called ${meant}`);
  }
}

/** A broadcast that nobody handles would be lost without a word. */
function checkIntercept(pattern: string, events: readonly string[], callbacks: Callbacks): void {
  if (!Array.isArray(events) || events.some((event) => typeof event !== "string")) {
    throw new OptionError(`channels["${pattern}"].intercept`, events, "an array of events");
  }
  if (events.length > 0 && typeof callbacks.handleOut !== "function") {
    throw new OptionError(
      `channels["${pattern}"].handleOut`,
      callbacks.handleOut,
      "a function of (message), since intercept names events for it",
    );
  }
}

function classKind(
  pattern: string,
  Class: new (seat: Seat<unknown>) => Channel,
  intercept: readonly string[],
): ChannelKind {
  const call = (opened: object, name: keyof Callbacks, argument: unknown): unknown =>
    callback(opened, name)?.call(opened, argument);
  return {
    pattern,
    intercept: new Set(intercept),
    open: (seat) => new Class(seat),
    join: (opened, params) => call(opened, "join", params),
    handleIn: (opened, push) => call(opened, "handleIn", push),
    handleInfo: (opened, info) => call(opened, "handleInfo", info),
    handleOut: (opened, message) => call(opened, "handleOut", message),
    terminate: (opened, reason) => call(opened, "terminate", reason),
  };
}

function objectKind(
  pattern: string,
  object: Callbacks & { intercept?: readonly string[] },
): ChannelKind {
  const call = (opened: object, name: keyof Callbacks, argument: unknown): unknown =>
    callback(object, name)?.call(object, argument, opened);
  const { handleIn } = object;
  return {
    pattern,
    intercept: new Set(object.intercept),
    open: (seat) => new ChannelContext(seat),
    join: (opened, params) => call(opened, "join", params),
    handleIn:
      typeof handleIn === "object" && handleIn !== null
        ? handlersByEvent(handleIn)
        : (opened, push) => call(opened, "handleIn", push),
    handleInfo: (opened, info) => call(opened, "handleInfo", info),
    handleOut: (opened, message) => call(opened, "handleOut", message),
    terminate: (opened, reason) => call(opened, "terminate", reason),
  };
}

function callback(callbacks: Callbacks, name: keyof Callbacks): Callback | undefined {
  const found = callbacks[name];
  return typeof found === "function" ? (found as Callback) : undefined;
}

/** The client chooses the event, so it is looked up in a Map, never on an object. */
function handlersByEvent(handlers: object): ChannelKind["handleIn"] {
  const byEvent = new Map(
    Object.entries(handlers).filter(
      (entry): entry is [string, Callback] => typeof entry[1] === "function",
    ),
  );
  return (opened, { event, payload }) => {
    const handler = byEvent.get(event);
    if (handler === undefined) throw new UnhandledEventError();
    const result = handler.call(handlers, payload, opened);
    // Here the event is known, so that nothing returned means nothing to reply.
    if (isThenable(result)) return result.then((value) => value ?? NO_REPLY);
    return result ?? NO_REPLY;
  };
}
