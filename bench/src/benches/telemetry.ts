// What telemetry costs: the same work with telemetry turned off, with nobody listening, and with
// somebody who does.
import type { Bench, Figure, Size, Trial } from "../bench.ts";
import { loadSide } from "../sides/load-side.ts";
import { paceOf } from "./pace.ts";
import { pushAndAwait } from "./push-reply.ts";
import { receiveFlood } from "./receive.ts";

const MESSAGES = 300_000;
const PUSHES = 60_000;
const IN_FLIGHT = 100;
const QUICK = 2_000;

function receiving(size: Size): Trial {
  const name = "receive, 1 KB";
  const messages = size === "quick" ? QUICK : MESSAGES;
  return {
    name,
    async measure(side, url): Promise<readonly Figure[]> {
      const flood = { bytes: 1_024, messages, channels: 1 };
      const { perSecond, busy } = await receiveFlood(side, url, flood);
      return [{ case: name, value: perSecond, unit: "messages/s", busy }];
    },
  };
}

function pushing(size: Size): Trial {
  const name = `push, ${IN_FLIGHT} in flight`;
  const pushes = size === "quick" ? QUICK : PUSHES;
  return {
    name,
    async measure(side, url): Promise<readonly Figure[]> {
      const { connect } = await loadSide(side);
      const socket = await connect(url);
      const channel = socket.channel("room:0", {});
      await channel.join();
      await pushAndAwait(channel, Math.ceil(pushes / 4), IN_FLIGHT);
      const { perSecond, busy } = await paceOf(pushes, () =>
        pushAndAwait(channel, pushes, IN_FLIGHT),
      );
      await socket.disconnect();
      return [{ case: name, value: perSecond, unit: "pushes/s", busy }];
    },
  };
}

export const telemetry: Bench = {
  name: "telemetry",
  about:
    "what telemetry costs: off, compiled in with nobody listening (slipstream), and listened to",
  sides: ["telemetry off", "slipstream", "subscriber", "opentelemetry", "bare"],
  flags: [],
  trials: (size) => [receiving(size), pushing(size)],
};
