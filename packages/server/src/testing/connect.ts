// A connection to a server in this process, by the road that all take but for the network.
import { readAuthToken } from "../handshake/auth-token.ts";
import { Connection } from "../connection/connection.ts";
import { connectRequest } from "../handshake/connect-request.ts";
import { doorOf } from "../handshake/door.ts";
import type { UpgradeRefusal } from "../end-reason.ts";
import type { Admission } from "../handshake/entrance.ts";
import { checkKnown } from "../option-checks.ts";
import type { ChannelsServer } from "../server.ts";
import { decideUpgrade } from "../handshake/upgrade-decision.ts";
import { ConnectRefusedError, TestSocketError } from "./errors.ts";
import { LastFailure } from "./last-failure.ts";
import { MemoryLine } from "./memory-line.ts";
import { upgradeRequest, type ConnectOptions } from "./request.ts";
import { TestSocket } from "./test-socket.ts";

/** Nothing of a client that waits here can go away. */
const stays = (): (() => void) => () => {};

/**
 * Connects a client of a test's to a server, which need not listen.
 *
 * @param path The socket's path, as `server.socket` was given it.
 * @typeParam A What the socket's `connect` accepts.
 * @throws {ConnectRefusedError} (by rejection) The socket does not accept it.
 * @throws {TestSocketError} (by rejection) `noServer`.
 * @throws {OptionError} (by rejection) An option that there is not.
 * @example
 * ```ts
 * const socket = await connect(server, "/socket", { params: { token: "good" } });
 * const room = await socket.join("room:lobby", { user: 1 });
 * await room.push("new_msg", { body: "hi" }).assertReply("ok");
 * await room.assertBroadcast("new_msg", { body: "hi" });
 * await socket.close();
 * ```
 */
export async function connect<A = unknown>(
  server: ChannelsServer,
  path: string,
  options: ConnectOptions = {},
): Promise<TestSocket<A>> {
  checkKnown(options, ["params", "headers", "authToken", "address", "timeout"]);
  const door = doorOf(server);
  if (door === undefined) {
    throw new TestSocketError(
      "noServer",
      "The first argument of connect is no ChannelsServer of this copy of @slipstream/server.",
    );
  }
  const { scope, registry } = door;
  const refused = (reason: UpgradeRefusal, status: number, cause?: unknown): Error => {
    scope.counters.upgradesRefused[reason] += 1;
    return new ConnectRefusedError(path, reason, status, cause);
  };
  const request = upgradeRequest(path, options);
  const decision = decideUpgrade(request, door.endpoints);
  if (decision.type === "refuse") throw refused(decision.reason, decision.answer.status);
  if (door.isClosing()) throw refused("closing", 503);
  const { endpoint, serializer, params } = decision;
  const authToken = readAuthToken(request.headers["sec-websocket-protocol"]);
  const asked = connectRequest(request, params, authToken);
  const admission = await new Promise<Admission>((resolve) => {
    door.entrances.get(endpoint)?.ask(asked, stays, resolve);
  });
  switch (admission.type) {
    case "abandoned":
      throw refused("abandoned", 503);
    case "refused":
      throw refused(admission.reason, admission.answer.status, admission.cause);
    case "accepted": {
      const { assigns, id, release } = admission;
      const failure = new LastFailure(scope.logger);
      const line = new MemoryLine(scope, failure, options.timeout ?? 2_000);
      const connection = new Connection(
        { ...scope, logger: failure },
        { endpoint, serializer, assigns, id },
        line.carrier,
        (gone) => {
          release();
          registry.gone(gone);
          void line.vanish();
        },
      );
      line.carrier.listen(connection);
      registry.opened(connection);
      return new TestSocket(line, assigns as A, id);
    }
  }
}
