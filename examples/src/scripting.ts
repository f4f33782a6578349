// A conversation from top to bottom, in await style.
import { connect } from "@slipstream/client";

export async function script(url: string, print: (line: unknown) => void): Promise<void> {
  const socket = await connect(url, { reconnect: false });
  const room = await socket.join("rooms:lobby", { fizz: "buzz" });

  void room.send("quicksand", { a: "b" });
  print(await room.push("ping"));

  const messages = room.messages("foo");
  void room.send("push to me");
  for await (const { payload } of messages) {
    print(payload);
    break;
  }

  await room.leave();
  print(await socket.disconnect());
}
