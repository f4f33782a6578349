// In place of ../../sentences.ts in the production build: where, and the code, which docs/errors.md
// explains.
import type * as full from "../../sentences.ts";

type Sentences = typeof full;

const say = (where: string, code: string): string => `${where}: ${code}, see docs/errors.md`;

export const sayWrongOption: Sentences["sayWrongOption"] = (option) =>
  say(option, "invalid_option");
export const sayNotConnected: Sentences["sayNotConnected"] = (place, { type }) => say(place, type);
export const sayNotJoined: Sentences["sayNotJoined"] = (topic, { type }) => say(topic, type);
export const sayEnded: Sentences["sayEnded"] = sayNotJoined;
export const sayNotLeft: Sentences["sayNotLeft"] = (topic) => say(topic, "timeout");
export const sayNotOk: Sentences["sayNotOk"] = (topic, event, failure) =>
  say(`${event} on ${topic}`, failure.type === "failed" ? failure.code : failure.type);
export const sayInvalid: Sentences["sayInvalid"] = (code, topic, event) =>
  say(event === undefined ? topic : `${event} on ${topic}`, code);
export const sayOverflow: Sentences["sayOverflow"] = (what) => say(what, "overflow");
export const sayRetrying: Sentences["sayRetrying"] = sayNotConnected;
export const sayGivenUp: Sentences["sayGivenUp"] = sayNotConnected;
export const sayCrashed: Sentences["sayCrashed"] = (callback) => say(callback, "crashed");
export const withheldCause: Sentences["withheldCause"] = () => undefined;
export const sayNoDelay: Sentences["sayNoDelay"] = (returned) => say(typeof returned, "no_delay");
export const sayReadOn: Sentences["sayReadOn"] = (maxPause) => say(`${maxPause} ms`, "max_pause");
export const sayFailed: Sentences["sayFailed"] = (what) => `slipstream: ${what} failed`;
export const sayConnectionEnded: Sentences["sayConnectionEnded"] = (place, { reason }) =>
  say(place, reason.type);

export const ACCEPTED = {} as Sentences["ACCEPTED"];
export const LOG = {
  unreadable: "slipstream: unreadable",
  ignored: "slipstream: ignored",
  transportThrew: "slipstream: transport",
} as unknown as Sentences["LOG"];
