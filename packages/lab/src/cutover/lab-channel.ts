// The channel that clients work with: it serves pages and lets changes through, as an application
// would. It speaks the words of interop's room, so that a Phoenix with that room can take its place.
import { Channel, noreply, ok, reply, type HandleInResult } from "@slipstream/server";
import type { IncomingPush, JoinResult, OutgoingMessage, Untyped } from "@slipstream/server";

const MAX_PAGES = 100;
const MAX_PAGE_SIZE = 4 * 1024 * 1024;

export class LabChannel extends Channel {
  /** Each client is told what a change means for its own page, so each is told something else. */
  static override readonly intercept: readonly string[] = ["bcast"];

  override join(): JoinResult<Untyped> {
    return ok({});
  }

  override handleIn({
    event,
    payload,
  }: IncomingPush<Untyped>):
    | HandleInResult<Untyped>
    | Promise<HandleInResult<Untyped>>
    | undefined {
    switch (event) {
      case "push_n":
        return this.#servePages(payload as { readonly n: number; readonly size: number });
      case "bcast":
        this.broadcast("bcast", payload);
        return reply();
      case "ws_close":
        this.socket.close(1000);
        return noreply();
    }
    return undefined;
  }

  override handleOut({ event, payload }: OutgoingMessage<Untyped>): void {
    this.push(event, { ...(payload as object), page: this.topic });
  }

  async #servePages({
    n,
    size,
  }: {
    readonly n: number;
    readonly size: number;
  }): Promise<HandleInResult<Untyped>> {
    const rows = "x".repeat(Math.min(size, MAX_PAGE_SIZE));
    for (let page = 0; page < Math.min(n, MAX_PAGES); page++) {
      this.push("page", { page, rows });
      // A page that has no room waits for it, as far as the server's bounds say what room is.
      await this.drained();
    }
    return reply();
  }
}
