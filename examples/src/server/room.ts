// The channel that the servers of these examples have: a room that knows who is in it.
import { Channel, ok, reply, type IncomingPush } from "@slipstream/server";

export interface Room {
  join: { params: { user: string }; response: Record<string, never> };
  push: { say: { payload: { text: string }; reply: { at: number } } };
  message: { said: { user: string; text: string } };
  info: "joined";
}

export class RoomChannel extends Channel<Room> {
  #user = "";

  override join({ user }: Room["join"]["params"]) {
    this.#user = user;
    this.sendInfo("joined");
    return ok();
  }

  override handleInfo() {
    this.presence.track(this.#user, { pid: process.pid });
    this.push("presence_state", this.presence.list());
  }

  override handleIn({ payload: { text } }: IncomingPush<Room>) {
    this.broadcast("said", { user: this.#user, text });
    return reply({ at: Date.now() });
  }
}
