// `presence:*`: everybody who joins is present under the name that their join gives. The same channel
// in Elixir is phoenix/lib/interop_web/presence_channel.ex; change both together.
import {
  Channel,
  ok,
  reply,
  type HandleInResult,
  type IncomingPush,
  type JoinResult,
  type Untyped,
} from "@slipstream/server";
import type { InteropAssigns } from "./room-channel.ts";

export class PresenceChannel extends Channel<Untyped, InteropAssigns> {
  #user = "";

  override join(params: unknown): JoinResult<Untyped> {
    const { user } = params as { user?: unknown };
    if (typeof user !== "string") throw new Error("A user was expected.");
    this.#user = user;
    this.sendInfo("afterJoin");
    return ok();
  }

  override handleInfo(): void {
    this.presence.track(this.#user, { online_at: Date.now() });
    this.push("presence_state", this.presence.list());
  }

  override handleIn({
    event,
    payload,
  }: IncomingPush<Untyped>): HandleInResult<Untyped> | undefined {
    if (event !== "update") return undefined;
    this.presence.update(this.#user, () => payload as Record<string, unknown>);
    return reply();
  }
}
