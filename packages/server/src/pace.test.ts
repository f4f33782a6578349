// A pace that is forgotten whenever nothing is lost by it allows what one that never is does.
import fc from "fast-check";
import { expect, test } from "vitest";
import { DEFAULT_LIMITS } from "./limits.ts";
import { Pace } from "./pace.ts";
import { Rate } from "./rate.ts";

test("looking at it changes nothing", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0.3, 1, 3),
      fc.array(fc.tuple(fc.nat(900), fc.constantFrom("message", "join", "look")), {
        maxLength: 60,
      }),
      (rate, steps) => {
        let now = 0;
        const pace = new Pace({ ...DEFAULT_LIMITS, maxMessageRate: rate, maxJoinRate: rate });
        const [messages, joins] = [new Rate(rate, 0), new Rate(rate, 0)];
        for (const [gap, step] of steps) {
          now += gap;
          if (step === "message") expect(pace.mayReceive(now)).toBe(messages.take(now));
          else if (step === "join") expect(pace.mayJoin(now)).toBe(joins.take(now));
          else pace.look(now);
        }
      },
    ),
  );
});
