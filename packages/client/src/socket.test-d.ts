// The types of a socket: options, states that their tags tell apart, and errors by code.
import { describe, expectTypeOf, test } from "vitest";
import {
  connect,
  PushError,
  V2,
  type ConnectError,
  type Disconnected,
  type EndReason,
  type JoinError,
  type NodeSocketOptions,
  type Params,
  type PushErrorCode,
  type SessionState,
  type Socket,
} from "./index.ts";

declare const socket: Socket;

function takes(_options: NodeSocketOptions): void {}

describe("options", () => {
  test("credentials are values or functions, async ones too", () => {
    takes({ params: { a: 1, b: [1, "2"], c: { d: null } } });
    takes({ params: () => ({ token: "t" }), authToken: async () => "t" });
    takes({ headers: () => Promise.resolve({ authorization: "t" }) });
    // @ts-expect-error -- a date is not what a query says
    takes({ params: { when: new Date() } });
    // @ts-expect-error -- a list of objects neither
    takes({ params: { list: [{ a: 1 }] } });
    // @ts-expect-error -- headers are texts
    takes({ headers: { n: 1 } });
    // @ts-expect-error -- null is not the same as left out
    takes({ authToken: null });
    expectTypeOf<{ user: string; tags: string[] }>().toExtend<Params>();
  });

  test("retries are false, a table, or a function of the attempt and the cause", () => {
    takes({ reconnect: false, rejoin: [1, 2] });
    takes({
      reconnect: (attempt, cause) => {
        expectTypeOf(attempt).toEqualTypeOf<number>();
        expectTypeOf(cause).toEqualTypeOf<EndReason>();
        return cause.type === "closedByRemote" && cause.code === 4001 ? false : 100;
      },
    });
    // @ts-expect-error -- true says nothing about when
    takes({ reconnect: true });
    // @ts-expect-error -- a retry cannot wait for a promise
    takes({ rejoin: async () => 5 });
  });

  test("names that do not exist, and what only browsers have, are refused", () => {
    takes({ serializer: V2, heartbeat: { interval: 5 }, compress: true });
    takes({ heartbeat: false });
    // @ts-expect-error -- a mistyped option
    takes({ pushTimeOut: 5 });
    // @ts-expect-error -- a heartbeat cannot be null
    takes({ heartbeat: null });
  });
});

describe("results", () => {
  test("connect gives a socket, disconnect how it went, ping a number", () => {
    expectTypeOf(connect("ws://host/socket")).resolves.toEqualTypeOf<Socket>();
    expectTypeOf(socket.connect()).resolves.toEqualTypeOf<void>();
    expectTypeOf(socket.disconnect()).resolves.toEqualTypeOf<Disconnected>();
    expectTypeOf(socket.ping()).resolves.toEqualTypeOf<number>();
  });

  test("a state's tag tells its fields", () => {
    const state: SessionState = socket.state;
    if (state.type === "waiting") expectTypeOf(state.delay).toEqualTypeOf<number>();
    if (state.type === "ended") expectTypeOf(state.reason).toEqualTypeOf<EndReason>();
    // @ts-expect-error -- an open connection has no reason
    if (state.type === "open") expectTypeOf(state.reason).toBeNever();
  });

  test("an error's code is one of a closed set", () => {
    const told = (error: unknown): void => {
      if (error instanceof PushError) expectTypeOf(error.code).toEqualTypeOf<PushErrorCode>();
    };
    expectTypeOf(told).toBeFunction();
    expectTypeOf<ConnectError["code"]>().toEqualTypeOf<EndReason["type"] | "aborted">();
    expectTypeOf<"left" | "aborted" | "refused">().toExtend<JoinError["code"]>();
  });
});
