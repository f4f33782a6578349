// What can be awaited: by which mail it comes, by which it fails, and when it never will.
import type { EndReason } from "@slipstream/core";
import { quote } from "../describe.ts";
import { JoinError, LeaveError, PushError } from "../errors.ts";
import { PASS, type Awaited, type Verdict } from "./awaits.ts";
import { AwaitError } from "./errors.ts";
import type { Mail } from "./mail.ts";
import type { ManualSocket } from "./manual-socket.ts";
import type { Topics } from "./topics.ts";

const take = <T>(value: T): Verdict<T> => ({ type: "take", value });
const fail = (error: unknown): Verdict<never> => ({ type: "takeFailure", error });
const giveUp = (error: unknown): Verdict<never> => ({ type: "giveUp", error });

function notPending(what: string, hint: string): Verdict<never> {
  return giveUp(new AwaitError(what, { type: "notPending", hint }));
}

export function connect(socket: ManualSocket): Awaited<void> {
  const what = "a connection";
  return {
    what,
    from: "control",
    judge(mail) {
      if (mail.type === "connected") return take(undefined);
      if (mail.type !== "disconnected") return PASS;
      return fail(socket.core.connectError(mail.reason));
    },
    otherwise() {
      if (socket.isConnected) return take(undefined);
      if (socket.isConnecting) return PASS;
      return notPending(what, "nothing connects. Call connect() or reconnect() first");
    },
  };
}

export function disconnect(socket: ManualSocket): Awaited<EndReason | null> {
  return {
    what: "the end of the connection",
    from: "control",
    judge: (mail) => (mail.type === "disconnected" ? take(mail.reason) : PASS),
    otherwise() {
      const { type } = socket.core.state;
      return type === "idle" || type === "waiting" || type === "ended" ? take(null) : PASS;
    },
  };
}

export function join(topics: Topics, topic: string): Awaited<unknown> {
  const what = `the answer to the join of ${topic}`;
  return {
    what,
    from: "control",
    judge(mail) {
      if (mail.type === "joined" && mail.topic === topic) return take(mail.response);
      if (mail.type !== "topicClosed" || mail.topic !== topic) return PASS;
      return fail(new JoinError(topic, mail.reason));
    },
    gone(mail) {
      if (mail.type !== "disconnected") return PASS;
      return giveUp(new JoinError(topic, { type: "disconnected", reason: mail.reason }));
    },
    otherwise() {
      const status = topics.status(topic);
      if (status === "joined") return take(topics.response(topic));
      if (status === "requested" || topics.isRejoining(topic)) return PASS;
      return notPending(
        what,
        "no join is under way. join() does nothing while there is no connection",
      );
    },
  };
}

export function leave(topics: Topics, topic: string): Awaited<void> {
  const what = `the leave of ${topic}`;
  return {
    what,
    from: "control",
    judge(mail) {
      if (mail.type !== "left" || mail.topic !== topic) return PASS;
      return mail.confirmed ? take(undefined) : fail(new LeaveError(topic));
    },
    otherwise() {
      const status = topics.status(topic);
      if (topics.isLeaving(topic)) return PASS;
      if (status === undefined || status === "closed") return take(undefined);
      return notPending(what, "it is joined. Call leave() first");
    },
  };
}

export function reply(topics: Topics, ref: string): Awaited<unknown> {
  const what = topics.wordsFor(ref) ?? `the reply to the push ${quote(ref)}`;
  return {
    what,
    from: "control",
    judge(mail) {
      if (mail.type !== "replied" || mail.ref !== ref) return PASS;
      const { reply } = mail;
      if (reply.type === "ok") return take(reply.response);
      return fail(new PushError(mail.topic, mail.event, reply));
    },
    otherwise() {
      if (topics.wordsFor(ref) !== undefined) return PASS;
      return notPending(what, "there is no such push, or it was told already");
    },
  };
}

export function message(
  topic: string,
  event: string,
  where: (payload: unknown) => boolean,
): Awaited<unknown> {
  const isIt = (mail: Mail): mail is Extract<Mail, { type: "message" }> =>
    mail.type === "message" && mail.topic === topic && mail.event === event;
  return {
    what: `a message ${event} of ${topic}`,
    from: "messages",
    judge: (mail) => (isIt(mail) && where(mail.payload) ? take(mail.payload) : PASS),
  };
}
