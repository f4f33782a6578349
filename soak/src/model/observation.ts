// All that the model gets to see: what the user of the client's API asked for and was told, and what
// the server's own code received, did and sent. Nothing of either's inside.
import type {
  ChannelState,
  ConnectionEnd,
  Disconnected,
  Overflow,
  SessionState,
  SocketStats,
} from "@slipstream/client";
import type { FaultKind, FaultScript } from "@slipstream/faults";
import type { Stats } from "@slipstream/server";
import type { LifeOptions } from "../decisions/life-options.ts";
import type { Stamp } from "../decisions/order.ts";

/** One socket's life: the client's name and a number, "c3.2". */
export type LifeName = string;

/** How a promise of the client's ended, as its user saw it. */
export type Settled =
  | { readonly type: "resolved"; readonly value: unknown }
  /** `code` is the error's, or its name where it has none; `sent` is a push's, else undefined. */
  | {
      readonly type: "rejected";
      readonly code: string;
      readonly response: unknown;
      readonly sent?: unknown;
    };

export type ClientObservation = { readonly life: LifeName } & (
  | { readonly type: "lifeBegan"; readonly options: LifeOptions }
  /** The last disconnect of a life has resolved, and nothing will be asked of it any more. */
  | { readonly type: "lifeEnded"; readonly stats: SocketStats; readonly state: SessionState }
  | { readonly type: "credentialsGiven"; readonly mood: string }
  | { readonly type: "connectCalled"; readonly call: number }
  | { readonly type: "connectAborted" }
  | { readonly type: "connectSettled"; readonly call: number; readonly settled: Settled }
  | {
      readonly type: "disconnectCalled";
      readonly call: number;
      readonly how: "disconnect" | "reset";
    }
  | {
      readonly type: "disconnectSettled";
      readonly call: number;
      readonly result: Disconnected | Settled;
      readonly state: SessionState["type"];
    }
  | { readonly type: "socketAborted" }
  | {
      readonly type: "sessionChanged";
      readonly state: SessionState;
      /** It is still so now that it is told. */
      readonly isCurrent: boolean;
    }
  | { readonly type: "connectionEnded"; readonly end: ConnectionEnd }
  | { readonly type: "pingCalled"; readonly call: number; readonly timeout: number }
  | { readonly type: "pingSettled"; readonly call: number; readonly settled: Settled }
  | { readonly type: "loopOpened"; readonly loop: number }
  | { readonly type: "loopEnded"; readonly loop: number }
  | ({ readonly topic: string } & ChannelObservation)
);

export type ChannelObservation =
  | { readonly type: "joinCalled"; readonly call: number }
  | { readonly type: "joinAborted" }
  | { readonly type: "joinSettled"; readonly call: number; readonly settled: Settled }
  | {
      readonly type: "leaveCalled";
      readonly call: number;
      /** Ms that it may take; null where it was not said. */
      readonly timeout: number | null;
      readonly state: ChannelState["type"];
      readonly isOpen: boolean;
    }
  | {
      readonly type: "leaveSettled";
      readonly call: number;
      readonly settled: Settled;
      readonly isOpen: boolean;
    }
  | { readonly type: "channelChanged"; readonly state: ChannelState; readonly isCurrent: boolean }
  /** The socket has another channel for the topic: nothing more comes from the one before. */
  | { readonly type: "channelReplaced" }
  /** The one handler that hears everything. It stands behind the handlers by event. */
  | { readonly type: "tapped"; readonly listen: "early" | "late" }
  | { readonly type: "messageSeen"; readonly event: string; readonly stamp: Stamp }
  | { readonly type: "handlerAdded"; readonly handler: number; readonly event: string }
  | { readonly type: "handlerCalled"; readonly handler: number; readonly stamp: Stamp }
  | { readonly type: "handlerRemoved"; readonly handler: number }
  | {
      readonly type: "readerOpened";
      readonly reader: number;
      readonly event: string | undefined;
      readonly limit: number;
      readonly overflow: Overflow;
    }
  | {
      readonly type: "readerRead";
      readonly reader: number;
      readonly stamp: Stamp;
      /** How many wait. */
      readonly size: number;
    }
  | {
      readonly type: "readerEnded";
      readonly reader: number;
      /** "broke": it was the loop's own wish. */
      readonly how: "ended" | "broke" | "failed";
      readonly code: string | null;
      readonly dropped: number;
    }
  | {
      readonly type: "pushCalled";
      readonly push: string;
      readonly expects: "reply" | "none";
      readonly timeout: number;
      readonly form: "json" | "bytes" | "unsendable";
      readonly look: "observed" | "unobserved";
      readonly state: ChannelState["type"];
    }
  | { readonly type: "pushAborted"; readonly push: string }
  | { readonly type: "pushSettled"; readonly push: string; readonly settled: Settled };

export type ServerObservation =
  | {
      readonly type: "letIn";
      readonly life: LifeName;
      readonly topic: string;
      readonly m: number;
      readonly g: number;
      /** On which attempt to connect, counted from 1 by the credentials that were given. */
      readonly attempt: number;
    }
  | { readonly type: "turnedAway"; readonly life: LifeName; readonly topic: string }
  /** The handler of a push has begun. */
  | {
      readonly type: "handled";
      readonly life: LifeName;
      readonly topic: string;
      readonly push: string;
      readonly m: number;
    }
  /** The handler of a push has come to its reply. */
  | {
      readonly type: "replied";
      readonly life: LifeName;
      readonly push: string;
      readonly status: string;
    }
  /** A handler takes its time, or is done. */
  | { readonly type: "working"; readonly life: LifeName; readonly m: number; readonly by: 1 | -1 }
  | {
      readonly type: "terminated";
      readonly life: LifeName;
      readonly m: number;
      readonly reason: string;
    }
  | {
      readonly type: "broadcast";
      readonly g: number;
      readonly topic: string;
      readonly b: number;
      readonly except: number | null;
    }
  /** The server's code has closed the connection with this code, or is about to. */
  | { readonly type: "closedByServer"; readonly life: LifeName; readonly code: number }
  | { readonly type: "hugeSent"; readonly life: LifeName }
  | { readonly type: "serverSampled"; readonly g: number; readonly stats: Stats }
  | { readonly type: "serverClosed"; readonly g: number; readonly stats: Stats };

/** What the network between them did. Nothing is judged by it; it helps to understand a violation. */
export type NetworkObservation = { readonly client: string; readonly connection: number } & (
  | { readonly type: "relayed"; readonly port: number; readonly script: FaultScript }
  | { readonly type: "fault"; readonly kind: FaultKind }
);

export type Observation = ClientObservation | ServerObservation | NetworkObservation;

/** The client that an observation is about, if it is about one: "c3" of the life "c3.2". */
export function clientOf(observation: Observation): string | null {
  if ("client" in observation) return observation.client;
  return "life" in observation ? clientOfLife(observation.life) : null;
}

export function clientOfLife(life: LifeName): string {
  return life.slice(0, life.indexOf("."));
}
