// The body of a request, up to a bound.
import type { IncomingMessage } from "node:http";

export type Body =
  | { readonly type: "whole"; readonly text: string }
  | { readonly type: "tooLarge" }
  | { readonly type: "aborted" };

/** As UTF-8. What is too large is read to its end all the same, and kept no longer, so that it can be answered. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else chunks.length = 0;
      // Nobody who means well sends on after that.
      if (bytes > 2 * maxBytes) {
        request.destroy();
        return { type: "aborted" };
      }
    }
  } catch {
    return { type: "aborted" };
  }
  if (bytes > maxBytes) return { type: "tooLarge" };
  return { type: "whole", text: Buffer.concat(chunks).toString("utf8") };
}
