// A socket as the commands use it: what becomes of it is told, and it is ended in order or in a hurry.
import {
  SLIPSTREAM_RECONNECT,
  Socket,
  type Channel,
  type EndReason,
  type NodeSocketOptions,
} from "@slipstream/client";
import { rootCertificates } from "node:tls";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { describeChannel, describeSession, explainError } from "./explain.ts";
import type { Connection } from "./options.ts";

/** Takes a line on what becomes of the connection. */
export type Note = (line: string) => void;

/** How long the server may take to confirm the leaves, in ms. Disconnecting ends them all the same. */
const LEAVE_PATIENCE = 2_000;

export interface StopSignals {
  /** Leave and disconnect. */
  readonly stop: AbortSignal;
  /** There is no time for that: reset the connection. */
  readonly hurry: AbortSignal;
}

/** What became of a command's work. */
export type Work = (socket: Socket, channels: readonly Channel[]) => Promise<ExitCode>;

export interface SessionOptions {
  readonly connection: Connection;
  readonly topics: readonly string[];
  /** Sent with each join. */
  readonly params: unknown;
  /** Whether a connection that was lost is made again. */
  readonly comesBack: boolean;
}

/**
 * Connects, does the work, leaves and disconnects; resolves with the exit code. The work is not waited
 * for any more once it is to stop; channels are its own to join.
 */
export async function withSession(
  options: SessionOptions,
  work: Work,
  note: Note,
  { stop, hurry }: StopSignals,
): Promise<ExitCode> {
  const { connection, topics, params, comesBack } = options;
  let connected = false;
  const socket = new Socket(connection.url, {
    ...credentials(connection),
    // A first attempt that fails is told at once; a connection that was lost is worth waiting for.
    reconnect: (attempt, cause) => comesBack && connected && mayComeBack(cause) && delay(attempt),
    logger: {},
  });
  const place = placeOf(connection.url);
  const channels = topics.map((topic) => socket.channel(topic, params));
  socket.onState((state) => {
    connected ||= state.type === "open";
    say(note, describeSession(state, place));
  });
  for (const channel of channels) {
    channel.onState((state) => say(note, describeChannel(state, channel.topic)));
  }
  hurry.addEventListener("abort", () => void socket.reset(), { once: true });
  let code: ExitCode = EXIT.ok;
  try {
    const connecting = socket.connect().then(() => work(socket, channels));
    code = (await Promise.race([connecting, aborted(stop)])) ?? EXIT.ok;
  } catch (error) {
    const explanation = explainError(error);
    if (explanation === null) throw error;
    // What the ending itself made fail is no failure.
    if (!stop.aborted) {
      note(explanation.message);
      await end(socket, channels, note);
      return explanation.exitCode;
    }
  }
  const clean = await end(socket, channels, note);
  return clean || code !== EXIT.ok ? code : EXIT.failed;
}

/** Leaves and disconnects. Resolves with whether that was clean. */
async function end(socket: Socket, channels: readonly Channel[], note: Note): Promise<boolean> {
  if (socket.state.type === "open") {
    const members = channels.filter(({ state }) => state.type === "joined");
    await Promise.allSettled(members.map((channel) => channel.leave({ timeout: LEAVE_PATIENCE })));
  }
  const wasConnected = socket.state.type !== "ended" && socket.state.type !== "idle";
  const { code, clean } = await socket.disconnect();
  if (!wasConnected) return true;
  if (code === null) {
    note(
      clean
        ? "disconnected: there was no connection"
        : "disconnected: the server did not answer the close, and the connection was reset",
    );
  } else {
    note(
      `disconnected: code ${code}, ${clean ? "clean" : "not clean: the server did not end TCP"}`,
    );
  }
  return clean;
}

function credentials({ socketParams, headers, token, ca }: Connection): NodeSocketOptions {
  return {
    params: socketParams,
    headers,
    ...(token === undefined ? {} : { authToken: token }),
    ...(ca === undefined ? {} : { tls: { ca: [ca, ...rootCertificates] } }),
  };
}

/** The address without what may be a secret: no user, no password, no query. */
function placeOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** The same credentials would be refused again. */
function mayComeBack(cause: EndReason): boolean {
  return !(cause.type === "upgradeRejected" && [401, 403, 404].includes(cause.status ?? 0));
}

function delay(attempt: number): number {
  return SLIPSTREAM_RECONNECT[attempt] ?? SLIPSTREAM_RECONNECT.at(-1) ?? 5_000;
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}

function say(note: Note, line: string | null): void {
  if (line !== null) note(line);
}
