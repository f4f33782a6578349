// A pace that is forgotten whenever nothing is lost by it allows what one that never is does.
import fc from "fast-check";
import { expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../limits.ts";
import { Pace } from "./pace.ts";
import { Rate } from "./rate.ts";

test("looking at it changes nothing", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0.3, 1, 3),
      fc.array(fc.tuple(fc.nat(900), fc.constantFrom("message", "join", "inflate", "look")), {
        maxLength: 60,
      }),
      (rate, steps) => {
        let now = 0;
        const rates = { maxMessageRate: rate, maxJoinRate: rate, maxInflateRate: rate };
        const pace = new Pace({ ...DEFAULT_LIMITS, ...rates, maxPayload: 5 });
        const [messages, joins] = [new Rate(rate, 0), new Rate(rate, 0)];
        const inflated = new Rate(rate, 0, 5);
        for (const [gap, step] of steps) {
          now += gap;
          if (step === "message") expect(pace.mayReceive(now)).toBe(messages.take(now));
          else if (step === "join") expect(pace.mayJoin(now)).toBe(joins.take(now));
          else if (step === "inflate") {
            expect(pace.mayInflate(now, gap % 5)).toBe(inflated.take(now, gap % 5));
          } else pace.look(now);
        }
      },
    ),
  );
});
