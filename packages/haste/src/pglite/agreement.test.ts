import { PGlite } from "@electric-sql/pglite";
import { describe } from "vitest";
import { pagesAgree } from "../agreement/pages.conformance.ts";
import { textsAgree } from "../agreement/text.conformance.ts";
import type { TextDatabase } from "../fixtures/text-database.ts";
import { settingsSql } from "../source/settings.ts";
import { rawQueries } from "./raw.ts";

async function open(): Promise<TextDatabase> {
  const db = await PGlite.create();
  await db.exec(settingsSql("SESSION"));
  const run = rawQueries(db);
  return { run: (sql, parameters) => run(db, sql, parameters), close: () => db.close() };
}

describe("pages on PGlite", () => pagesAgree(open));
describe("text on PGlite", () => textsAgree(open));
