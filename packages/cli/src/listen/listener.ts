// Connects, joins, hands over each message, and ends in order when it is told to.
import {
  Socket,
  SLIPSTREAM_RECONNECT,
  type Channel,
  type EndReason,
  type NodeSocketOptions,
} from "@slipstream/client";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { describeChannel, describeSession, explainError } from "./explain.ts";
import type { ReceivedMessage } from "./message-line.ts";
import type { ListenOptions } from "./options.ts";

export interface ListenOutput {
  /** Takes a message; the next one waits until the promise resolves. */
  message(message: ReceivedMessage): Promise<void>;
  /** Takes a line on what becomes of the connection. */
  note(line: string): void;
}

/** Messages that may wait for the output. */
const MAX_WAITING = 10_000;
/** How long the server may take to confirm the leaves, in ms. Disconnecting ends them all the same. */
const LEAVE_PATIENCE = 2_000;

export interface ListenSignals {
  /** Leave and disconnect. */
  readonly stop: AbortSignal;
  /** There is no time for that: reset the connection. */
  readonly hurry: AbortSignal;
}

/** Listens until it is told to stop or nothing more can come, and resolves with the exit code. */
export async function listenTo(
  options: ListenOptions,
  output: ListenOutput,
  { stop, hurry }: ListenSignals,
): Promise<ExitCode> {
  let connected = false;
  const socket = new Socket(options.url, {
    ...credentials(options),
    // A first attempt that fails is told at once; a connection that was lost is worth waiting for.
    reconnect: (attempt, cause) => connected && mayComeBack(cause) && delay(attempt),
    logger: {},
  });
  const place = options.url.replace(/\?.*/s, "");
  const channels = options.topics.map((topic) => socket.channel(topic, options.params));
  socket.onState((state) => {
    connected ||= state.type === "open";
    note(output, describeSession(state, place));
  });
  for (const channel of channels) {
    channel.onState((state) => note(output, describeChannel(state, channel.topic)));
  }
  hurry.addEventListener("abort", () => void socket.reset(), { once: true });
  try {
    await Promise.race([read(socket, channels, output), aborted(stop)]);
  } catch (error) {
    const explanation = explainError(error);
    if (explanation === null) throw error;
    // What the ending itself made fail is no failure.
    if (!stop.aborted) {
      output.note(explanation.message);
      await end(socket, channels, output);
      return explanation.exitCode;
    }
  }
  return (await end(socket, channels, output)) ? EXIT.ok : EXIT.failed;
}

async function read(
  socket: Socket,
  channels: readonly Channel[],
  output: ListenOutput,
): Promise<void> {
  await socket.connect();
  await Promise.all(
    channels.map(async (channel) => {
      const messages = channel.messages(undefined, { limit: MAX_WAITING });
      await channel.join();
      for await (const { event, payload } of messages) {
        await output.message({ topic: channel.topic, event, payload });
      }
    }),
  );
}

/** Leaves and disconnects. Resolves with whether that was clean. */
async function end(
  socket: Socket,
  channels: readonly Channel[],
  output: ListenOutput,
): Promise<boolean> {
  if (socket.state.type === "open") {
    const members = channels.filter(({ state }) => state.type === "joined");
    await Promise.allSettled(members.map((channel) => channel.leave({ timeout: LEAVE_PATIENCE })));
  }
  const wasConnected = socket.state.type !== "ended" && socket.state.type !== "idle";
  const { code, clean } = await socket.disconnect();
  if (!wasConnected) return true;
  if (code === null) {
    output.note(
      clean
        ? "disconnected: there was no connection"
        : "disconnected: the server did not answer the close, and the connection was reset",
    );
  } else {
    output.note(
      `disconnected: code ${code}, ${clean ? "clean" : "not clean: the server did not end TCP"}`,
    );
  }
  return clean;
}

function credentials({ socketParams, headers, token }: ListenOptions): NodeSocketOptions {
  return {
    params: socketParams,
    headers,
    ...(token === undefined ? {} : { authToken: token }),
  };
}

/** The same credentials would be refused again. */
function mayComeBack(cause: EndReason): boolean {
  return !(cause.type === "upgradeRejected" && [401, 403, 404].includes(cause.status ?? 0));
}

function delay(attempt: number): number {
  return SLIPSTREAM_RECONNECT[attempt] ?? SLIPSTREAM_RECONNECT.at(-1) ?? 5_000;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function note(output: ListenOutput, line: string | null): void {
  if (line !== null) output.note(line);
}
