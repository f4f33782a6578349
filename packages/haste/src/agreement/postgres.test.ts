import { describe } from "vitest";
import { openTextDatabase } from "../fixtures/text-database.ts";
import { pagesAgree } from "./pages.conformance.ts";
import { textsAgree } from "./text.conformance.ts";

describe("pages on PostgreSQL", () => pagesAgree(openTextDatabase));
describe("text on PostgreSQL", () => textsAgree(openTextDatabase));
