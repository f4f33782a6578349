// The files of browser/production can stand in for those of the same name: they export the same.
import { test } from "vitest";
import type * as optionChecks from "../option-checks.ts";
import type * as sentences from "../sentences.ts";
import type * as socketOptionChecks from "../socket-option-checks.ts";
import * as briefOptionChecks from "./production/option-checks.ts";
import * as briefSentences from "./production/sentences.ts";
import * as briefSocketOptionChecks from "./production/socket-option-checks.ts";

test("each stand-in has the exports of what it stands in for", () => {
  briefOptionChecks satisfies typeof optionChecks;
  briefSentences satisfies typeof sentences;
  briefSocketOptionChecks satisfies typeof socketOptionChecks;
});
