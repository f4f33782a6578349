// An answer to an HTTP request that is for no channel.
import type { ServerResponse } from "node:http";
import type { HttpAnswer } from "./upgrade-decision.ts";

export function answerPlainly(
  response: ServerResponse,
  { status, type, body = "" }: HttpAnswer,
): void {
  if (type !== undefined) response.setHeader("Content-Type", `${type}; charset=utf-8`);
  response.writeHead(status).end(body);
}
