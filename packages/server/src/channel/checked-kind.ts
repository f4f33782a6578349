// A channel with a schema: what its client sends is checked before it is called, and what it sends
// before that is written. A channel without a schema has none of this.
import type { ChannelSchema, Checked, Issue } from "@slipstream/core";
import type { LateReply, Seat } from "./channel-context.ts";
import type { ChannelKind, EventPayload } from "./channel-kind.ts";
import { InvalidMessageError, InvalidResultError } from "../errors.ts";
import { deny, reply, type Ok, type Reply } from "./results.ts";
import { isThenable } from "../thenable.ts";

/** How many issues a client is told of. */
const MAX_ISSUES = 20;

/** The same channel, behind its schema. */
export function checkedKind(kind: ChannelKind, schema: ChannelSchema): ChannelKind {
  return {
    ...kind,
    open: (seat) => kind.open(checkedSeat(seat, schema)),
    join: (opened, params) =>
      then(schema.params(params), (checked) =>
        checked.type === "invalid"
          ? deny(complaint("invalid params", checked.issues))
          : then(kind.join(opened, checked.value), (result) => withResponse(schema, result)),
      ),
    handleIn: (opened, { event, payload }) =>
      then(schema.payload(event, payload), (checked) =>
        checked.type === "invalid"
          ? reply("error", complaint("invalid payload", checked.issues))
          : then(kind.handleIn(opened, { event, payload: checked.value }), (result) =>
              withReply(schema, event, result),
            ),
      ),
  };
}

/** What a client whose message does not match is told: its own mistake, in the validator's words. */
function complaint(reason: string, issues: readonly Issue[]): object {
  const told = issues.slice(0, MAX_ISSUES).map(({ message, path }) => ({ message, path }));
  return { reason, issues: told };
}

/** Goes on at once where nothing has to be waited for. */
function then<T>(value: T | PromiseLike<T>, use: (value: T) => unknown): unknown {
  return isThenable(value) ? value.then(use) : use(value);
}

function withResponse(schema: ChannelSchema, result: unknown): unknown {
  if (!isTagged(result, "ok")) return result;
  const { response } = result as Ok<unknown>;
  return then(schema.response(response), (checked) => {
    if (checked.type === "invalid") {
      throw new InvalidResultError("join", "a response that its schema accepts", causeOf(checked));
    }
    return { ...result, response: checked.value };
  });
}

/** The reply itself, or the one with which the channel stops. */
function withReply(schema: ChannelSchema, event: string, result: unknown): unknown {
  if (isTagged(result, "stop")) {
    const { reply: last } = result as { reply?: unknown };
    return then(withReply(schema, event, last), (checked) => ({ ...result, reply: checked }));
  }
  // Another status than "ok" says what went wrong, for which there is no schema.
  if (!isTagged(result, "reply") || (result as Reply<unknown>).status !== "ok") return result;
  return then(schema.reply(event, (result as Reply<unknown>).response), (checked) => {
    if (checked.type === "invalid") {
      throw new InvalidResultError("handleIn", "a reply that its schema accepts", causeOf(checked));
    }
    return { ...result, response: checked.value };
  });
}

function checkedSeat(seat: Seat<unknown>, schema: ChannelSchema): Seat<unknown> {
  const outgoing = ({ event, payload }: EventPayload): unknown =>
    atOnce(event, schema.message(event, payload));
  return {
    get topic() {
      return seat.topic;
    },
    get joinRef() {
      return seat.joinRef;
    },
    get socket() {
      return seat.socket;
    },
    get presence() {
      return seat.presence;
    },
    push: (event, payload) => seat.push(event, outgoing({ event, payload })),
    broadcast: (event, payload, to) => seat.broadcast(event, outgoing({ event, payload }), to),
    sendInfo: (info) => seat.sendInfo(info),
    replyLater: () => checkedLater(seat.replyLater(), schema),
    get bufferedAmount() {
      return seat.bufferedAmount;
    },
    drained: (options) => seat.drained(options),
  };
}

function checkedLater(later: LateReply, schema: ChannelSchema): LateReply {
  const { event } = later;
  return {
    event,
    reply(...args: [unknown?] | [string, unknown]): boolean {
      const { status, response } = args.length === 2 ? reply(args[0], args[1]) : reply(args[0]);
      if (status !== "ok") return later.reply(status, response);
      return later.reply(status, atOnce(event, schema.reply(event, response)));
    },
  };
}

/** What was checked. @throws {InvalidMessageError} */
function atOnce(event: string, checked: Checked | Promise<Checked>): unknown {
  // Messages leave in the order of the calls: nothing can be waited for.
  if (checked instanceof Promise) throw new InvalidMessageError(event, "async");
  if (checked.type === "valid") return checked.value;
  throw new InvalidMessageError(event, "refused", causeOf(checked));
}

/** Says where it does not match. What the validator says may quote the value, and stays out. */
function causeOf({ issues, cause }: Extract<Checked, { type: "invalid" }>): unknown {
  if (cause !== undefined) return cause;
  const places = issues.map(({ path }) => (path.length === 0 ? "the whole" : path.join(".")));
  return new TypeError(`It does not match at ${places.slice(0, MAX_ISSUES).join(", ")}.`);
}

function isTagged(value: unknown, tag: string): value is object {
  return typeof value === "object" && value !== null && "type" in value && value.type === tag;
}
