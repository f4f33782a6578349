// Topics come and go while the program runs. After a reconnect, those that are wanted are joined again.
import { Slipstream } from "@slipstream/client";

export class Follower extends Slipstream<{ topics: ReadonlySet<string> }> {
  constructor(url: string) {
    super(url, { assigns: { topics: new Set() }, reconnect: [10, 100, 1_000] });
  }

  /** For the rest of the program. */
  follow(topic: string): void {
    this.cast({ follow: topic });
  }

  /** Which topics are joined now. */
  async following(): Promise<unknown> {
    return this.call("following");
  }

  override handleConnect(): void {
    for (const topic of this.assigns.topics) this.join(topic);
  }

  override handleCast({ follow }: { follow: string }): void {
    this.update("topics", (topics) => new Set(topics).add(follow));
    // Without a connection this does nothing: handleConnect will do it.
    this.join(follow);
  }

  override handleCall(): string[] {
    return [...this.assigns.topics].filter((topic) => this.isJoined(topic));
  }
}
