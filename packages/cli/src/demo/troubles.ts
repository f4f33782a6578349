// The troubles, one after the other: what each one does, how the client is expected to name it, and
// when the client has noticed. How it comes back is for recovery.ts to see.
import { setTimeout as sleep } from "node:timers/promises";
import type { EndReason } from "@slipstream/client";
import type { Client } from "./client.ts";
import type { FlightsService } from "./flights-service.ts";
import type { Seen } from "./observer.ts";
import type { Check, TroubleName } from "./result.ts";
import type { Stage } from "./stage.ts";
import { FEED, flightsTopic } from "./topics.ts";
import { channelEndName, duration, endName } from "./words.ts";

/** All that a trouble may lay its hands on. */
export interface Scene {
  readonly stage: Stage;
  readonly service: FlightsService;
  readonly client: Client;
  /** Ends what takes its time. */
  readonly signal: AbortSignal;
}

export interface Trouble {
  readonly name: TroubleName;
  /** A few words for its line. */
  readonly title: string;
  /** What is done, in a sentence. */
  readonly story: string;
  /** Does it, and undoes what would not heal by itself. Resolves with what is to be checked beside. */
  act(scene: Scene): Promise<readonly Check[]>;
  /** The reason that the client gave, or null as long as it has not noticed. */
  noticed(seen: Seen): string | null;
  /** Whether that reason is the right one. */
  isRight(seen: Seen): boolean;
}

/** How long the network forwards nothing, and how long upgrades are refused: ms. */
const SILENCE = 1_600;
const REFUSAL = 900;

const drain: Trouble = {
  name: "drain",
  title: "server drains",
  story: "a rolling restart: the next server is up, the old one says 1012 and goes",
  act: async ({ stage }) => {
    await stage.roll();
    return [];
  },
  noticed: firstEnd,
  isRight: ({ ends }) => ends.length === 1 && isClosed(ends[0]?.reason, 1012),
};

const drop: Trouble = {
  name: "drop",
  title: "TCP drops",
  story: "the connection is reset in the middle of everything",
  act: async ({ stage }) => {
    stage.relay.cut();
    return [];
  },
  noticed: firstEnd,
  isRight: ({ ends }) => ends.length === 1 && ends[0]?.reason.type === "connectionLost",
};

const silence: Trouble = {
  name: "silence",
  title: "peer silent for 1.6 s",
  story: `for ${duration(SILENCE)} TCP stays up and nothing arrives, as in a network that lost its way`,
  act: async ({ stage, client, signal }) => {
    stage.relay.behave({ type: "silent" });
    // Not over before the client has noticed, however busy the machine is.
    await Promise.all([sleep(SILENCE, undefined, { signal }), untilEnds(client, 1)]);
    stage.relay.behave({ type: "pass" });
    return [];
  },
  noticed: firstEnd,
  isRight: ({ ends }) => ends.length === 1 && ends[0]?.reason.type === "heartbeatTimeout",
};

const unansweredClose: Trouble = {
  name: "unansweredClose",
  title: "close goes unanswered",
  story: "disconnect() meets a server whose close frame and FIN never come; then connect() again",
  act: async ({ stage, client }) => {
    stage.relay.behave({ type: "withholdClose" });
    const begin = performance.now();
    const { code, clean } = await client.socket.disconnect();
    const took = performance.now() - begin;
    const sockets = stage.relay.live.clients;
    stage.relay.behave({ type: "pass" });
    await client.connect();
    const bound = 2 * client.closeTimeout;
    return [
      {
        what: "disconnect() resolves in time, and says that the close was not clean",
        held: !clean && code === null && took <= bound + SLACK,
        found: `code ${code ?? "none"}, ${clean ? "clean" : "not clean"}, after ${duration(took)} (bound ${duration(bound)})`,
      },
      {
        what: "the socket is gone when disconnect() has resolved",
        held: sockets === 0,
        found: `${sockets} TCP connections of the client`,
      },
    ];
  },
  noticed: (seen) => {
    const name = firstEnd(seen);
    return name === null || seen.ends[0]?.clean === true ? name : `${name}, not clean`;
  },
  isRight: ({ ends }) =>
    ends.length === 1 && ends[0]?.reason.type === "requested" && !ends[0].clean,
};

const refusedUpgrade: Trouble = {
  name: "refusedUpgrade",
  title: "upgrade 503 for 0.9 s",
  story: `TCP drops, and for ${duration(REFUSAL)} every upgrade is answered 503`,
  act: async ({ stage, client, signal }) => {
    stage.relay.behave({ type: "refuse", status: 503 });
    stage.relay.cut();
    await Promise.all([sleep(REFUSAL, undefined, { signal }), untilEnds(client, 2)]);
    stage.relay.behave({ type: "pass" });
    return [];
  },
  // The connection's end comes first; what this is about is the answer to the next attempt.
  noticed: ({ ends }) => (ends[1] === undefined ? null : endName(ends[1].reason)),
  isRight: ({ ends }) =>
    ends[0]?.reason.type === "connectionLost" &&
    ends.length > 1 &&
    ends.slice(1).every(({ reason }) => reason.type === "upgradeRejected" && reason.status === 503),
};

const killedChannel: Trouble = {
  name: "killedChannel",
  title: "channels are killed",
  story: "the feed and one of the page channels crash on the server (phx_error)",
  act: async ({ service }) => {
    const killed = service.kill(FEED) + service.kill(flightsTopic(1));
    return [
      { what: "two channels were killed", held: killed === 2, found: `${killed} on the server` },
    ];
  },
  noticed: ({ channelEnds }) =>
    channelEnds[0] === undefined ? null : channelEndName(channelEnds[0].reason),
  isRight: ({ ends, channelEnds }) =>
    ends.length === 0 &&
    channelEnds.length === 2 &&
    channelEnds.every(({ reason }) => reason.type === "crashed"),
};

/** In the order in which the demo meets them. */
export const TROUBLES: readonly Trouble[] = [
  drain,
  drop,
  silence,
  unansweredClose,
  refusedUpgrade,
  killedChannel,
];

/** How long the client may take to notice a trouble, in ms. */
const PATIENCE = 10_000;

/** What a busy machine may add to a bound before it counts as broken, in ms. */
const SLACK = 1_000;

/** Until so many connections, or attempts to make one, have ended. */
function untilEnds({ observer }: Client, count: number): Promise<void> {
  return observer.until(
    "The client's noticing",
    () => observer.seen.ends.length >= count,
    PATIENCE,
  );
}

function firstEnd({ ends }: Seen): string | null {
  return ends[0] === undefined ? null : endName(ends[0].reason);
}

function isClosed(reason: EndReason | undefined, code: number): boolean {
  return reason?.type === "closedByRemote" && reason.code === code;
}
