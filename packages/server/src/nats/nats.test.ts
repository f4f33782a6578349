// NATS as it is: a nats-server of the machine, killed and started again.
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { describeCluster } from "../cluster/cluster.conformance.ts";
import { describeOutages, type OutageBroker } from "../cluster/outages.conformance.ts";
import { describeRefused, WRONG_PASSWORD } from "../cluster/refused.conformance.ts";
import { BrokerProcess, NATS } from "../fixtures/broker.ts";
import { nats } from "./index.ts";

let broker: BrokerProcess;
let clusters = 0;

beforeAll(async () => {
  broker = await BrokerProcess.start(NATS);
});
afterAll(() => broker.kill());

/** A subject of its own for each test. */
function cluster(): OutageBroker {
  const subject = `test-${clusters++}`;
  const url = `nats://127.0.0.1:${broker.port}`;
  return {
    process: broker,
    parameters: ["nats", url, subject],
    adapter: () => nats(url, { subject }),
  };
}

describeCluster(cluster);
describeOutages(cluster);
describeRefused(async () => {
  const parameters = (port: number): readonly string[] => [
    ...NATS.parameters(port),
    ...["--user", "slipstream", "--pass", "another"],
  ];
  const strict = await BrokerProcess.start({ ...NATS, parameters });
  onTestFinished(() => strict.kill());
  const login = { user: "slipstream", pass: WRONG_PASSWORD };
  return nats(`nats://127.0.0.1:${strict.port}`, { nats: login });
}, /Authorization/i);
