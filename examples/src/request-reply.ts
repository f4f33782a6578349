// A service of the program that asks a remote one. Many may ask at once: answers find their callers.
import { REPLY_LATER, Slipstream, type Caller, type Reply } from "@slipstream/client";

/** Why there is no price: the server's word, or that there was none. */
export class NoPriceError extends Error {
  /** "refused", or what became of the push, such as "timeout". */
  readonly code: string;
  /** The server's status, if it answered. */
  readonly status: string | undefined;

  constructor(reply: Exclude<Reply, { type: "ok" }>) {
    const code = reply.type === "failed" ? reply.code : reply.type;
    super(`no price: ${code}`);
    this.code = code;
    this.status = reply.type === "refused" ? reply.status : undefined;
  }
}

interface Kept {
  /** Who waits for which push. */
  readonly callers: ReadonlyMap<string, Caller>;
}

export class PriceService extends Slipstream<Kept> {
  constructor(url: string) {
    super(url, { assigns: () => ({ callers: new Map() }), restart: [100, 1_000] });
  }

  /** For the rest of the program. */
  async priceOf(article: string): Promise<unknown> {
    return this.call({ article }, { timeout: 2_000 });
  }

  override handleConnect(): void {
    this.join("prices");
  }

  override handleCall(request: unknown, caller: Caller): unknown {
    const ref = this.push("prices", "get", request);
    this.update("callers", (callers) => new Map(callers).set(ref, caller));
    return REPLY_LATER;
  }

  override handleReply(ref: string, reply: Reply): void {
    const caller = this.assigns.callers.get(ref);
    this.update("callers", (callers) => {
      const left = new Map(callers);
      left.delete(ref);
      return left;
    });
    if (reply.type === "ok") caller?.reply(reply.response);
    else caller?.reject(new NoPriceError(reply));
  }
}
