// The demo's client: one socket for all of it, its channels, and how the demo talks to them.
import { Socket, SLIPSTREAM_RECONNECT, SLIPSTREAM_REJOIN } from "@slipstream/client";
import { ByteCounter } from "./byte-counter.ts";
import { FeedFollower } from "./feed-follower.ts";
import { Lanes } from "./lanes.ts";
import { Observer } from "./observer.ts";
import { PushLedger } from "./push-ledger.ts";

/** Channels that pages are pulled over. */
export const LANES = 8;

/** Shorter than anybody should have them, so that the demo is over in 20 s. Ms. */
const HEARTBEAT = { interval: 400, timeout: 800 };
const CLOSE_TIMEOUT = 1_000;

export class Client {
  readonly socket: Socket;
  readonly bytes: ByteCounter = new ByteCounter();
  readonly ledger: PushLedger = new PushLedger(() => this.observer.wake());
  readonly lanes: Lanes;
  readonly feed: FeedFollower;
  readonly observer: Observer;
  readonly closeTimeout: number = CLOSE_TIMEOUT;
  /** What the client's logger was told: nothing, if all goes well. */
  readonly complaints: string[] = [];
  #follows = false;

  /** @param onChanges called with how many changes each message of the feed brought. */
  constructor(url: string, rows: number, signal: AbortSignal, onChanges: (count: number) => void) {
    this.socket = new Socket(url, {
      serializer: this.bytes.serializer,
      heartbeat: HEARTBEAT,
      closeTimeout: CLOSE_TIMEOUT,
      reconnect: SLIPSTREAM_RECONNECT,
      rejoin: SLIPSTREAM_REJOIN,
      logger: { error: (message) => this.complaints.push(message) },
    });
    this.lanes = new Lanes(this.socket, LANES, this.ledger);
    this.feed = new FeedFollower(this.socket, rows, (count) => {
      onChanges(count);
      this.observer.wake();
    });
    const channels = [...this.lanes.channels, this.feed.channel];
    this.observer = new Observer(this.socket, channels, signal);
  }

  /** Connects, and joins what was joined before. */
  async connect(): Promise<void> {
    await this.socket.connect();
    await Promise.all([this.lanes.join(), this.#follows ? this.feed.channel.join() : undefined]);
  }

  /** Begins with the first change there is. */
  async follow(): Promise<void> {
    this.#follows = true;
    await this.feed.channel.join();
  }
}
