// The connection under a session and the server behind it: frames wait on their way, in order, and
// everything that can break does.
import type { ClientMessage, ServerMessage } from "../message.ts";
import type { SessionInput, TransportEnd } from "../session/input.ts";
import { SimulatedServer, type Mood } from "./simulated-server.ts";

/** Something that can happen now, how likely it is next to the others, and how it is done. */
export type Option = readonly [weight: number, name: string, act: (choice: number) => void];

const MOODS: readonly Mood[] = [
  ...Array.from({ length: 9 }, (): Mood => "kind"),
  "silent",
  "refusing",
  "crashing",
];

interface Connection {
  /** "ending" when a close frame has come: nothing else can. */
  state: "dialling" | "open" | "ending";
  /** Whether our side wants it to end. */
  isUnwanted: boolean;
  isRead: boolean;
  readonly server: SimulatedServer;
  readonly toServer: ClientMessage[];
  readonly toClient: ServerMessage[];
}

export class Network {
  readonly #topics: readonly string[];
  readonly #report: (input: SessionInput<string, string>) => void;
  #connection: Connection | null = null;

  /** `report` takes what a transport reports. */
  constructor(topics: readonly string[], report: (input: SessionInput<string, string>) => void) {
    this.#topics = topics;
    this.#report = report;
  }

  dial(): void {
    const toClient: ServerMessage[] = [];
    const server = new SimulatedServer((message) => toClient.push(message));
    this.#connection = {
      state: "dialling",
      isUnwanted: false,
      isRead: true,
      server,
      toServer: [],
      toClient,
    };
  }

  send(message: ClientMessage): void {
    this.#connection?.toServer.push(message);
  }

  /** Whether our side reads. What it has read before may still come, and seldom does. */
  reads(does: boolean): void {
    if (this.#connection !== null) this.#connection.isRead = does;
  }

  /** Our side closes or resets. What is on its way may still come. */
  unwanted(): void {
    if (this.#connection === null) return;
    this.#connection.isUnwanted = true;
    this.#connection.isRead = true;
  }

  /** The transport is gone, for one reason or another. */
  end(choice: number): void {
    if (this.#connection === null) return;
    const wasDialling = this.#connection.state === "dialling";
    this.#connection = null;
    const ends: Partial<TransportEnd>[] = [
      {},
      wasDialling ? { rejected: { status: 401 } } : { code: 1000, clean: true },
      wasDialling ? { rejected: { status: 503 } } : { error: { cause: null, protocol: 1009 } },
    ];
    const end = { code: null, reason: "", clean: false, ...ends[choice % ends.length] };
    this.#report({ type: "transportClosed", end });
  }

  /** What can happen now. */
  options(): Option[] {
    const connection = this.#connection;
    if (connection === null) return [];
    const { state, isUnwanted } = connection;
    if (state === "dialling") {
      return [
        [60, "opened", () => this.#opened(connection)],
        [3, "not opened", (choice) => this.end(choice)],
      ];
    }
    const weight = isUnwanted || state === "ending" ? 30 : 1;
    const options: Option[] = [[weight, "transport ends", (choice) => this.end(choice)]];
    if (state === "ending") return options;
    options.push([weight, "close frame", () => this.#closeFrame(connection)]);
    return [...options, ...this.#frames(connection)];
  }

  #opened(connection: Connection): void {
    connection.state = "open";
    this.#report({ type: "transportOpened" });
  }

  #closeFrame(connection: Connection): void {
    connection.state = "ending";
    this.#report({ type: "closeReceived" });
  }

  #frames({ server, toServer, toClient, isRead }: Connection): Option[] {
    const topic = (choice: number): string => this.#topics[choice % this.#topics.length] ?? "";
    const half = <T>(choice: number, one: T, other: T): T => (choice % 2 === 0 ? one : other);
    const options: Option[] = [
      [1, "garbage", () => this.#report({ type: "frameRejected" })],
      [8, "send", (which) => server.send(topic(which), "e", half(which, "member", "topic"))],
      [2, "end a channel", (which) => server.end(topic(which), half(which, "close", "error"))],
      [2, "repeat", (which) => server.repeat(which)],
      [2, "invent", (which) => server.invent(topic(which), which)],
    ];
    const [first] = toServer;
    if (first !== undefined) {
      options.push([
        50,
        `serve ${first.type}`,
        (choice) => {
          toServer.shift();
          server.handle(first, MOODS[choice % MOODS.length] ?? "kind");
        },
      ]);
    }
    const [message] = toClient;
    if (message !== undefined) {
      options.push([
        isRead ? 50 : 1,
        `deliver ${message.type}`,
        () => {
          toClient.shift();
          this.#report({ type: "messageReceived", message });
        },
      ]);
    }
    return options;
  }
}
