// The channel that every client can be tried against: each event shows one thing that a server does.
// The same channel in Elixir is phoenix/lib/interop_web/room_channel.ex; change both together.
import {
  Channel,
  deny,
  noreply,
  ok,
  reply,
  stop,
  type ChannelClass,
  type ChannelsServer,
  type HandleInResult,
  type IncomingPush,
  type JoinResult,
  type Untyped,
} from "@slipstream/server";

/** What is known about a connection. */
export interface InteropAssigns {
  readonly user: string | null;
  /** What `whoami` tells. */
  readonly about: {
    readonly params: unknown;
    readonly peer: string;
    readonly uri: string;
    readonly x_headers: Readonly<Record<string, string>>;
  };
}

/** More than any test needs, and less than would exhaust this process. */
const MAX_MESSAGES = 1_000_000;
const MAX_SIZE = 16 * 1024 * 1024;

/** `room:*` for one server, which `drop_socket` asks to disconnect the user everywhere. */
export function roomChannel(server: ChannelsServer): ChannelClass<InteropAssigns> {
  return class RoomChannel extends Channel<Untyped, InteropAssigns> {
    override join(params: unknown): JoinResult<Untyped> {
      const asked = fields(params);
      if (asked["deny"] === true) return deny({ reason: "unauthorized" });
      if (asked["crash"] === true) throw new Error("A crash of the join was asked for.");
      const count = wholeNumber(asked["push_on_join"] ?? 0, MAX_MESSAGES);
      for (let seq = 1; seq <= count; seq++) this.push("welcome", { seq });
      return ok(params);
    }

    override handleIn({
      event,
      payload,
    }: IncomingPush<Untyped>):
      | HandleInResult<Untyped>
      | Promise<HandleInResult<Untyped>>
      | undefined {
      switch (event) {
        case "ping":
        case "bin":
          return reply(payload);
        case "echo_err":
        case "bin_err":
          return reply("error", payload);
        case "noreply":
          return noreply();
        case "push":
        case "bin_push":
          this.push(event, payload);
          return noreply();
        case "bcast":
          this.broadcast("bcast", payload);
          return payload instanceof Uint8Array ? noreply() : reply();
        case "push_n":
          return this.#pushMany(fields(payload));
        case "whoami":
          return reply(this.assigns.about);
        case "stop":
          return stop("normal", reply(payload));
        case "close_me":
          return stop("shutdown");
        case "crash":
        case "kill_channel":
        case "stop_error":
          throw new Error("A crash of the channel was asked for.");
        case "drop_socket":
          return this.#dropSocket(fields(payload));
        case "ws_close": {
          const { code, reason = "" } = fields(payload);
          this.socket.close(wholeNumber(code, 4999), String(reason));
          return noreply();
        }
      }
      return undefined;
    }

    async #pushMany(asked: Readonly<Record<string, unknown>>): Promise<HandleInResult<Untyped>> {
      const count = wholeNumber(asked["n"], MAX_MESSAGES);
      const text = "x".repeat(wholeNumber(asked["size"] ?? 0, MAX_SIZE));
      for (let seq = 1; seq <= count; seq++) {
        this.push("push_n", { seq, data: text });
        await this.drained();
      }
      return reply();
    }

    #dropSocket({ how }: Readonly<Record<string, unknown>>): HandleInResult<Untyped> {
      if (how !== "disconnect") this.socket.drop();
      else if (this.socket.id === null) this.socket.close();
      else server.disconnect(this.socket.id);
      return noreply();
    }
  };
}

/** The fields of a JSON object. Anything else crashes the callback, as a function clause would. */
function fields(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error("The payload must be an object.");
  }
  return value as Readonly<Record<string, unknown>>;
}

function wholeNumber(value: unknown, max: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max)
    return value;
  throw new Error(`A whole number from 0 to ${max} was expected.`);
}
