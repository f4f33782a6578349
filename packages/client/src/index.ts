// The whole of @slipstream/client.
export type * from "./transport.ts";
