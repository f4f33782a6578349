// The whole of @slipstream/core.
export * from "./message.ts";
export * from "./serializer/serializer.ts";
export { V1 } from "./serializer/v1.ts";
export { V2 } from "./serializer/v2.ts";
export { isBinary } from "./serializer/payload.ts";
