// How sockets and channels are shown by `console.log` on Node: where they stand, and nothing of what
// they were given. Other runtimes ask for nothing of the kind, and browsers do not carry it.
import { quote } from "./describe.ts";
import { Channel } from "./readable-channel.ts";
import { ReadableSocket } from "./readable-socket.ts";
import { BaseSocket } from "./socket.ts";

/** What Node asks an object for. */
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/** Has sockets and channels say where they stand. */
export function showOnNode(): void {
  showAs(Channel.prototype, ({ topic, state }) => `Channel { ${quote(topic)}, ${state.type} }`);
  showAs(ReadableSocket.prototype, (socket) => {
    const { place, session } = BaseSocket.coreOf(socket);
    return `Socket { ${place}, ${session.state.type}, ${session.channels.size} channels }`;
  });
}

function showAs<T extends object>(prototype: T, show: (shown: T) => string): void {
  Object.defineProperty(prototype, INSPECT, {
    value(this: T): string {
      return show(this);
    },
  });
}
