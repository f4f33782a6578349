// A token that expires. It is kept as long as the server takes it, and renewed when it is refused. If
// the server refuses five in a row, the client gives up: `stopped` resolves with the type "gaveUp".
import { Slipstream, type EndReason } from "@slipstream/client";

export class TokenClient extends Slipstream {
  /** `renew` asks whoever gives out tokens, and is called only when one is needed. */
  constructor(url: string, renew: () => Promise<string>) {
    const kept: { token: string | null } = { token: null };
    super(url, {
      // Called before each attempt to connect.
      authToken: async () => (kept.token ??= await renew()),
      reconnect: [10, 100, 1_000],
    });
    this.#forget = () => {
      kept.token = null;
    };
  }

  readonly #forget: () => void;

  override handleConnect(): void {
    this.join("rooms:lobby");
  }

  override handleDisconnect(reason: EndReason): unknown {
    if (reason.type === "upgradeRejected" && reason.status === 403) this.#forget();
    return super.handleDisconnect(reason);
  }
}
