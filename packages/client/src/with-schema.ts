// Schemas for channels. A function apart, so that a bundler leaves out what a program without
// schemas does not use.
import type { ChannelSchema, ClientTypes, SchemaParts } from "@slipstream/core";
import { BaseChannel } from "./channel.ts";
import { ChannelChecks } from "./channel-checks.ts";
import { OptionError } from "./errors.ts";
import { checkFunction } from "./option-checks.ts";
import type { RoutedMessage } from "./message-router.ts";
import type { ValidationError } from "./validation-error.ts";

/**
 * The same channel, whose params, pushes, replies and messages are checked from now on. What
 * `socket.channel` does with the option `schema`, where it takes one.
 * @throws {OptionError} if the channel has another schema, or has been joined without one.
 *
 * @example
 * ```ts
 * const room = withSchema(socket.channel("room:lobby", { user: 1 }), roomSchema);
 * ```
 */
export function withSchema<P extends SchemaParts>(
  channel: BaseChannel,
  schema: ChannelSchema<P>,
): BaseChannel<ClientTypes<P>> {
  if (typeof (schema as Partial<ChannelSchema> | null)?.declares !== "function") {
    throw new OptionError("schema", schema, "what defineChannel returned");
  }
  const core = BaseChannel.coreOf(channel);
  if (core.checks === null && core.machine.state.type === "idle") {
    core.checks = new ChannelChecks(core, schema);
    core.messages.declares = (event) => schema.declares(event);
  } else if (!(core.checks instanceof ChannelChecks) || core.checks.schema !== schema) {
    throw new OptionError("schema", schema, `what ${core.topic} had when it was joined`);
  }
  return channel as unknown as BaseChannel<ClientTypes<P>>;
}

/** Takes a message that does not match, which is to be looked at with care. */
export type InvalidHandler = (error: ValidationError, message: RoutedMessage) => unknown;

/**
 * Calls `handler` with what the server sent and the channel's schema does not take. Such a message
 * reaches no other handler and no loop. Where there is no handler, the logger is told.
 * @returns the function that removes the handler.
 */
export function onInvalid<C>(channel: BaseChannel<C>, handler: InvalidHandler): () => void {
  const { checks } = BaseChannel.coreOf(channel);
  checkFunction("handler", handler);
  return checks instanceof ChannelChecks ? checks.onInvalid(handler) : () => {};
}
