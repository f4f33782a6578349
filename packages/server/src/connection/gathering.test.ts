// What is said in one turn goes out in two writes: the first message, and the rest.
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { gather, presentTurn } from "./gathering.ts";

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** The server's end of a connection, and all that comes out at the client's once it has ended. */
async function connection(): Promise<{ tcp: Socket; received: () => Promise<string> }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [tcp] = (await once(server, "connection")) as [Socket];
  ends.push(() => {
    client.destroy();
    tcp.destroy();
    server.close();
  });
  let text = "";
  client.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const received = async (): Promise<string> => {
    tcp.end();
    await once(client, "end");
    return text;
  };
  return { tcp, received };
}

/** As a carrier does. */
function writer(tcp: Socket): (text: string) => void {
  let last = -1;
  return (text) => {
    const now = presentTurn();
    if (last === now) gather(tcp);
    last = now;
    tcp.write(text);
  };
}

test("the first goes at once, the rest of the turn when it is over, in order", async () => {
  const { tcp, received } = await connection();
  const write = writer(tcp);
  write("a");
  expect([tcp.writableLength, tcp.writableCorked]).toEqual([0, 0]);
  write("b");
  write("c");
  expect([tcp.writableLength, tcp.writableCorked]).toEqual([2, 1]);
  await turn();
  expect([tcp.writableLength, tcp.writableCorked]).toEqual([0, 0]);
  write("d");
  expect([tcp.writableLength, tcp.writableCorked]).toEqual([0, 0]);
  expect(await received()).toBe("abcd");
});

test("what is said before the event loop has gone round belongs to the turn", async () => {
  const { tcp, received } = await connection();
  const write = writer(tcp);
  write("a");
  const said: number[] = [];
  const later = async (): Promise<void> => {
    await new Promise((resolve) => process.nextTick(resolve));
    write("b");
    said.push(tcp.writableCorked);
  };
  await later();
  await turn();
  expect([said, tcp.writableCorked]).toEqual([[1], 0]);
  expect(await received()).toBe("ab");
});

test("what is gathered goes out before a FIN", async () => {
  const { tcp, received } = await connection();
  const write = writer(tcp);
  for (const text of ["a", "b", "c"]) write(text);
  expect(await received()).toBe("abc");
});

test("a socket that was destroyed meanwhile disturbs nobody", async () => {
  const [one, other] = [await connection(), await connection()];
  for (const { tcp } of [one, other]) {
    const write = writer(tcp);
    write("a");
    write("b");
  }
  one.tcp.destroy();
  await turn();
  expect(await other.received()).toBe("ab");
});
