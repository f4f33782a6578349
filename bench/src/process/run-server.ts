// The server of a bench, in a process of its own.
import { endChild, hear, startChild } from "./child.ts";

export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function runServer(): Promise<RunningServer> {
  const child = startChild("./server-process.js", [], []);
  const { url } = await hear<{ url: string }>(child);
  return { url, close: () => endChild(child) };
}
