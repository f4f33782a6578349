// A server that is replaced while clients use it. At SIGTERM it takes nobody in any more, tells its
// clients to come back elsewhere (1012) at random moments within DRAIN ms, finishes what is in hand,
// and ends by itself. Give whatever sends SIGKILL after it (`terminationGracePeriodSeconds`,
// `TimeoutStopSec`) more time than DRAIN and `closeTimeout` together.
import { Channel, ChannelsServer, ok, reply } from "@slipstream/server";

class Slow extends Channel {
  override join() {
    return ok();
  }
  override async handleIn() {
    console.log("at work");
    await new Promise((resolve) => setTimeout(resolve, 200));
    return reply({ done: true });
  }
}

const channels = new ChannelsServer();
channels.socket("/socket", { channels: { "slow:*": Slow } });
const { port } = await channels.listen({ port: Number(process.env["PORT"] ?? 4000) });
console.log(`listening on ${port}`);

process.once("SIGTERM", () => {
  const drain = Number(process.env["DRAIN"] ?? 10_000);
  void channels.close({ drain }).then(() => console.log("closed"));
});
