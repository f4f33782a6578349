// Our client, with the options that it comes with.
import { connect } from "@slipstream/client";
import type { Side } from "./side.ts";

export const slipstream: Side = { connect: (url) => connect(url) };
