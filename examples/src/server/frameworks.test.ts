// The server beside frameworks, and its end, each as a process of its own that clients use.
import { connect, Presence, Socket } from "@slipstream/client";
import { expect, onTestFinished, test } from "vitest";
import { Program } from "../fixtures/program.ts";
import type { Room } from "./room.ts";

test.each(["express", "fastify", "hono"])(
  "%s: the app, WebSockets and long polling on one port",
  async (name) => {
    const program = Program.start(name);
    const port = await program.port();
    const at = `http://127.0.0.1:${port}`;
    const socket = await connect(`ws://127.0.0.1:${port}/socket`);
    onTestFinished(() => socket.disconnect().then(() => {}));
    const room = await socket.join<Room>("room:lobby", { user: "ann" });
    const presence = new Presence(room);
    await expect.poll(() => presence.list().map(({ key }) => key)).toEqual(["ann"]);
    const heard: string[] = [];
    room.on("said", ({ user, text }) => heard.push(`${user}: ${text}`));
    await room.push("say", { text: "hi" });

    const posted = await fetch(`${at}/rooms/lobby/news`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text: "rain" }),
    });
    expect(posted.status).toBe(202);
    await expect.poll(() => heard).toEqual(["ann: hi", "the newsroom: rain"]);
    expect((await fetch(`${at}/nowhere`)).status).toBe(404);

    const polled = async (init: RequestInit, token = ""): Promise<Record<string, unknown>> => {
      const response = await fetch(`${at}/socket/longpoll?vsn=2.0.0&token=${token}`, init);
      return (await response.json()) as Record<string, unknown>;
    };
    const begun = await polled({});
    expect(begun).toMatchObject({ status: 410, token: expect.any(String) as string });
    const token = String(begun["token"]);
    const join = JSON.stringify(["1", "1", "room:lobby", "phx_join", { user: "bob" }]);
    expect(await polled({ method: "POST", body: join }, token)).toMatchObject({ status: 200 });
    expect(await polled({}, token)).toMatchObject({ status: 200 });
    await expect.poll(() => presence.list().map(({ key }) => key)).toEqual(["ann", "bob"]);

    expect(await program.end("SIGTERM")).toBe(0);
    expect(program.printed).toMatch(/^listening on \d+\n$/);
  },
);

test("draining: what is in hand is finished, clients are told 1012, and the process ends", async () => {
  const program = Program.start("draining", { DRAIN: "50" });
  const port = await program.port();
  const socket = new Socket(`ws://127.0.0.1:${port}/socket`, { reconnect: false, logger: {} });
  const ended = new Promise<unknown>((resolve) => {
    socket.onConnectionEnd(({ reason }) => resolve(reason));
  });
  await socket.connect();
  const room = await socket.join("slow:a");
  const push = room.push("work");
  await program.prints(/at work/);
  const exit = program.end("SIGTERM");
  expect(await push).toEqual({ done: true });
  expect(await ended).toMatchObject({ type: "closedByRemote", code: 1012 });
  expect(await exit).toBe(0);
  expect(program.printed).toMatch(/closed\n$/);
  await socket.disconnect();
});
