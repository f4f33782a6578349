// The server's end of live pages.
export { createHaste, Haste, type HasteOptions, type HasteStats } from "./haste.ts";
export { defineJoinedView, defineView } from "./view/define-view.ts";
export type {
  JoinedViewDefinition,
  RowOf,
  View,
  ViewDefinition,
  ViewLimits,
} from "./view/define-view.ts";
export type { ColumnDeclarations, DeclaredRow, JsonOf } from "./view/column-declaration.ts";
export type { LookedUpPolicy, Policy, PolicyDecision, PolicyFunction } from "./view/policy.ts";
export { PageError, ViewError } from "./errors.ts";
export type { PageErrorCode } from "../page-reasons.ts";
export { DEFAULT_LIMITS, type HasteLimits } from "./limits.ts";
export type { Telemetry } from "./engine/telemetry.ts";
