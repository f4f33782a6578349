// The server's side of `flights:*`: answers with pages.
import {
  Channel,
  noreply,
  ok,
  reply,
  type ChannelClass,
  type HandleInResult,
  type IncomingPush,
  type JoinResult,
} from "@slipstream/server";
import type { FlightsService, Killable } from "./flights-service.ts";
import type { FlightsTopic } from "./topics.ts";

export function flightsChannel(service: FlightsService): ChannelClass<unknown> {
  return class FlightsChannel extends Channel<FlightsTopic> implements Killable {
    #left: () => void = noreply;

    override join(): JoinResult<FlightsTopic> {
      this.#left = service.joined(this.topic, this);
      const { rows, pages, pageSize } = service;
      return ok({ rows, pages, pageSize });
    }

    override handleIn({ payload }: IncomingPush<FlightsTopic>): HandleInResult<FlightsTopic> {
      const { index, id } = payload;
      if (Number.isInteger(index) && index >= 0 && index < service.pages && Number.isInteger(id)) {
        return reply(service.page(index, id));
      }
      return reply("error", { reason: `there are the pages 0 to ${service.pages - 1}` });
    }

    kill(): void {
      this.sendInfo("kill");
    }

    override handleInfo(): never {
      throw new Error("The demo kills this channel.");
    }

    override terminate(): void {
      this.#left();
    }
  };
}
