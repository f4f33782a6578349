// What the types of channels accept, and what they refuse.
import { Channel, type ChannelObject } from "./channel.ts";
import type { IncomingPush, JoinParams } from "./channel-types.ts";
import { accept, deny, noreply, ok, refuse, reply, stop } from "./results.ts";
import { ChannelsServer } from "../server.ts";

interface Room {
  join: { params: { user: string }; response: { members: number } };
  push: {
    new_msg: { payload: { body: string }; reply: { id: number } };
    typing: { payload: { on: boolean } };
  };
  message: { new_msg: { id: number; body: string } };
  info: { tick: number };
}

interface Assigns {
  readonly user: string;
}

class RoomChannel extends Channel<Room, Assigns> {
  override join({ user }: JoinParams<Room>) {
    if (user !== this.assigns.user) return deny({ reason: "not you" });
    // @ts-expect-error -- no such event
    this.push("nope", {});
    // @ts-expect-error -- the payload lacks an id
    this.push("new_msg", { body: "hi" });
    this.sendInfo({ tick: 1 });
    return ok({ members: 3 });
  }
  override handleIn(push: IncomingPush<Room>) {
    switch (push.event) {
      case "new_msg":
        this.broadcast("new_msg", { id: 1, body: push.payload.body });
        return reply({ id: 1 });
      case "typing":
        return push.payload.on ? noreply() : stop("enough");
    }
  }
}

class WrongReply extends Channel<{ push: { ask: { payload: string; reply: { id: number } } } }> {
  override join() {
    return ok();
  }
  // @ts-expect-error -- no event has such a reply
  override handleIn() {
    return reply({ wrong: true });
  }
}

const room: ChannelObject<Room, Assigns> = {
  join: ({ user }, channel) => (user === channel.assigns.user ? ok({ members: 1 }) : deny("no")),
  handleIn: {
    new_msg: ({ body }, channel) => {
      channel.broadcast("new_msg", { id: 1, body });
      return reply({ id: body.length });
    },
    async typing({ on }) {
      if (on) await Promise.resolve();
    },
  },
  handleInfo: ({ tick }) => (tick > 3 ? stop() : undefined),
  terminate: (reason) => {
    if (reason.type === "stopped") reason.reason satisfies string;
  },
};

const wrongEvent: ChannelObject<Room> = {
  join: () => ok({ members: 1 }),
  handleIn: {
    // @ts-expect-error -- the reply of new_msg has an id
    new_msg: () => reply({ nope: 1 }),
  },
};

new ChannelsServer().socket("/socket", {
  connect: ({ params }) =>
    typeof params["user"] === "string" ? accept({ user: params["user"] }) : refuse(403),
  id: ({ user }) => `user:${user}`,
  channels: {
    "room:*": RoomChannel,
    "object:*": room,
    "wrong:*": WrongReply,
    "wrong:too": wrongEvent,
    "inline:*": {
      join: (params, channel) => {
        channel.assigns.user satisfies string;
        return ok(params);
      },
      handleIn: { ping: (payload) => reply(payload) },
    },
  },
});

new ChannelsServer().socket("/socket", {
  // @ts-expect-error -- the channel below needs to know the user
  connect: () => accept({ account: 1 }),
  channels: { "room:*": RoomChannel },
});

const server = new ChannelsServer();
server.broadcast("room:1", "anything", 1);
server.broadcast<Room>("room:1", "new_msg", { id: 1, body: "hi" });
// @ts-expect-error -- no such event
server.broadcast<Room>("room:1", "nope", {});
// @ts-expect-error -- the payload lacks an id
server.broadcast<Room>("room:1", "new_msg", { body: "hi" });

class LaterChannel extends Channel<Room> {
  override join() {
    return ok({ members: 1 });
  }
  override handleIn(push: IncomingPush<Room>) {
    if (push.event === "new_msg") {
      const later = this.replyLater<"new_msg">();
      later.reply({ id: 1 });
      later.reply("error", "for which there is no type");
      // @ts-expect-error -- the reply of new_msg has an id
      later.reply({ nope: 1 });
    }
    return noreply();
  }
}
new ChannelsServer().socket("/socket", { channels: { "room:*": LaterChannel } });
