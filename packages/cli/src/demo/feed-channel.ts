// The server's side of `feed`: sends what its client has not been sent yet. It keeps no queue of its
// own; the log is the queue, and the number of the last change sent is the place in it.
import {
  Channel,
  deny,
  noreply,
  ok,
  stop,
  type ChannelClass,
  type HandleResult,
  type JoinResult,
} from "@slipstream/server";
import type { FlightsService, Killable } from "./flights-service.ts";
import type { FeedTopic } from "./topics.ts";

/** Changes in one message at most. */
const MAX_RUN = 500;

interface Feed extends FeedTopic {
  readonly info: "advance" | "kill";
}

export function feedChannel(service: FlightsService): ChannelClass<unknown> {
  return class FeedChannel extends Channel<Feed> implements Killable {
    #sent = 0;
    #awake = false;
    #release: (() => void)[] = [];

    override join({ after }: FeedTopic["join"]["params"]): JoinResult<Feed> {
      if (service.log.since(after, 0) === null) return deny({ reason: "gone" });
      this.#sent = after;
      this.#release = [service.joined(this.topic, this), service.log.onAppend(() => this.#wake())];
      // What was missed is sent after the answer to the join.
      this.#wake();
      return ok({ seq: service.log.seq });
    }

    override async handleInfo(info: Feed["info"]): Promise<HandleResult> {
      if (info === "kill") throw new Error("The demo kills this channel.");
      this.#awake = false;
      for (;;) {
        const run = service.log.since(this.#sent, MAX_RUN);
        if (run === null) return stop("it fell behind by more than the log holds");
        if (run.changes.length === 0) return noreply();
        this.#sent += run.changes.length;
        this.push("changes", run);
        await this.drained();
      }
    }

    kill(): void {
      this.sendInfo("kill");
    }

    override terminate(): void {
      for (const release of this.#release) release();
    }

    /** However many changes came, one look at the log is enough. */
    #wake(): void {
      if (this.#awake) return;
      this.#awake = true;
      this.sendInfo("advance");
    }
  };
}
