// NATS as it is: a nats-server of the machine, killed and started again.
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { describeCluster, startNode } from "../cluster/cluster.conformance.ts";
import { describeOutages, type OutageBroker } from "../cluster/outages.conformance.ts";
import { describeRefused, WRONG_PASSWORD } from "../cluster/refused.conformance.ts";
import { BrokerProcess, NATS } from "../fixtures/broker.ts";
import { until } from "../fixtures/until.ts";
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

test("credentials that are refused for a while are tried again for as long as it takes", async () => {
  const login = (pass: string): string[] => ["--user", "ann", "--pass", pass];
  await broker.kill();
  await broker.start(login("right"));
  const adapter = nats(`nats://127.0.0.1:${broker.port}`, {
    subject: "login",
    nats: { user: "ann", pass: "right", reconnectTimeWait: 20, reconnectJitter: 20 },
  });
  const { server } = await startNode(adapter);
  await server.ready();
  await broker.kill();
  await broker.start(login("changed"));
  // After two refusals in a row the library gives up for good: the later ones are of our asking.
  await until(() => broker.said.split("authentication error").length > 6);
  expect(server.stats().cluster?.state).toBe("down");
  await broker.kill();
  await broker.start(login("right"));
  await server.ready();
  expect(server.stats().cluster?.state).toBe("up");
  await server.close();
  await broker.kill();
  await broker.start();
});
