import fc from "fast-check";
import { expect, test } from "vitest";
import { changeAt, ChangeLog, type Change } from "./changes.ts";

test("a change is of a row that there is, and a function of its number", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 3e6 }), (seq, rows) => {
      const [row, delay] = changeAt(seq, rows);
      expect(row).toBeGreaterThanOrEqual(0);
      expect(row).toBeLessThan(rows);
      expect(Number.isInteger(delay)).toBe(true);
      expect(changeAt(seq, rows)).toEqual([row, delay]);
    }),
  );
});

// However changes are appended and asked for, a reader who asks on from where it is gets each once,
// in order, unless it is told that they are gone.
test("readers of the log get every change once and in order, or are told", () => {
  const steps = fc.array(
    fc.oneof(fc.record({ append: fc.nat(7) }), fc.record({ read: fc.nat(5) })),
    {
      maxLength: 60,
    },
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), steps, (capacity, steps) => {
      const log = new ChangeLog(capacity);
      const all: Change[] = [];
      let place = 0;
      for (const step of steps) {
        if ("append" in step) {
          const changes = Array.from({ length: step.append }, (_, index): Change => [
            all.length + index,
            0,
          ]);
          all.push(...changes);
          log.append(changes);
          continue;
        }
        const run = log.since(place, step.read);
        const gone = all.length - place > capacity;
        expect(run === null).toBe(gone);
        if (run === null) {
          place = log.seq;
          continue;
        }
        expect(run.first).toBe(place + 1);
        expect(run.changes).toEqual(all.slice(place, Math.min(all.length, place + step.read)));
        place += run.changes.length;
      }
      expect(log.seq).toBe(all.length);
    }),
  );
});

test("what was never is refused like what is gone", () => {
  const log = new ChangeLog(10);
  log.append([[1, 2]]);
  for (const after of [2, -1, 0.5, Number.NaN]) expect(log.since(after, 10)).toBeNull();
  expect(log.since(1, 10)).toEqual({ first: 2, changes: [] });
});

test("listeners hear of each append until they are removed", () => {
  const log = new ChangeLog(10);
  let heard = 0;
  const remove = log.onAppend(() => (heard += 1));
  log.append([
    [1, 2],
    [3, 4],
  ]);
  remove();
  log.append([[1, 2]]);
  expect(heard).toBe(1);
});
