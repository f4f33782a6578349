// What servers of one cluster owe to their clients when the broker goes away, or one of them does.
import { once } from "node:events";
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import type { BrokerProcess } from "../fixtures/broker.ts";
import { payloadOf } from "../fixtures/client.ts";
import { until } from "../fixtures/until.ts";
import {
  clientOf,
  keysOf,
  nextOf,
  pair,
  startNode,
  type TestBroker,
  type TestNode,
} from "./cluster.conformance.ts";

const stateOf = ({ server }: TestNode): string | undefined => server.stats().cluster?.state;

/** A broker that can be killed, and how a node in another process is told of it. */
export interface OutageBroker extends TestBroker {
  readonly process: BrokerProcess;
  /** The arguments of cluster-node.mjs. */
  readonly parameters: readonly string[];
}

async function startProcess({ parameters }: OutageBroker): Promise<TestNodeProcess> {
  const file = fileURLToPath(new URL("../fixtures/cluster-node.mjs", import.meta.url));
  const child = fork(file, parameters, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const gone = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await gone;
  });
  const [port] = (await once(child, "message")) as [number];
  return { port, kill: () => child.kill("SIGKILL") };
}

interface TestNodeProcess {
  readonly port: number;
  kill(): void;
}

export function describeOutages(broker: () => OutageBroker): void {
  describe("nodes in processes of their own", () => {
    test("three talk to each other; one is killed without a word, and its presences go", async () => {
      const cluster = broker();
      const here = await startNode(cluster.adapter(), {
        clusterInterval: 200,
        clusterTimeout: 1_000,
      });
      const nodes = await Promise.all([startProcess(cluster), startProcess(cluster)]);
      await until(() => here.server.stats().cluster?.nodes === 2);
      const [ann, bob, cy] = [
        await clientOf(nodes[0], "ann"),
        await clientOf(nodes[1], "bob"),
        await clientOf(here, "cy"),
      ];
      bob.push("room:1", "said", { n: 1 });
      for (const client of [ann, bob, cy]) {
        expect(payloadOf(await nextOf(client, "said"))).toEqual({ n: 1 });
      }
      for (const client of [ann, bob, cy]) await client.ask("room:1", "here", {});
      await until(() => Object.keys(keysOf(here)).length === 3);
      nodes[0].kill();
      const present = (): string => Object.keys(keysOf(here)).toSorted().join();
      await until(() => present() === "bob,cy" && here.server.stats().cluster?.nodes === 1);
    });
  });

  test("a node that was held up hears what others have said meanwhile before it takes them for dead", async () => {
    const cluster = broker();
    const here = await startNode(cluster.adapter(), {
      clusterInterval: 200,
      clusterTimeout: 1_000,
    });
    const [ann, cy] = [
      await clientOf(await startProcess(cluster), "ann"),
      await clientOf(here, "cy"),
    ];
    await ann.ask("room:1", "here", {});
    expect((await nextOf(cy, "presence_diff"))[4]).toMatchObject({ joins: { ann: {} } });
    // Nothing of this process runs.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
    const heard = here.server.stats().cluster?.received ?? 0;
    await until(() => (here.server.stats().cluster?.received ?? 0) > heard + 10);
    const ref = cy.push("room:1", "list");
    const frame = (await cy.next()) as readonly unknown[];
    expect(frame.slice(1, 4)).toEqual([ref, "room:1", "phx_reply"]);
    expect(frame[4]).toMatchObject({ response: { ann: {} } });
  });

  describe("the broker is killed and comes back", () => {
    test("meanwhile this node's clients are served, and what others missed is counted", async () => {
      const cluster = broker();
      const [a, b] = await pair(cluster);
      const [ann, bob] = [await clientOf(a, "ann"), await clientOf(b, "bob")];
      const eve = await clientOf(a, "eve");
      await cluster.process.kill();
      await until(() => stateOf(a) === "down" && stateOf(b) === "down");
      ann.push("room:1", "others", { n: 1 });
      expect(payloadOf(await nextOf(eve, "said"))).toEqual({ n: 1 });
      expect(a.server.stats().cluster).toMatchObject({ losses: 1, lost: expect.any(Number) });
      expect(a.server.stats().cluster?.lost).toBeGreaterThan(0);
      await cluster.process.start();
      await until(() => stateOf(a) === "up" && stateOf(b) === "up");
      ann.push("room:1", "others", { n: 2 });
      // What was said in between is lost, and not sent late.
      expect(payloadOf(await nextOf(bob, "said"))).toEqual({ n: 2 });
    });

    test("presences that changed meanwhile are known everywhere afterwards", async () => {
      const cluster = broker();
      const [a, b] = await pair(cluster);
      const [ann, bob] = [await clientOf(a, "ann"), await clientOf(b, "bob")];
      await ann.ask("room:1", "here", {});
      await nextOf(bob, "presence_diff");
      await cluster.process.kill();
      await until(() => stateOf(a) === "down" && stateOf(b) === "down");
      const cy = await clientOf(a, "cy");
      await cy.ask("room:1", "here", {});
      bob.push("room:1", "here", {});
      await ann.close();
      await cluster.process.start();
      const both = (node: TestNode): boolean =>
        Object.keys(keysOf(node)).toSorted().join() === "bob,cy";
      await until(() => both(a) && both(b));
    });

    test("a server starts without its broker, and finds it", async () => {
      const cluster = broker();
      await cluster.process.kill();
      const a = await startNode(cluster.adapter());
      const ann = await clientOf(a, "ann");
      ann.push("room:1", "all", { n: 1 });
      expect(payloadOf(await nextOf(ann, "said"))).toEqual({ n: 1 });
      await until(() => stateOf(a) === "down");
      await cluster.process.start();
      await a.server.ready();
    });

    test("a server closes while its broker does not answer, and right after it was killed", async () => {
      const cluster = broker();
      const [a, b] = await pair(cluster);
      cluster.process.freeze();
      await a.server.close();
      await cluster.process.kill();
      await b.server.close();
      expect([a, b].map(stateOf)).toEqual(["down", "down"]);
      await cluster.process.start();
    });

    test("a server closes while its broker is away", async () => {
      const cluster = broker();
      const [a] = await pair(cluster);
      await cluster.process.kill();
      await until(() => stateOf(a) === "down");
      await a.server.close();
      await cluster.process.start();
    });
  });
}
