// Redis as it is: a redis-server of the machine, killed and started again.
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { describeCluster, startNode } from "../cluster/cluster.conformance.ts";
import { describeOutages, type OutageBroker } from "../cluster/outages.conformance.ts";
import { describeRefused, WRONG_PASSWORD } from "../cluster/refused.conformance.ts";
import { BrokerProcess, REDIS } from "../fixtures/broker.ts";
import { redis } from "./index.ts";

let broker: BrokerProcess;
let clusters = 0;

beforeAll(async () => {
  broker = await BrokerProcess.start(REDIS);
});
afterAll(() => broker.kill());

/** A channel of its own for each test. */
function cluster(): OutageBroker {
  const channel = `test-${clusters++}`;
  const url = `redis://127.0.0.1:${broker.port}`;
  return {
    process: broker,
    parameters: ["redis", url, channel],
    adapter: () => redis(url, { channel }),
  };
}

describeCluster(cluster);
describeOutages(cluster);
describeRefused(async () => {
  const parameters = (port: number): readonly string[] => [
    ...REDIS.parameters(port),
    "--requirepass",
    "another",
  ];
  const strict = await BrokerProcess.start({ ...REDIS, parameters });
  onTestFinished(() => strict.kill());
  return redis(`redis://:${WRONG_PASSWORD}@127.0.0.1:${strict.port}`);
}, /WRONGPASS/);

test("what ioredis is told by its user does not keep it from connecting", async () => {
  const url = `redis://127.0.0.1:${broker.port}`;
  const { server } = await startNode(redis(url, { channel: "lazy", redis: { lazyConnect: true } }));
  await server.ready();
  expect(server.stats().cluster?.state).toBe("up");
});
