// The whole of @slipstream/lab.
export { CLIENTS, isClientName, type ClientName } from "./clients/index.ts";
export {
  flagsFor,
  LIBRARIES,
  loadLibrary,
  type Library,
  type StandardWebSocket,
  type StandardWebSocketClass,
} from "./clients/libraries.ts";
export { BOUNDS, CUTOVER_DEFAULTS, describeServer } from "./cutover/options.ts";
export type { Bounds, CutoverOptions } from "./cutover/options.ts";
export { ClientUnusableError } from "./cutover/client-host.ts";
export { ServerUnusableError } from "./cutover/phoenix-server.ts";
export { runCutover } from "./cutover/run.ts";
export type { CutoverEvent, CutoverResult, OrderResult } from "./cutover/run.ts";
export { GRACE as ZOMBIE_GRACE } from "./cutover/zombies.ts";
export type { PhaseResult, Sample } from "./cutover/sample.ts";
export { eventLine, resultLine } from "./cutover/lines.ts";
export { cutoverPage, cutoverPicture, type Provenance } from "./cutover/page.ts";
export { FIGURES, type FigureName, type Names } from "./monitor/reading.ts";
export { startMonitor, type Monitor, type MonitorOptions } from "./monitor/serve.ts";
