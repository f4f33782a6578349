// What every source must do, run for each over a real database.
import { afterAll, afterEach, beforeAll, beforeEach, describe } from "vitest";
import { SourceTrial, type SourceDatabase } from "../fixtures/source-trial.ts";
import { delivery } from "./delivery.conformance.ts";
import { refusals } from "./refusals.conformance.ts";
import { schemaChanges } from "./schema-changes.conformance.ts";
import { transactions } from "./transactions.conformance.ts";
import { values } from "./values.conformance.ts";

export interface SourceSuite {
  readonly open: () => Promise<SourceDatabase>;
}

export function sourceConformance(name: string, { open }: SourceSuite): void {
  describe(`${name} as a source`, () => {
    const on = new SourceTrial();

    beforeAll(async () => {
      on.db = await open();
    });
    afterAll(() => on.db.close());
    beforeEach(async () => {
      await on.db.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    });
    afterEach(async () => {
      await Promise.all(on.opened.splice(0).map((one) => one.close()));
    });

    transactions(on);
    values(on);
    schemaChanges(on);
    delivery(on);
    refusals(on);
  });
}
