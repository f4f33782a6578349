// Fault scripts from dice: the same dice give the same scripts. Most connections have one fault or
// none, so that what others do can be seen to work.
import {
  FAULTLESS,
  FAULTLESS_LANE,
  type ClosingFault,
  type FaultScript,
  type Interruption,
  type LaneScript,
  type Opening,
} from "./fault-script.ts";

/** Gives numbers in [0, 1). */
export type Dice = () => number;

/**
 * A connection's fate.
 * @param dice a seeded generator, for a run that can be had again.
 * @param patience ms after which a peer is expected to give up: waits are drawn around it.
 */
export function randomFaults(dice: Dice, patience: number): FaultScript {
  const draw = dice();
  if (draw < 0.4) return FAULTLESS;
  if (draw < 0.5) return { ...FAULTLESS, opening: randomOpening(dice) };
  if (draw < 0.57) return { ...FAULTLESS, killAfter: dice() * 4 * patience };
  const toServer = randomLane(dice, patience, draw < 0.75 ? 1 : 0.3);
  const toClient = randomLane(dice, patience, draw < 0.75 ? 0.3 : 1);
  return { ...FAULTLESS, toServer, toClient };
}

function randomOpening(dice: Dice): Opening {
  const draw = dice();
  if (draw < 0.5) {
    const status = pick(dice, [400, 401, 403, 404, 429, 500, 502, 503]);
    return { type: "refuse", status, body: "x".repeat(between(dice, 0, 2_000)) };
  }
  return draw < 0.75 ? { type: "ignore" } : { type: "reset" };
}

function randomLane(dice: Dice, patience: number, chance: number): LaneScript {
  if (dice() >= chance) return FAULTLESS_LANE;
  const draw = dice();
  if (draw < 0.3)
    return { ...FAULTLESS_LANE, closing: randomClosing(dice, patience), ...slow(dice) };
  if (draw < 0.4) return { ...FAULTLESS_LANE, ...slow(dice) };
  const count = draw < 0.85 ? 1 : between(dice, 2, 4);
  const interruptions = Array.from({ length: count }, () => randomInterruption(dice, patience));
  return {
    ...FAULTLESS_LANE,
    interruptions: interruptions.sort((one, other) => one.at - other.at),
  };
}

function slow(dice: Dice): Pick<LaneScript, "latency" | "bytesPerSecond"> {
  const bytesPerSecond = dice() < 0.5 ? Number.POSITIVE_INFINITY : between(dice, 5_000, 200_000);
  return { latency: dice() < 0.3 ? 0 : between(dice, 1, 120), bytesPerSecond };
}

function randomInterruption(dice: Dice, patience: number): Interruption {
  // As often within the handshake as within the first frames, or tens of kilobytes later.
  const at = Math.floor(2 ** (dice() * 17)) - 1;
  const draw = dice();
  if (draw < 0.3) return { at, type: "pause", ms: Math.floor(dice() * 2 * patience) };
  if (draw < 0.5) return { at, type: "fin" };
  if (draw < 0.7) return { at, type: "rst" };
  return { at, type: "silence", ways: draw < 0.85 ? "this" : "both" };
}

function randomClosing(dice: Dice, patience: number): ClosingFault {
  const draw = dice();
  if (draw < 0.2) return { type: "delay", ms: Math.floor(dice() * 2 * patience) };
  if (draw < 0.4) return { type: "withhold" };
  if (draw < 0.55) return { type: "lose" };
  if (draw < 0.7) {
    return { type: "break", bytes: between(dice, 1, 4), by: dice() < 0.5 ? "fin" : "rst" };
  }
  return { type: "overtake" };
}

function between(dice: Dice, low: number, high: number): number {
  return low + Math.floor(dice() * (high - low + 1));
}

function pick<T>(dice: Dice, values: readonly [T, ...T[]]): T {
  return values[Math.floor(dice() * values.length)] ?? values[0];
}
