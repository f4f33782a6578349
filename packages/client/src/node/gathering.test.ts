// What is sent in one turn goes out in few writes: the first message, and the rest.
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { gather, gathered } from "./gathering.ts";

/** A connection, and all that comes out at its other end once it has ended. */
async function connection(): Promise<{ tcp: Socket; received: () => Promise<string> }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const tcp = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [peer] = (await once(server, "connection")) as [Socket];
  onTestFinished(() => {
    for (const socket of [tcp, peer]) socket.destroy();
    server.close();
  });
  await once(tcp, "ready");
  let text = "";
  peer.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const received = async (): Promise<string> => {
    tcp.end();
    await once(peer, "end");
    return text;
  };
  return { tcp, received };
}

function send(tcp: Socket, text: string): void {
  gather(tcp);
  tcp.write(text);
}

test("the first goes at once, the rest of the turn when it is over, in order", async () => {
  const { tcp, received } = await connection();
  send(tcp, "a");
  expect([tcp.writableLength, gathered(tcp)]).toEqual([0, 0]);
  send(tcp, "b");
  send(tcp, "cd");
  expect([tcp.writableLength, gathered(tcp)]).toEqual([3, 3]);
  await turn();
  expect([tcp.writableLength, gathered(tcp), tcp.writableCorked]).toEqual([0, 0, 0]);
  send(tcp, "e");
  expect([tcp.writableLength, gathered(tcp)]).toEqual([0, 0]);
  expect(await received()).toBe("abcde");
});

test("what is said before the event loop has gone round belongs to the turn", async () => {
  const { tcp, received } = await connection();
  send(tcp, "a");
  await new Promise((resolve) => process.nextTick(resolve));
  send(tcp, "b");
  expect(gathered(tcp)).toBe(1);
  await turn();
  expect(tcp.writableCorked).toBe(0);
  expect(await received()).toBe("ab");
});

test("what is much does not wait", async () => {
  const { tcp, received } = await connection();
  send(tcp, "a");
  send(tcp, "b".repeat(16_384));
  expect(tcp.writableLength).toBe(16_384);
  send(tcp, "c");
  expect(gathered(tcp)).toBe(0);
  expect(tcp.writableLength).toBe(0);
  send(tcp, "d");
  expect(gathered(tcp)).toBe(1);
  await turn();
  expect(await received()).toBe(`a${"b".repeat(16_384)}cd`);
});

test("what is gathered goes out before a FIN", async () => {
  const { tcp, received } = await connection();
  for (const text of ["a", "b", "c"]) send(tcp, text);
  expect(await received()).toBe("abc");
});

test("a stream that was destroyed meanwhile disturbs nobody", async () => {
  const [one, other] = [await connection(), await connection()];
  for (const { tcp } of [one, other]) for (const text of ["a", "b"]) send(tcp, text);
  one.tcp.destroy();
  await turn();
  expect(await other.received()).toBe("ab");
});
