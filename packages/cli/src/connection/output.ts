// Where the commands that connect write: messages to stdout, no faster than it takes them; all else to
// stderr, so that pipes get messages alone.
import { once } from "node:events";
import { paintFor } from "../terminal/paint.ts";
import {
  joinedLine,
  jsonJoinedLine,
  jsonLine,
  jsonPresenceLine,
  jsonReplyLine,
  plainLine,
  replyLine,
  type ReceivedMessage,
  type Replied,
} from "./message-line.ts";
import { presenceTable, type PresentRow } from "./presence-table.ts";
import type { Note } from "./session.ts";

export interface Output {
  /** Each resolves when the next may come. */
  message(message: ReceivedMessage): Promise<void>;
  joined(topic: string, response: unknown): Promise<void>;
  reply(reply: Replied): Promise<void>;
  presence(topic: string, present: readonly PresentRow[]): Promise<void>;
  readonly note: Note;
}

/** @param signal says that the reader of stdout may have gone. */
export function outputOf(json: boolean, signal: AbortSignal): Output {
  const { stdout, stderr, env } = process;
  const paint = paintFor(stdout, env);
  const dim = paintFor(stderr, env);
  const write = async (line: string): Promise<void> => {
    if (stdout.write(`${line}\n`)) return;
    // Where the reader has gone there will be no "drain": the signal says so.
    await once(stdout, "drain", { signal }).catch(() => undefined);
  };
  return {
    message: (message) => write(json ? jsonLine(message) : plainLine(message, paint)),
    joined: (topic, response) =>
      write(json ? jsonJoinedLine(topic, response) : joinedLine(topic, response, paint)),
    reply: (reply) => write(json ? jsonReplyLine(reply) : replyLine(reply, paint)),
    presence: (topic, present) =>
      write(
        json ? jsonPresenceLine(topic, present) : presenceTable(topic, present, paint).join("\n"),
      ),
    note: (line) => void stderr.write(`${dim("dim", `· ${line}`)}\n`),
  };
}
