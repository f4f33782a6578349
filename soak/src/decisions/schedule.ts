// From dice to decisions: what a client does in one life, all of it told by its seed.
import type { Act, Decision } from "./decision.ts";
import type { Dice } from "./dice.ts";
import type { Deed, JoinMood } from "./order.ts";

const TOPICS = ["room:1", "room:2", "room:3", "room:4", "room:5", "room:6", "nowhere:1"] as const;
const EVENTS = ["item", "page", "bytes", "news", "others"] as const;

/** The decisions of one life, in order. */
export function* decisions(dice: Dice): Generator<Decision> {
  const count = dice.between(5, 120);
  // Most lives begin by connecting; some join, push or disconnect before they ever do.
  if (dice.chance(0.9)) {
    yield { wait: 0, type: "connect", abortAfter: patience(dice, 0.1) };
    for (const topic of TOPICS.slice(0, dice.between(1, 3)))
      yield { wait: 0, ...join(dice, topic) };
  }
  const haste = dice.pick([5, 20, 20, 60, 150]);
  for (let i = 0; i < count; i++) {
    const next = act(dice);
    // Many pushes at once go mostly to where they are waited for, or wait themselves.
    const isBurst = next.type === "push" && next.count > 1 && dice.chance(0.8);
    const wait = dice.wait(haste);
    if (isBurst) yield { wait, ...join(dice, next.topic) };
    yield { wait: isBurst ? dice.pick([0, 0, 30]) : wait, ...next };
  }
}

function act(dice: Dice): Act {
  const type = dice.weighted({
    push: 45,
    join: 22,
    leave: 7,
    read: 10,
    listen: 7,
    disconnect: 3,
    connect: 5,
    ping: 2,
    followStates: 1,
    abortSocket: 0.3,
  });
  // Mostly the topics that were joined first.
  const topic = TOPICS[Math.min(TOPICS.length - 1, dice.wait(1.2))] ?? TOPICS[0];
  switch (type) {
    case "connect":
      return { type, abortAfter: patience(dice, 0.3) };
    case "disconnect":
      return {
        type,
        how: dice.chance(0.8) ? "disconnect" : "reset",
        code: dice.pick([1000, 1000, 1001, 3000, 4999]),
        reason: dice.pick(["", "done", "é".repeat(60)]),
        // oxlint-disable-next-line unicorn/no-thenable -- what comes after, in a plain value that nobody awaits
        then: dice.weighted({ nothing: 5, disconnect: 1, connect: 2 }),
      };
    case "join":
      return join(dice, topic);
    case "leave":
      return {
        type,
        topic,
        timeout: dice.chance(0.7) ? null : dice.between(20, 1_000),
        // oxlint-disable-next-line unicorn/no-thenable -- what comes after, in a plain value that nobody awaits
        then: dice.weighted({ nothing: 5, leave: 1, join: 3 }),
      };
    case "push":
      return {
        type,
        topic,
        expects: dice.chance(0.8) ? "reply" : "none",
        deed: deed(dice),
        ms: dice.between(1, 400),
        size: dice.chance(0.1) ? dice.between(1_000, 50_000) : dice.between(0, 200),
        form: dice.weighted({ json: 80, bytes: 18, unsendable: 2 }),
        count: dice.chance(0.08) ? dice.between(10, 80) : 1,
        timeout: dice.pick([50, 200, 600, 600, 1_500, Number.POSITIVE_INFINITY]),
        abortAfter: patience(dice, 0.1),
        look: dice.chance(0.85) ? "observed" : "unobserved",
      };
    case "read":
      return {
        type,
        topic,
        event: dice.chance(0.5) ? undefined : dice.pick(EVENTS),
        limit: dice.pick([1, 1, 5, 5, 50, 1_000]),
        overflow: dice.weighted({ fail: 2, dropOldest: 2, dropNewest: 2, leave: 1 }),
        pace: dice.chance(0.6) ? dice.between(1, 100) : 0,
        count: dice.between(1, 300),
      };
    case "listen":
      return {
        type,
        topic,
        event: dice.pick(EVENTS),
        temper: dice.weighted({
          calm: 6,
          throws: 2,
          rejects: 2,
          leaves: 1,
          pushes: 1,
          disconnects: 0.3,
        }),
        stay: dice.between(0, 2_000),
      };
    case "ping":
      return { type, timeout: dice.pick([50, 500, Number.POSITIVE_INFINITY]) };
    case "followStates":
      return { type, count: dice.between(1, 50) };
    case "abortSocket":
      return { type };
  }
}

function join(dice: Dice, topic: string): Extract<Act, { type: "join" }> {
  return {
    type: "join",
    topic,
    params: { mood: joinMood(dice), ms: dice.between(1, 600) },
    paramsKind: dice.weighted({ value: 6, function: 2, async: 2, fails: 0.5 }),
    abortAfter: patience(dice, 0.1),
    listen: dice.chance(0.7) ? "early" : "late",
  };
}

function joinMood(dice: Dice): JoinMood {
  return dice.weighted({ ok: 12, pushes: 3, slow: 3, deny: 1, crash: 1 });
}

function deed(dice: Dice): Deed {
  return dice.weighted({
    ok: 30,
    error: 4,
    otherStatus: 2,
    slow: 8,
    late: 6,
    never: 3,
    binary: 5,
    page: 8,
    huge: 0.3,
    broadcast: 8,
    broadcastFrom: 5,
    filtered: 3,
    crash: 1,
    crashLater: 1,
    invalid: 0.5,
    stop: 1,
    stopWithReply: 1,
    drop: 0.4,
    close: 0.4,
  });
}

/** Ms after which somebody gives up, or null if he does not. 0 is at once, before anything is sent. */
function patience(dice: Dice, chance: number): number | null {
  if (!dice.chance(chance)) return null;
  return dice.chance(0.2) ? 0 : dice.between(1, 600);
}
