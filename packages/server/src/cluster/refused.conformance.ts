// What every adapter does where its broker refuses the log-in: the node serves its own clients, says
// why in the log, and keeps the credentials out of it.
import { inspect } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { ChannelsServer } from "../index.ts";
import type { ClusterAdapter } from "./adapter.ts";

/** The password that is wrong. */
export const WRONG_PASSWORD = "s-secret-password";

/** @param adapter logs in with `WRONG_PASSWORD` to a broker that wants another one. */
export function describeRefused(adapter: () => Promise<ClusterAdapter>, why: RegExp): void {
  test("a log-in that is refused is logged, and its password is not", async () => {
    const cluster = await adapter();
    const logged: string[] = [];
    const server = new ChannelsServer({
      cluster,
      logger: {
        error: (message, cause) => {
          logged.push(message, inspect(cause, { depth: null, showHidden: true }));
          logged.push(JSON.stringify(cause));
        },
      },
    });
    onTestFinished(() => server.close());
    await expect.poll(() => server.stats().cluster?.state).toBe("down");
    expect(logged.join("\n")).toMatch(why);
    expect(logged.join("\n")).not.toContain(WRONG_PASSWORD);
    await server.close();
  });
}
