// Both sides take in every diff, and end up with the same users.
import { expect, test } from "vitest";
import { startBenchServer } from "../server/server.ts";
import { presence, takeDiffs } from "./presence.ts";

test.each(presence.sides)("%s takes in all diffs", async (side) => {
  const server = await startBenchServer();
  try {
    const { present } = await takeDiffs(side, server.url, { users: 50, diffs: 200 });
    expect(present).toBe(50);
    await expect(takeDiffs("bare", server.url, { users: 1, diffs: 2 })).rejects.toThrow("bare");
  } finally {
    await server.close();
  }
});
