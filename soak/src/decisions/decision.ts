// One thing that a client decides to do. It is decided without looking at what the network did; what
// cannot be done when its turn comes is left out.
import type { Overflow } from "@slipstream/client";
import type { Deed, JoinParams } from "./order.ts";

export type Decision = Act & {
  /** Ms after the decision before. */
  readonly wait: number;
};

export type Act =
  | { readonly type: "connect"; readonly abortAfter: number | null }
  | {
      readonly type: "disconnect";
      readonly how: "disconnect" | "reset";
      readonly code: number;
      readonly reason: string;
      readonly then: "nothing" | "disconnect" | "connect";
    }
  /** Aborts the signal that the socket was made with. */
  | { readonly type: "abortSocket" }
  | {
      readonly type: "join";
      readonly topic: string;
      readonly params: JoinParams;
      readonly paramsKind: "value" | "function" | "async" | "fails";
      readonly abortAfter: number | null;
      /** Whether it listens before it joins, or once it has joined. */
      readonly listen: "early" | "late";
    }
  | {
      readonly type: "leave";
      readonly topic: string;
      /** Null for the default. */
      readonly timeout: number | null;
      readonly then: "nothing" | "leave" | "join";
    }
  | {
      readonly type: "push";
      readonly topic: string;
      readonly expects: "reply" | "none";
      readonly deed: Deed;
      readonly ms: number;
      readonly size: number;
      readonly form: "json" | "bytes" | "unsendable";
      /** How many of them at once. */
      readonly count: number;
      readonly timeout: number;
      readonly abortAfter: number | null;
      /** Whether anybody looks at the outcome. */
      readonly look: "observed" | "unobserved";
    }
  | {
      readonly type: "read";
      readonly topic: string;
      readonly event: string | undefined;
      readonly limit: number;
      readonly overflow: Overflow;
      /** Ms that the loop takes for each message. */
      readonly pace: number;
      /** After how many messages it breaks. */
      readonly count: number;
    }
  | {
      readonly type: "listen";
      readonly topic: string;
      readonly event: string;
      readonly temper: HandlerTemper;
      /** Ms after which the handler is removed. */
      readonly stay: number;
    }
  | { readonly type: "ping"; readonly timeout: number }
  | { readonly type: "followStates"; readonly count: number };

/** What a handler does besides taking its message. */
export type HandlerTemper = "calm" | "throws" | "rejects" | "leaves" | "pushes" | "disconnects";
