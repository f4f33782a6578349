// P17: what the server counts adds up, always; and when it has closed, nothing is live, neither by
// its counters nor by what its channels were told.
import type { Stats } from "@slipstream/server";
import type { Check } from "./check.ts";
import type { Observation } from "./observation.ts";
import type { Verdicts } from "./verdicts.ts";

export class ServerCounts implements Check {
  readonly #verdicts: Verdicts;
  /** Memberships by generation: granted by our code, and those that it was told the end of. */
  readonly #granted = new Map<number, Set<number>>();
  readonly #generationOf = new Map<number, number>();
  /** Of servers that have closed, for the report. */
  readonly ends: Map<string, number> = new Map();
  opened = 0;

  constructor(verdicts: Verdicts) {
    this.#verdicts = verdicts;
  }

  see(observation: Observation): void {
    switch (observation.type) {
      case "letIn": {
        const granted = this.#granted.get(observation.g) ?? new Set();
        this.#granted.set(observation.g, granted.add(observation.m));
        this.#generationOf.set(observation.m, observation.g);
        return;
      }
      case "terminated": {
        const g = this.#generationOf.get(observation.m);
        this.#generationOf.delete(observation.m);
        if (g !== undefined) this.#granted.get(g)?.delete(observation.m);
        return;
      }
      case "serverSampled":
        return this.#sampled(observation.g, observation.stats);
      case "serverClosed":
        return this.#closed(observation.g, observation.stats);
      default:
    }
  }

  #sampled(g: number, stats: Stats): void {
    const { live, opened, ended, channelsOpened, channelsEnded } = stats;
    const hold = this.#holder(g);
    hold(opened - ended === live.websocket, `${opened} - ${ended} is not ${live.websocket}`);
    hold(sum(stats.endsByReason) === ended, `${ended} ended, and the reasons say otherwise`);
    hold(channelsOpened - channelsEnded === live.channel, `channels: ${live.channel} live`);
    hold(sum(stats.channelEndsByReason) === channelsEnded, `${channelsEnded} channels ended`);
    hold(stats.joins.ok === channelsOpened, `${stats.joins.ok} joins, ${channelsOpened} channels`);
    hold(live.websocket >= 0 && live.channel >= 0, "less than nothing is live");
    hold(live.channel <= live.websocket * 5, "there are more channels than maxChannels allows");
    // Nobody here breaks the protocol, and the faults of the network move bytes, and change none.
    hold(stats.endsByReason.malformedMessage === 0, "a client sent what is no message");
    hold(stats.endsByReason.protocolError === 0, "a client broke the WebSocket protocol");
  }

  #closed(g: number, stats: Stats): void {
    this.#sampled(g, stats);
    const hold = this.#holder(g);
    hold(stats.live.websocket === 0, `closed, and ${stats.live.websocket} connections are live`);
    hold(stats.live.channel === 0, `closed, and ${stats.live.channel} channels are live`);
    const left = [...(this.#granted.get(g) ?? [])];
    hold(left.length === 0, `closed, and the memberships ${left.join(", ")} were never terminated`);
    this.#granted.delete(g);
    this.opened += stats.opened;
    for (const [reason, times] of Object.entries(stats.endsByReason)) {
      this.ends.set(reason, (this.ends.get(reason) ?? 0) + times);
    }
  }

  #holder(g: number): (holds: boolean, sentence: string) => void {
    return (holds, sentence) => {
      this.#verdicts.hold(holds, "P17", null, () => `the server ${g}: ${sentence}.`);
    };
  }
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, one) => total + one, 0);
}
