// What travels on a channel, as validators: one definition for both ends. Each end checks what it
// receives and, so that its own mistakes are told to itself, what it is about to send.
import { check, unchecked, type Checked } from "./check.ts";
import type { SchemaInput, SchemaOutput, StandardSchema } from "./standard-schema.ts";

/**
 * The validators of a channel. Every part may be left out; it is then not checked, and `unknown`.
 * Once there are any in `push` or `message`, the types know no other events.
 */
export interface SchemaParts {
  readonly join?: { readonly params?: StandardSchema; readonly response?: StandardSchema };
  /** By event: what clients push, and what is replied with the status "ok". */
  readonly push?: Readonly<Record<string, PushSchema>>;
  /** By event: the payload of what the server sends. */
  readonly message?: Readonly<Record<string, StandardSchema>>;
}

export interface PushSchema {
  readonly payload?: StandardSchema;
  readonly reply?: StandardSchema;
}

/** What a client of the channel sees: it sends inputs, and receives outputs. */
export type ClientTypes<P extends SchemaParts> = Types<P, "input", "output">;

/** What a server of the channel sees: it receives outputs, and sends inputs. */
export type ServerTypes<P extends SchemaParts> = Types<P, "output", "input">;

/** `Up` is the form of what travels to the server, `Down` of what comes from it. */
type Types<P extends SchemaParts, Up extends Form, Down extends Form> = {
  [K in keyof P & "join"]: {
    params: Of<P[K], "params", Up>;
    response: Of<P[K], "response", Down>;
  };
} & {
  [K in keyof P & "push"]: {
    [E in keyof P[K]]: { payload: Of<P[K][E], "payload", Up>; reply: Of<P[K][E], "reply", Down> };
  };
} & { [K in keyof P & "message"]: { [E in keyof P[K]]: In<P[K][E], Down> } };

type Form = "input" | "output";
type In<S, F extends Form> = F extends "input" ? SchemaInput<S> : SchemaOutput<S>;
type Of<T, K extends string, F extends Form> = T extends { readonly [_ in K]: infer S }
  ? In<S, F>
  : unknown;

/** A definition that is ready to be used. Made by `defineChannel`. */
export class ChannelSchema<P extends SchemaParts = SchemaParts> {
  /** What it was made of. */
  readonly parts: P;
  readonly #params: StandardSchema | undefined;
  readonly #response: StandardSchema | undefined;
  readonly #pushes: ReadonlyMap<string, PushSchema>;
  readonly #messages: ReadonlyMap<string, StandardSchema> | null;

  /** @internal Use `defineChannel`. */
  constructor(parts: P) {
    const { join, push, message } = parts;
    this.parts = parts;
    this.#params = join?.params;
    this.#response = join?.response;
    // Maps, since events are the peer's to choose: no "__proto__" reaches a prototype.
    this.#pushes = new Map(Object.entries(push ?? {}));
    this.#messages = message === undefined ? null : new Map(Object.entries(message));
  }

  /** Whether the server sends this event: any, where no messages are defined. */
  declares(event: string): boolean {
    return this.#messages === null || this.#messages.has(event);
  }

  params(value: unknown): Checked | Promise<Checked> {
    return checkBy(this.#params, value);
  }

  response(value: unknown): Checked | Promise<Checked> {
    return checkBy(this.#response, value);
  }

  payload(event: string, value: unknown): Checked | Promise<Checked> {
    return checkBy(this.#pushes.get(event)?.payload, value);
  }

  reply(event: string, value: unknown): Checked | Promise<Checked> {
    return checkBy(this.#pushes.get(event)?.reply, value);
  }

  message(event: string, value: unknown): Checked | Promise<Checked> {
    return checkBy(this.#messages?.get(event), value);
  }
}

function checkBy(schema: StandardSchema | undefined, value: unknown): Checked | Promise<Checked> {
  return schema === undefined ? unchecked(value) : check(schema, value);
}

/**
 * Defines a channel by validators: any that follow Standard Schema, such as those of zod and valibot.
 * @throws {TypeError} naming the part that is no validator.
 *
 * @example
 * ```ts
 * const room = defineChannel({
 *   join: { params: z.object({ user: z.number() }), response: z.object({ members: z.number() }) },
 *   push: { new_msg: { payload: z.object({ body: z.string() }), reply: z.object({ id: z.number() }) } },
 *   message: { new_msg: z.object({ id: z.number(), body: z.string() }) },
 * });
 * ```
 */
export function defineChannel<const P extends SchemaParts>(parts: P): ChannelSchema<P> {
  known("the channel", parts, ["join", "push", "message"]);
  const { join, push, message } = parts;
  if (join !== undefined) validators("join", join, ["params", "response"]);
  for (const [event, one] of entries("push", push)) {
    validators(`push.${event}`, one, ["payload", "reply"]);
  }
  for (const [event, schema] of entries("message", message)) validator(`message.${event}`, schema);
  return new ChannelSchema(parts);
}

function validators(part: string, value: unknown, names: readonly string[]): void {
  known(part, value, names);
  for (const [name, schema] of entries(part, value)) validator(`${part}.${name}`, schema);
}

function validator(part: string, value: unknown): void {
  const standard = (value as Partial<StandardSchema> | null | undefined)?.["~standard"];
  if (typeof standard?.validate === "function") return;
  throw new TypeError(`${part} is no validator: it does not follow Standard Schema.`);
}

function known(part: string, value: unknown, names: readonly string[]): void {
  for (const [name] of entries(part, value)) {
    if (names.includes(name)) continue;
    throw new TypeError(`There is no ${name} in ${part}; there are ${names.join(", ")}.`);
  }
}

/** What is defined in it: parts that are undefined are left out. */
function entries(part: string, value: unknown): [name: string, value: unknown][] {
  if (value === undefined) return [];
  if (typeof value !== "object" || value === null) {
    throw new TypeError(`${part} is no object.`);
  }
  return Object.entries(value).filter(([, one]) => one !== undefined);
}
