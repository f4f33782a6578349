// What a raw client says to each server to be a client of it, as text frames, and how many frames it
// hears in return.

/** Something to say, and how many frames answer it. */
export interface Exchange {
  readonly say: string;
  readonly hears: number;
}

export interface Dialect {
  /** The target of the upgrade request. */
  readonly path: string;
  /** Frames that the server sends by itself when the upgrade is done. */
  readonly greeting: number;
  /** What must be said before anything else. */
  readonly hello: readonly Exchange[];
  join(topic: string): Exchange;
  leave(topic: string): Exchange;
  /** Asks for the payload back. */
  echo(topic: string): Exchange;
  /** Asks for a broadcast to the topic; nothing else answers. */
  say(topic: string): string;
}

const ECHO = JSON.stringify({ id: 1, body: "x".repeat(80) });

function phoenix(framesAfterLeave: number): Dialect {
  const frame = (topic: string, event: string, payload: string): string =>
    `["1","1","${topic}","${event}",${payload}]`;
  return {
    path: "/socket/websocket?vsn=2.0.0",
    greeting: 0,
    hello: [],
    join: (topic) => ({ say: frame(topic, "phx_join", "{}"), hears: 1 }),
    leave: (topic) => ({ say: frame(topic, "phx_leave", "{}"), hears: framesAfterLeave }),
    echo: (topic) => ({ say: frame(topic, "echo", ECHO), hears: 1 }),
    say: (topic) => frame(topic, "say", "{}"),
  };
}

/** Engine.IO 4 over a WebSocket, and Socket.IO 5 in it: "40" connects, "42" is an event, its number asks for an answer. */
const socketIo: Dialect = {
  path: "/socket.io/?EIO=4&transport=websocket",
  greeting: 1,
  hello: [{ say: "40", hears: 1 }],
  join: (topic) => ({ say: `421["join","${topic}"]`, hears: 1 }),
  leave: (topic) => ({ say: `421["leave","${topic}"]`, hears: 1 }),
  echo: () => ({ say: `421["echo",${ECHO}]`, hears: 1 }),
  say: () => `42["say"]`,
};

export function dialectOf(side: string): Dialect {
  switch (side) {
    case "bare":
      return phoenix(1);
    case "slipstream":
      // The answer, and phx_close.
      return phoenix(2);
    case "socket.io":
      return socketIo;
    default:
      throw new Error(`Nobody knows how to speak to ${side}.`);
  }
}
