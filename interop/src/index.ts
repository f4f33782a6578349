// What other packages' tests may use of the interop server.
export {
  startInteropServer,
  type InteropServer,
  type InteropServerOptions,
} from "./interop-server.ts";
