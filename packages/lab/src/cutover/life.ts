// The life of one short-lived client, which is the same whichever client lives it: connect, join,
// take pages while changes flood in, and end.
import type { Farewell, LabClient, LabSocket } from "../clients/lab-client.ts";

/** Decided before it begins. */
export interface LifePlan {
  readonly name: string;
  readonly pages: number;
  /** Bytes of a page. */
  readonly pageSize: number;
  /** How long it stays after its pages, in ms. */
  readonly stay: number;
  readonly farewell: Farewell;
}

/** Pages that are asked for by who then vanishes without taking them. */
const PAGES_OF_WHO_VANISHES = 24;

export interface LifeEvents {
  /** The server has named the port that the connection comes from. */
  port(life: string, port: number): void;
  /** Its owner wants no more of it, from this moment on. */
  declaredEnd(life: string): void;
  /** It did not come as far as its plan says. */
  failed(life: string): void;
}

/** @param random from 0 to below 1. */
export function planLife(name: string, random: () => number): LifePlan {
  return {
    name,
    pages: 1 + Math.floor(random() * 3),
    pageSize: (128 + Math.floor(random() * 384)) * 1024,
    stay: 100 + random() * 1_400,
    farewell: random() < 0.5 ? "leave" : "vanish",
  };
}

export interface Workplace {
  /** The socket's path. */
  readonly url: string;
  /** Where the server cannot be looked into, the client asks it which port it sees. */
  readonly asksPort: boolean;
  /** Resolves after so many ms. */
  sleep(ms: number): Promise<unknown>;
}

/** Resolves when the owner has declared the end. Never rejects. */
export async function live(
  client: LabClient,
  plan: LifePlan,
  workplace: Workplace,
  events: LifeEvents,
): Promise<void> {
  const { name, pages, pageSize, stay, farewell } = plan;
  let socket: LabSocket | null = null;
  try {
    socket = await client.connect(workplace.url, { life: name });
    await socket.join("room:changes", {});
    const room = await socket.join(`room:${name}`, {});
    if (workplace.asksPort) events.port(name, portOf(await room.push("whoami", {})));
    for (let page = 0; page < pages; page++) await room.push("push_n", { n: 1, size: pageSize });
    await workplace.sleep(stay);
    if (farewell === "vanish") {
      room.push("push_n", { n: PAGES_OF_WHO_VANISHES, size: pageSize }).catch(() => {});
    }
  } catch {
    events.failed(name);
  }
  events.declaredEnd(name);
  socket?.end(farewell);
}

/** The answer to `whoami` has the client's address as the server sees it: "127.0.0.1:40000". */
function portOf(answer: unknown): number {
  const { peer } = answer as { readonly peer: string };
  return Number(peer.slice(peer.lastIndexOf(":") + 1));
}
