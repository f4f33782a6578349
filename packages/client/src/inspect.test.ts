// What `console.log` shows of a socket and a channel: where they stand, and no secret.
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { serve } from "./fixtures/servers.ts";
import { openSocket } from "./fixtures/sockets.ts";

test("a socket and a channel say where they stand, and nothing of what they were given", async () => {
  const { url } = await serve();
  const socket = await openSocket(`${url}?token=s3cr3t`, { params: { user: "s3cr3t" } });
  const room = await socket.join("room:a", { token: "s3cr3t" });
  expect(inspect(socket)).toBe(`Socket { ${url}/websocket, open, 1 channels }`);
  expect(inspect({ room })).toBe('{ room: Channel { "room:a", joined } }');
});
